"""A release is facts, and each is checked."""

import json

import pytest
from pydantic import ValidationError

from slipway.config.problems import of
from slipway.config.release import Release
from tests.infra.support.workloads import RELEASE, changed, release


def test_a_whole_release_is_read() -> None:
    found = release()

    assert found.digest == "sha256:" + "a1" * 32
    assert (found.model.name, found.model.version) == ("efficientnet-lite", "7")


def test_a_build_of_uncommitted_changes_says_so() -> None:
    assert release({"commit": "0" * 40 + "-dirty"}).commit.endswith("-dirty")


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        ("digest", "latest", "slipway:release.digest"),
        ("digest", "sha256:abc", "slipway:release.digest"),
        ("repository", "crscoring.azurecr.io:443/Scoring", "slipway:release.repository"),
        ("commit", "main", "slipway:release.commit"),
        ("buildId", "", "slipway:release.buildId"),
        ("model.version", "latest", "slipway:release.model.version"),
        ("model.version", 7, "slipway:release.model.version"),
        ("model.sha256", "00", "slipway:release.model.sha256"),
        ("model.name", None, "slipway:release.model.name"),
        ("tag", "v1", "slipway:release.tag"),
    ],
)
def test_what_does_not_name_one_image_is_refused(path: str, value: object, place: str) -> None:
    text = json.dumps(changed(RELEASE, {path: value}))

    with pytest.raises(ValidationError) as refused:
        Release.model_validate_json(text)

    assert [problem.path for problem in of(Release, "slipway:release", refused.value)] == [place]
