"""Conditions on role assignments divide what environments share."""

import shutil
import subprocess
from pathlib import Path

import pytest

from delivery.preview import project
from delivery.reach.condition import Request, allows
from policy.rules.access import ASSIGNMENT
from slipway.conditions import ASKED, BACKEND, RELEASES, blobs, deployments, may_grant, state_paths
from slipway.roles import Role
from tests.infra.golden.text import STACKS, recorded
from tests.support.sample import SAMPLE

BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
CHANGES = ("write", "add/action", "move/action", "delete")
PROJECT = project.read(SAMPLE).name
STRONG = {
    Role.ACR_IMPORT,
    Role.AKS_CLUSTER_ADMIN,
    Role.AKS_RBAC_WRITER,
    Role.BLOB_DATA_CONTRIBUTOR,
    Role.CONTRIBUTOR,
    Role.ROLE_ADMINISTRATOR,
}


def blob(action: str, path: str) -> Request:
    return Request(action=f"{BLOBS}/{action}", attributes={f"@Resource[{BLOBS}:path]": path})


def granting(role: str, kind: str, *, action: str = "write") -> Request:
    name = "Microsoft.Authorization/roleAssignments"
    place = {"write": "@Request", "delete": "@Resource"}[action]
    attributes = {f"{place}[{name}:RoleDefinitionId]": role, f"{place}[{name}:PrincipalType]": kind}
    return Request(action=f"{name}/{action}", attributes=attributes)


def test_an_environment_writes_its_own_state_and_no_other() -> None:
    condition = blobs(reads=[BACKEND, *state_paths(PROJECT, "dev")], writes=state_paths(PROJECT, "dev"))

    for action in CHANGES:
        assert allows(condition, blob(action, f".pulumi/stacks/{PROJECT}/dev.json"))
        for other in ("prod.json", "dev2.json", "dev"):
            assert not allows(condition, blob(action, f".pulumi/stacks/{PROJECT}/{other}"))
        assert not allows(condition, blob(action, f".pulumi/stacks/other/{PROJECT}/dev.json"))
        assert not allows(condition, blob(action, BACKEND))
    assert allows(condition, blob("read", BACKEND))
    assert not allows(condition, blob("read", f".pulumi/stacks/{PROJECT}/prod.json"))


def test_an_environment_writes_its_own_deployments_and_no_release() -> None:
    condition = blobs(writes=[deployments("dev")])

    for action in CHANGES:
        assert allows(condition, blob(action, "_deployments/dev/7/begun.json"))
        assert not allows(condition, blob(action, "_deployments/prod/7/begun.json"))
        assert not allows(condition, blob(action, "_releases/one/release.json"))
    assert allows(condition, blob("read", "_deployments/prod/7/begun.json"))
    assert allows(blobs(writes=[RELEASES]), blob("write", "_releases/one/release.json"))


def test_the_build_remembers_the_builds_that_it_asked_for() -> None:
    condition = str(recorded("dev").one(ASSIGNMENT, "pipelines-rights-build-releases").inputs["condition"])

    assert condition == blobs(writes=[RELEASES, ASKED])
    assert allows(condition, blob("write", "_asked/one/model-1-0123456789ab.json"))
    assert not allows(condition, blob("write", "_deployments/dev/1/begun.json"))


@pytest.mark.parametrize("stack", STACKS)
def test_no_pipeline_of_an_environment_writes_what_another_one_trusts(stack: str) -> None:
    (other,) = set(STACKS) - {stack}
    trusted = [f".pulumi/stacks/{PROJECT}/{other}.json", f"_deployments/{other}/1/begun.json"]
    for one in recorded(stack).all(ASSIGNMENT):
        role = str(one.inputs["roleDefinitionId"]).rpartition("/")[2]
        if role == Role.BLOB_DATA_CONTRIBUTOR and "/blobServices/" in str(one.inputs["scope"]):
            for action, path in ((action, path) for action in CHANGES for path in trusted):
                assert not allows(str(one.inputs["condition"]), blob(action, path)), (one.name, path)


def test_a_later_environment_reads_the_state_that_it_promotes_from_and_the_earlier_one_not_its() -> None:
    for stack, expected in (("prod", True), ("dev", False)):
        (other,) = set(STACKS) - {stack}
        for purpose in ("deploy", "drift"):
            one = recorded(stack).one(ASSIGNMENT, f"pipelines-rights-{purpose}-state")
            asked = blob("read", f".pulumi/stacks/{PROJECT}/{other}.json")
            assert allows(str(one.inputs["condition"]), asked) is expected, one.name


def test_what_the_program_grants_in_its_group_may_be_granted_by_the_pipeline_and_nothing_strong() -> None:
    for stack in STACKS:
        for one in recorded(stack).all(ASSIGNMENT):
            role = str(one.inputs["roleDefinitionId"]).rpartition("/")[2]
            inside = str(one.inputs["scope"]).startswith("${") and f"${{{STACKS[0]}." not in str(one.inputs["scope"])
            if inside and role not in STRONG:
                for action in ("write", "delete"):
                    asked = granting(role, str(one.inputs["principalType"]), action=action)
                    assert allows(may_grant(), asked), one.name


@pytest.mark.parametrize("action", ["write", "delete"])
@pytest.mark.parametrize("kind", ["ServicePrincipal", "Group", "User", "ForeignGroup"])
@pytest.mark.parametrize("role", sorted(STRONG))
def test_no_kind_of_principal_gets_a_strong_role(role: Role, kind: str, action: str) -> None:
    assert not allows(may_grant(), granting(role, kind, action=action))


@pytest.mark.parametrize(
    ("role", "kind"),
    [
        (Role.READER, "User"),
        (Role.ACR_PUSH, "Group"),
        (Role.KEY_VAULT_CRYPTO_USER, "ServicePrincipal"),
    ],
)
def test_a_role_is_granted_to_the_kind_of_principal_that_needs_it(role: Role, kind: str) -> None:
    assert not allows(may_grant(), granting(role, kind))


def test_each_blob_that_the_engine_keeps_for_a_stack_is_among_its_paths(tmp_path: Path) -> None:
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        pytest.skip("pulumi is not on PATH: the layout of its backend was not compared")
    (tmp_path / "state").mkdir()
    (tmp_path / "Pulumi.yaml").write_text(f"name: {PROJECT}\nruntime: python\n")
    variables = {
        "PATH": str(Path(pulumi).parent),
        "HOME": str(tmp_path / "home"),
        "PULUMI_BACKEND_URL": (tmp_path / "state").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "none",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    for stack in ("dev", "prod"):
        for command in (("stack", "init", stack), ("refresh", "--yes", "--stack", stack)):
            subprocess.run([pulumi, *command, "--non-interactive"], cwd=tmp_path, env=variables, check=True)

    kept = [str(file.relative_to(tmp_path / "state")) for file in (tmp_path / "state").rglob("*") if file.is_file()]
    own = {
        stack: {path for path in kept if allows(blobs(writes=state_paths(PROJECT, stack)), blob("write", path))}
        for stack in ("dev", "prod")
    }
    assert all(own.values())
    assert own["dev"] & own["prod"] == set()
    assert set(kept) - own["dev"] - own["prod"] == {BACKEND, f"{BACKEND}.attrs"}
