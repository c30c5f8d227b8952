"""`release.json`: what it must say, and what the stack makes of it."""

import pytest
from pydantic import ValidationError

from delivery.release.record import Release
from slipway.config.release import Release as Configured

from .samples import COMMIT, release


def test_it_survives_being_written_and_read() -> None:
    assert Release.model_validate_json(release().to_json()) == release()


def test_its_id_sorts_by_time_and_says_which_image_it_is() -> None:
    ids = [release(number).id for number in range(1, 5)]
    assert ids == sorted(ids)
    assert ids[0] == f"20260102T120100Z-{release(1).image.digest.removeprefix('sha256:')[:12]}"


def test_the_image_has_one_name() -> None:
    assert release().image.reference == f"registry.example/team/scoring@{release().image.digest}"


def test_the_stack_takes_what_a_release_says_as_it_is() -> None:
    configured = Configured.model_validate(release().configuration())
    assert configured.digest == release().image.digest
    assert configured.repository == "team/scoring"
    assert configured.commit == COMMIT
    assert configured.build_id == "2026.1"
    assert (configured.model.name, configured.model.version) == ("colours", "1")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("commit", "main"),
        ("commit", ""),
        ("commit", COMMIT[:12]),
        ("build_id", "a b"),
        ("build_id", ""),
        ("id", "latest"),
        ("created", "2026-01-02T12:00:00"),
        ("checks", []),
        ("surprise", 1),
    ],
)
def test_what_is_no_fact_is_refused(field: str, value: object) -> None:
    with pytest.raises(ValidationError, match=field):
        Release.model_validate({**release().model_dump(), field: value})


def test_a_tag_is_no_digest() -> None:
    document = release().model_dump()
    document["image"]["digest"] = "latest"
    with pytest.raises(ValidationError, match=r"image\.digest"):
        Release.model_validate(document)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("image.registry", "registry.example/elsewhere"),
        ("image.registry", "-o"),
        ("image.repository", "team/../other"),
        ("image.repository", "--flag"),
        ("image.tag", "a b"),
        ("image.tag", "\x1b[2J"),
        ("source", "https://git.example/\x1b]0;owned\x07"),
        ("sbom.file", "../../etc/passwd"),
        ("provenance.file", ".hidden"),
        ("checks", ["pictures: fine\x1b[1A"]),
    ],
)
def test_a_record_from_elsewhere_reaches_no_path_no_option_and_no_terminal(path: str, value: object) -> None:
    document = release().model_dump()
    *parents, name = path.split(".")
    part = document
    for parent in parents:
        part = part[parent]
    part[name] = value
    with pytest.raises(ValidationError, match=path.replace(".", r"\.")):
        Release.model_validate(document)


def test_the_same_image_recorded_later_is_the_same_release() -> None:
    one = release(1)
    later = one.model_copy(update={"id": release(2).id, "created": release(2).created, "tested": release(2).tested})
    assert one.same_as(later)
    assert not one.same_as(one.model_copy(update={"build_id": "another"}))
    assert not one.same_as(release(2))
