"""Going back: to what was really deployed and proved itself before, never to what was only built."""

import pytest

from delivery.failure import FailureError, NotFoundError
from delivery.release.deploy import deploy
from delivery.release.deployer import RestoredError, StrandedError
from delivery.release.rollback import rollback

from .world import World


def test_a_rollback_puts_the_release_before_back_and_proves_it(prod: World) -> None:
    first, second = prod.release(1), prod.release(2)
    for release in (first, second):
        deploy(prod.deployer(), release)

    target = rollback(prod.deployer())

    assert (target.release, prod.live) == (first.id, first.image.digest)
    assert prod.outcomes()[-1] == ("rollback", first.id, "succeeded")


def test_going_back_twice_goes_back_two_and_not_to_and_fro(prod: World) -> None:
    releases = [prod.release(number) for number in (1, 2, 3)]
    for release in releases:
        deploy(prod.deployer(), release)

    assert [rollback(prod.deployer()).release for _ in range(2)] == [releases[1].id, releases[0].id]


def test_a_release_that_was_built_but_never_deployed_is_not_gone_back_to(prod: World) -> None:
    first, skipped, third = (prod.release(number) for number in (1, 2, 3))
    for release in (first, third):
        deploy(prod.deployer(), release)

    assert rollback(prod.deployer()).release == first.id != skipped.id


def test_a_release_that_failed_is_not_gone_back_to(prod: World) -> None:
    first, bad, third = (prod.release(number) for number in (1, 2, 3))
    prod.faults[bad.image.digest] = "wrong"
    deploy(prod.deployer(), first)
    with pytest.raises(RestoredError):
        deploy(prod.deployer(), bad)
    deploy(prod.deployer(), third)

    assert rollback(prod.deployer()).release == first.id


def test_after_a_deployment_that_was_broken_off_the_last_proved_release_comes_back(prod: World) -> None:
    """Somebody pulled the plug between the switch and the smoke test."""
    first, second = prod.release(1), prod.release(2)
    deploy(prod.deployer(), first)
    prod.prod.manifests |= prod.dev.manifests
    outputs = prod.engine.read()["outputs"]
    outputs["prod"]["release"] = second.configuration()
    prod.engine.change(outputs=outputs, live=second.configuration())

    assert rollback(prod.deployer()).release == first.id
    assert prod.live == first.image.digest


def test_a_rollback_is_not_started_before_its_image_is_seen_to_be_there(prod: World) -> None:
    first, second = prod.release(1), prod.release(2)
    for release in (first, second):
        deploy(prod.deployer(), release)
    for name in (first.image.digest, "r1"):
        del prod.prod.manifests[name]

    with pytest.raises(NotFoundError, match=r"(?s)is not there.*build the commit anew"):
        rollback(prod.deployer())

    assert prod.live == second.image.digest
    assert len(prod.ups) == 2


def test_a_rollback_that_fails_leaves_what_ran(prod: World) -> None:
    first, second = prod.release(1), prod.release(2)
    for release in (first, second):
        deploy(prod.deployer(), release)
    prod.faults[first.image.digest] = "wrong"

    with pytest.raises(RestoredError):
        rollback(prod.deployer())

    assert prod.live == second.image.digest
    assert prod.outcomes()[-1] == ("rollback", first.id, "restored")


def test_where_nothing_was_deployed_before_there_is_nothing_to_go_back_to(prod: World) -> None:
    with pytest.raises(NotFoundError, match="nothing was ever deployed there"):
        rollback(prod.deployer())
    first = prod.release(1)
    deploy(prod.deployer(), first)
    with pytest.raises(NotFoundError, match=f"{first.id} is the first that was deployed"):
        rollback(prod.deployer())

    assert len(prod.ups) == 1


def test_both_failing_is_said_as_what_it_is(prod: World) -> None:
    first, second = prod.release(1), prod.release(2)
    for release in (first, second):
        deploy(prod.deployer(), release)
    prod.engine.change(fails={first.image.digest: "after", second.image.digest: "before"})

    with pytest.raises(StrandedError, match="could not be put back"):
        rollback(prod.deployer())


def test_an_engine_without_state_is_named(prod: World) -> None:
    prod.engine.change(outputs={})

    with pytest.raises(FailureError, match="no stack named 'prod' found"):
        rollback(prod.deployer())
