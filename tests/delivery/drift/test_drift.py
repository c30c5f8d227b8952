"""Drift is told, with the command that mends it, and nothing is mended by looking."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from delivery import cli
from delivery.drift.assignments import unknown
from delivery.drift.drift import UNREAD
from delivery.failure import FailureError
from tests.delivery.release.stand_ins import StandIns

GROUP = "/subscriptions/1111/resourceGroups/rg-scoring-prod-weu"
REGISTRY = f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/crscoringprod"
KNOWN = f"{REGISTRY}/providers/Microsoft.Authorization/roleAssignments/aaaa"
STATE = [
    {"type": "azure-native:resources:ResourceGroup", "id": GROUP},
    {"type": "azure-native:authorization:RoleAssignment", "id": KNOWN.upper()},
    {"type": "pulumi:pulumi:Stack"},
]
DEFINITIONS = "/subscriptions/1111/providers/Microsoft.Authorization/roleDefinitions"
LISTED = "rest --method get"

Run = Callable[..., tuple[int, str, str]]


def assignment(scope: str, name: str = "bbbb", **more: str) -> dict[str, Any]:
    return {
        "id": f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}",
        "properties": {
            "scope": scope,
            "roleDefinitionId": f"{DEFINITIONS}/b24988ac-6180-42a0-ab88-20f7382dd24c",
            "principalType": "User",
            "principalId": "9999",
            "createdOn": "2026-11-20T10:00:00Z",
            **more,
        },
    }


def page(*assignments: dict[str, Any]) -> dict[str, Any]:
    return {LISTED: {"value": assignments}}


def step(op: str, kind: str, before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    sides = {"oldState": before, "newState": after}
    return {
        "op": op,
        "urn": f"urn:pulumi:STACK::slipway::{kind}::one",
        **{side: {"type": kind, "custom": True, "inputs": inputs} for side, inputs in sides.items()},
    }


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    """An environment where cloud, state and code agree."""
    made = StandIns(tmp_path / "stand-ins")
    made.install()
    made.change(
        deployment={"resources": STATE},
        az=page(assignment(REGISTRY, "aaaa")),
        outputs={"prod": {"release": {"digest": "sha256:live"}}},
    )
    monkeypatch.setenv("PATH", str(made.folder / "bin"), prepend=":")
    project = tmp_path / "project"
    project.mkdir()
    (project / "Pulumi.prod.yaml").write_text(yaml.safe_dump({"config": {}}))
    monkeypatch.setattr("delivery.release.engine.Engine.__init__.__defaults__", (project, None))
    return made


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("COLUMNS", "300")

    def command(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["delivery", "drift", "--stack", "prod", *map(str, arguments)])
        capsys.readouterr()
        try:
            cli.main()
            code = 0
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        return code, *capsys.readouterr()

    return command


def test_where_all_agree_that_is_said_and_the_code_is_zero(cloud: StandIns, run: Run) -> None:
    code, out, _ = run()

    assert code == 0
    assert "prod: nothing differs from the code, and no access was granted beside it" in out
    assert cloud.calls != []


def test_looking_changes_neither_the_cloud_nor_the_state(cloud: StandIns, run: Run) -> None:
    run()

    asked, preview, export, listing = cloud.calls
    assert asked == "pulumi stack output --json --stack prod --non-interactive"
    assert preview.startswith("pulumi preview --json --config-file FILE --refresh --expect-no-changes --exclude ")
    assert [f"--exclude {pattern} " for pattern in UNREAD if f"--exclude {pattern} " not in preview] == []
    assert export == "pulumi stack export --stack prod --non-interactive"
    url = f"{GROUP.lower()}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01"
    assert listing == f"az rest --method get --url {url} --only-show-errors"


def test_what_was_changed_by_hand_is_told(cloud: StandIns, run: Run, tmp_path: Path) -> None:
    kind = "azure-native:network:NatGateway"
    cloud.change(steps=[step("update", kind, {"idleTimeoutInMinutes": 4}, {"idleTimeoutInMinutes": 10})])
    code, out, _ = run("--to", tmp_path / "reports" / "drift.md")

    assert code == 8
    assert "prod: 1 resource differs from the code, no role assignments are not in the state" in out
    assert "update" in out
    written = (tmp_path / "reports" / "drift.md").read_text()
    assert "`one`" in written
    assert "`pulumi up` makes it as the code says" in written


def test_in_a_pipeline_the_findings_are_its_summary(
    cloud: StandIns, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cloud.calls == []
    monkeypatch.setenv("TF_BUILD", "True")

    assert f"##vso[task.uploadsummary]{tmp_path / 'drift.md'}\n" in run("--to", tmp_path / "drift.md")[1]


def test_the_engines_own_bookkeeping_is_no_drift(cloud: StandIns, run: Run) -> None:
    cloud.change(steps=[step("create", "pulumi:providers:pulumi", {}, {})])

    assert run()[0] == 0


def test_access_that_was_granted_by_hand_is_told_with_what_takes_it_away(
    cloud: StandIns, run: Run, tmp_path: Path
) -> None:
    granted = assignment(REGISTRY)
    cloud.change(az=page(assignment(REGISTRY, "aaaa"), granted))
    code, out, _ = run("--to", tmp_path / "drift.md")

    assert code == 8
    assert f"User 9999 is Contributor on {REGISTRY}, since 2026-11-20" in out
    assert f"az role assignment delete --ids {granted['id']}" in (tmp_path / "drift.md").read_text()


@pytest.mark.parametrize(
    ("scope", "ours"),
    [
        (GROUP, True),
        (GROUP.upper(), True),
        (REGISTRY, True),
        ("/subscriptions/1111", False),
        (f"{GROUP}-other", False),
        ("/subscriptions/1111/resourceGroups/another", False),
    ],
)
def test_only_what_is_on_our_scopes_is_ours_to_tell(cloud: StandIns, scope: str, ours: object) -> None:
    cloud.change(az=page(assignment(scope)))

    assert bool(unknown(STATE)) == ours


def test_a_role_that_slipway_does_not_know_is_told_by_its_id(cloud: StandIns) -> None:
    cloud.change(az=page(assignment(REGISTRY, roleDefinitionId=f"{DEFINITIONS}/7777", principalType="")))

    assert str(unknown(STATE)[0]).startswith("principal 9999 is role 7777 on ")


def test_each_page_of_the_answer_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [{"value": [assignment(REGISTRY, "aaaa")], "nextLink": "https://more"}, {"value": [assignment(REGISTRY)]}]
    asked: list[str] = []

    def run(_: object, *arguments: str) -> str:
        asked.append(arguments[arguments.index("--url") + 1])
        return json.dumps(pages[len(asked) - 1])

    monkeypatch.setattr("delivery.drift.assignments.Command.run", run)

    assert [one.id.rpartition("/")[2] for one in unknown(STATE)] == ["bbbb"]
    assert asked[1] == "https://more"


def test_a_stack_without_a_resource_group_owns_no_scope(cloud: StandIns) -> None:
    assert unknown([]) == []
    assert cloud.calls == []


def test_what_cannot_be_found_out_is_a_failure_and_no_drift(cloud: StandIns, run: Run) -> None:
    cloud.change(fails={"preview": "the cluster does not answer"})
    code, _, err = run()
    assert (code, "the cluster does not answer" in err) == (1, True)

    cloud.change(fails={LISTED: "AuthorizationFailed"})
    code, _, err = run()
    assert (code, "AuthorizationFailed" in err) == (1, True)


def test_an_answer_that_is_no_assignment_is_named(cloud: StandIns) -> None:
    cloud.change(az=page({"id": "x", "properties": {"roleDefinitionId": "y"}}))
    with pytest.raises(FailureError, match="a role assignment without 'principalId'"):
        unknown(STATE)
