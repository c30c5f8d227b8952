"""Rules that span two stack files, as a preview meets them."""

from pathlib import Path

import pytest

from delivery.failure import FailureError

from .golden.text import recorded
from .test_stacks import variant

SOURCE = "slipway:pipelines"
MIRROR = {"kind": "other-git", "name": "mirror", "url": "https://git.example/a.git"}
NAMED = {"checks": {"branchControl": "named"}}


def test_each_environment_passes_on_what_the_first_one_has_fixed() -> None:
    fixed = {"branch": "main", "mirrored": False, "reviewPool": None}

    assert recorded("dev").outputs["chain"] == recorded("prod").outputs["chain"] == fixed


def test_an_environment_behind_a_mirror_does_not_wait_for_policies_that_cannot_be(tmp_path: Path) -> None:
    variant(tmp_path, "dev", {SOURCE: {**NAMED, "hub": {"source": MIRROR}}})

    with pytest.raises(FailureError, match=r"Pulumi\.prod\.yaml has 1 mistake:\n.*branchControl: found protected"):
        variant(tmp_path, "prod", {})
    assert variant(tmp_path, "prod", {SOURCE: NAMED}).outputs["chain"] == {
        "branch": "main",
        "mirrored": True,
        "reviewPool": None,
    }


def test_no_environment_releases_from_the_agents_that_run_unreviewed_code(tmp_path: Path) -> None:
    variant(tmp_path, "dev", {SOURCE: {"hub": {"reviewPool": "slipway-private"}}})

    with pytest.raises(FailureError, match=r"slipway:pipelines\.pool: found slipway-private, allowed: another pool"):
        variant(tmp_path, "prod", {})


def test_the_webhooks_address_is_an_output(tmp_path: Path) -> None:
    found = variant(tmp_path, "dev", {SOURCE: {"hub": {"modelTrigger": "webhook"}}})

    assert found.outputs["modelWebhookUrl"] == (
        "https://dev.azure.com/contoso/_apis/public/distributedtask/webhooks/SlipwayModel?api-version=6.0-preview"
    )
    assert "modelWebhookUrl" not in recorded("dev").outputs
