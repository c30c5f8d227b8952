"""`slipway:entry.gateway.canary` and `slipway:canary`: a place for a release beside the live one."""

from typing import Any

import pytest

from slipway.config import canary_rules, machine_rules
from slipway.config.canary import CanaryRelease, canary_scaling
from slipway.config.entry import Entry
from slipway.config.image import Image
from slipway.config.pipelines import Pipelines
from tests.infra import sections
from tests.infra.config.sections import changed, refused, section, told
from tests.infra.support.workloads import PLAIN_ENTRY, RELEASE, release, workload

from .test_entry import GATEWAY

PLACE: dict[str, Any] = changed(GATEWAY, "gateway.canary", {})
OTHER = release({"digest": "sha256:" + "c3" * 32})
CANARY = CanaryRelease(release=OTHER)


def pipelines(rights: str) -> Pipelines:
    content = {
        "organization": "https://dev.azure.com/contoso",
        "state": {"resourceGroup": "rg-state", "account": "ststate", "container": "state"},
        "checks": {"approval": None},
        "rights": rights,
    }
    return section(Pipelines, content)


def test_an_empty_place_has_a_tenth_for_ten_minutes() -> None:
    place = section(Entry, PLACE).canary

    assert place is not None
    assert place.model_dump(by_alias=True) == {
        "share": 10,
        "minutes": 10,
        "leastRequests": 200,
        "failuresPercent": 1.0,
        "slowdown": 1.5,
        "shadow": False,
    }


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("share", 0, "slipway:entry.gateway.canary.share: found 0, allowed: at least 1"),
        ("share", 51, "slipway:entry.gateway.canary.share: found 51, allowed: at most 50"),
        ("minutes", 31, "slipway:entry.gateway.canary.minutes: found 31, allowed: at most 30"),
        ("leastRequests", 5, "slipway:entry.gateway.canary.leastRequests: found 5, allowed: at least 20"),
        ("slowdown", 0.5, "slipway:entry.gateway.canary.slowdown: found 0.5, allowed: at least 1"),
    ],
)
def test_a_number_out_of_bounds_is_refused(key: str, value: object, problem: str) -> None:
    assert refused(Entry, changed(PLACE, f"gateway.canary.{key}", value), "slipway:entry") == [problem]


def test_a_service_has_no_place_for_a_canary() -> None:
    assert told(canary_rules.a_canary_has_a_place(PLAIN_ENTRY, CANARY)) == [
        f"canary: found {OTHER.digest}, allowed: nothing, because entry.kind is service"
    ]


def test_a_gateway_keeps_a_place_where_config_asks_for_it() -> None:
    assert told(canary_rules.a_canary_has_a_place(section(Entry, GATEWAY), CANARY)) == [
        f"canary: found {OTHER.digest}, allowed: nothing, because entry.gateway.canary keeps no place for it"
    ]
    assert told(canary_rules.a_canary_has_a_place(section(Entry, PLACE), CANARY)) == []


def test_a_canary_of_the_live_image_shows_nothing() -> None:
    same = CanaryRelease(release=release())

    assert told(canary_rules.a_canary_is_another_release(release(), same)) == [
        f"canary.release.digest: found {RELEASE['digest']}, allowed: another digest than slipway:release has"
    ]
    assert told(canary_rules.a_canary_is_another_release(release(), CANARY)) == []


def test_the_inner_loop_has_no_canary() -> None:
    found = canary_rules.an_image_that_is_built_here_has_no_canary(section(Entry, PLACE), Image(build=True))

    assert told(found) == [
        "entry.gateway.canary: found an object, allowed: nothing, because image.build replaces the image in place"
    ]


@pytest.mark.parametrize(("rights", "count"), [("release", 1), ("environment", 0)])
def test_a_pipeline_that_changes_the_workload_alone_mirrors_nothing(rights: str, count: int) -> None:
    entry = section(Entry, changed(PLACE, "gateway.canary", {"shadow": True}))

    assert len(told(canary_rules.mirrors_need_the_route(entry, pipelines(rights)))) == count
    assert told(canary_rules.mirrors_need_the_route(section(Entry, PLACE), pipelines(rights))) == []


@pytest.mark.parametrize(("share", "fewest", "most"), [(1, 2, 2), (10, 2, 4), (25, 3, 10), (50, 6, 20)])
def test_a_share_of_the_requests_has_a_share_of_the_replicas_and_two_at_least(
    share: int, fewest: int, most: int
) -> None:
    all_of_them = workload({"scaling.minReplicas": 12, "scaling.maxReplicas": 40}).scaling
    found = canary_scaling(all_of_them, share)

    assert (found.min_replicas, found.max_replicas) == (fewest, most)


def test_a_canary_has_room_on_the_pool() -> None:
    cluster = sections.cluster(pools={"app": {**sections.POOL, "vmSize": "Standard_D2as_v5", "maxCount": 3}})
    full = workload({"resources.cpuRequest": "1", "scaling.maxReplicas": 2, "rollout.maxSurge": 1})

    assert told(machine_rules.replicas_fit_the_pool(cluster, full, section(Entry, GATEWAY))) == []
    [problem] = told(machine_rules.replicas_fit_the_pool(cluster, full, section(Entry, PLACE)))
    assert problem.startswith(
        "workload.scaling.maxReplicas: found 2 and rollout.maxSurge 1 and 2 of a canary, allowed:"
    )
