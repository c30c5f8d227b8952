"""Moves between variants of one live environment do what the table of variants shows, and lose nothing."""

from collections import Counter
from functools import cache
from itertools import pairwise

import pytest

from delivery.preview.compare import compare
from delivery.preview.model import Operation
from delivery.preview.states import Rendered
from docs.reference.variants_page import rendered
from tests.engine.harness.environments import Environments, release
from tests.engine.harness.operations import Outcome
from tests.teams.variant import AZURE_REPOS, MIRRORED, ON_GITHUB, PROJECT, RUNG, UNTRIGGERED, Variant

pytestmark = pytest.mark.engine

WALK = (AZURE_REPOS, ON_GITHUB, MIRRORED, ON_GITHUB, AZURE_REPOS, RUNG, UNTRIGGERED, AZURE_REPOS)
KEPT = (
    "azure-native:containerregistry:Registry",
    "azure-native:resources:ResourceGroup",
    "azure-native:storage:BlobContainer",
    "azure-native:storage:StorageAccount",
    "azuredevops:index/buildDefinition:BuildDefinition",
    "azuredevops:index/git:Git",
    "azuredevops:index/project:Project",
)
GIT = "azuredevops:index/git:Git"
CONNECTION = "azuredevops:index/getServiceEndpointGithub:getServiceEndpointGithub"


def take(found: Environments, variant: Variant) -> None:
    """Write the sample's stack file in the variant, with the release."""
    found.workspace.restore_stack_file("dev")
    variant.write(found.workspace.project)
    found["dev"].configure("slipway:release", release(1))


@cache
def declared(variant: Variant) -> Rendered:
    return rendered(variant)


def counted(outcome: Outcome) -> Counter[tuple[str, str]]:
    return Counter((operation, key.partition("::")[0]) for key, operation in outcome.operations.items())


def expected(before: Variant, after: Variant) -> Counter[tuple[str, str]]:
    changes = compare(declared(before), declared(after), "move").changes
    effective = (Operation.CREATE, Operation.UPDATE, Operation.REPLACE, Operation.DELETE)
    return Counter(
        (str(change.operation), change.state.type)
        for change in changes
        if change.operation in effective and not change.state.component
    )


def ids(found: Environments, kind: str) -> set[str]:
    return {one.id for one in found.workspace.cloud.all(kind)}


def test_each_move_does_what_the_table_shows_and_keeps_pipelines_and_code(live: Environments) -> None:
    dev = live["dev"]
    for before, after in pairwise(WALK):
        kept = {kind: ids(live, kind) for kind in KEPT}
        take(live, after)
        planned = expected(before, after)
        if any(operation == "delete" and kind in KEPT for operation, kind in planned):
            assert "protect" in dev.preview(must=False).complaints, f"{before.name} to {after.name}"
            dev.unprotect()
        assert counted(dev.up()) == planned, f"{before.name} to {after.name}"
        for kind, there in kept.items():
            assert there <= ids(live, kind), f"{before.name} to {after.name} loses a {kind}"
    assert dev.up("--refresh", "--expect-no-changes").operations == {}


def test_the_end_of_the_first_environment_leaves_what_has_history(blank: Environments) -> None:
    dev = blank["dev"]
    PROJECT.write(blank.workspace.project)
    dev.up()
    kept = {kind: ids(blank, kind) for kind in KEPT}
    refused = dev.destroy("--preview-only", must=False)
    assert "protect" in refused.complaints
    dev.unprotect()
    assert dev.destroy().ok
    assert {kind: ids(blank, kind) for kind in KEPT} == kept
    assert all(kept.values())


def test_a_mirror_that_came_half_is_whole_after_the_next_run(blank: Environments) -> None:
    dev = blank["dev"]
    MIRRORED.write(blank.workspace.project)
    blank.workspace.cloud.fail(GIT, "create", "the service does not answer", kind="break")
    assert not dev.up(must=False).ok
    dev.up()
    assert dev.up("--refresh", "--expect-no-changes").operations == {}


def test_a_connection_that_is_not_there_is_one_sentence(blank: Environments) -> None:
    ON_GITHUB.write(blank.workspace.project)
    blank.workspace.cloud.fail(CONNECTION, "invoke", "github not found!", times=5)
    failed = blank["dev"].preview(must=False)
    assert not failed.ok
    assert "slipway:pipelines.hub.source.connection: found 'github', allowed: the name of" in failed.complaints
    assert "Traceback" not in failed.complaints + failed.text
