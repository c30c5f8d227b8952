"""`slipway bootstrap`: from an empty subscription to a place for the state, in steps that can be run again."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from delivery.bootstrap import cli, running
from delivery.bootstrap.place import find_place
from delivery.bootstrap.plan import plan, providers
from delivery.bootstrap.step import quote
from delivery.environment_file import adopt_environment, read_environment, write_environment
from delivery.failure import FailureError
from delivery.preview import project
from delivery.stack_config import read_stack
from tests.support.az import cloud
from tests.support.az.parsing import parse

from .conftest import ADMINS, Azure


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments))


def failure(done: Result) -> str:
    assert isinstance(done.exception, FailureError), done.output
    return str(done.exception)


def change(root: Path, stack: str, old: str, new: str) -> None:
    file = root / f"Pulumi.{stack}.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_an_empty_subscription_gets_everything(azure: Azure, root: Path) -> None:
    done = run("--stack", "dev", "--yes")
    assert done.exit_code == 0, done.exception
    state, config = azure.state, read_stack(project.read(root), "dev")
    assert set(providers(config)) <= set(state["registered"])
    assert state["accounts"] == {
        "stslipwaystatex7k2": {
            "group": "rg-slipway-state",
            "keys": False,
            "kept": True,
            "containers": ["state", "releases"],
        }
    }
    assert list(state["vaults"]["kv-slipway-x7k2"]) == ["state"]
    assert [one["role"] for one in state["assignments"]] == [
        "Storage Blob Data Contributor",
        "Key Vault Crypto Officer",
    ]
    assert state["directory"][ADMINS]["members"] == [cloud.ADA]
    assert state["features"] == []


def test_the_facts_are_those_of_the_place_and_hold_no_secret(azure: Azure, root: Path) -> None:
    assert run("--stack", "dev", "--yes").exit_code == 0
    vault = "kv-slipway-x7k2"
    assert read_environment(root / ".slipway" / "env") == {
        "PULUMI_BACKEND_URL": "azblob://state?storage_account=stslipwaystatex7k2",
        "AZURE_STORAGE_ACCOUNT": "stslipwaystatex7k2",
        "SLIPWAY_RELEASES": "az://stslipwaystatex7k2/releases",
        "SLIPWAY_SECRETS_PROVIDER": f"azurekeyvault://{vault}.vault.azure.net/keys/state/"
        + azure.state["vaults"][vault]["state"],
        "SLIPWAY_SECRETS_KEY": f"/subscriptions/{cloud.SUBSCRIPTION}/resourceGroups/rg-slipway-state/providers"
        f"/Microsoft.KeyVault/vaults/{vault}/keys/state",
        "AZURE_USE_AZURE_CLI": "true",
        "AZURE_TOKEN_CREDENTIALS": "AzureCLICredential",
    }


@pytest.mark.usefixtures("root")
def test_a_second_run_finds_everything_and_changes_nothing(azure: Azure) -> None:
    assert run("--stack", "dev", "--yes").exit_code == 0
    before, azure.calls[:] = json.dumps(azure.state), []
    done = run("--stack", "dev")
    assert done.exit_code == 0
    assert "Will be made" not in done.output
    assert azure.changes == []
    assert json.dumps(azure.state) == before


@pytest.mark.usefixtures("root")
def test_prod_finds_what_dev_made_and_asks_for_its_own_alone(azure: Azure) -> None:
    assert run("--stack", "dev", "--yes").exit_code == 0
    azure.calls.clear()
    assert run("--stack", "prod", "--yes").exit_code == 0
    assert azure.changes == [
        "provider register --namespace Microsoft.PolicyInsights",
        "provider register --namespace Microsoft.Security",
        "feature register --namespace Microsoft.Compute --name EncryptionAtHost",
        "provider register --namespace Microsoft.Compute --wait",
    ]


@pytest.mark.usefixtures("root")
def test_without_a_terminal_and_without_yes_nothing_is_made(azure: Azure) -> None:
    done = run("--stack", "dev")
    assert "az storage account create --name stslipwaystatex7k2" in done.output
    assert "allowed: --yes, or --print" in failure(done)
    assert azure.changes == []


@pytest.mark.parametrize(
    ("refused", "step", "words"),
    [
        ("storage account create", "storage account stslipwaystatex7k2", "(StorageAccountAlreadyTaken) is taken"),
        ("keyvault create", "vault kv-slipway-x7k2", "(VaultAlreadyExists) in a deleted state"),
        ("role assignment create", "role Storage Blob Data Contributor", "(AuthorizationFailed) may not"),
    ],
)
@pytest.mark.usefixtures("root")
def test_the_first_failure_ends_it_and_the_next_run_goes_on_there(
    azure: Azure, refused: str, step: str, words: str
) -> None:
    azure.state["refused"][refused] = words
    message = failure(run("--stack", "dev", "--yes"))
    assert message.startswith(f"{step}: az {' '.join(refused.split()[:2])}: {words}\n")
    assert f"the command was: az {refused}" in message
    assert message.endswith("go on with: slipway bootstrap --stack dev")
    made = len(azure.changes) - 1
    assert f"\n{made} of " in message
    azure.state["refused"].clear()
    azure.calls.clear()
    assert run("--stack", "dev", "--yes").exit_code == 0
    assert azure.changes[0].startswith(refused)


@pytest.mark.usefixtures("root")
def test_a_feature_that_is_never_registered_ends_it(azure: Azure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "SETTLE_SECONDS", 0)
    assert "feature EncryptionAtHost: Azure has not finished it" in failure(run("--stack", "prod", "--yes"))
    assert azure.state["features"]


@pytest.mark.usefixtures("root")
def test_who_is_not_logged_in_is_shown_how(azure: Azure) -> None:
    azure.state["refused"]["account show"] = "Please run 'az login' to setup account."
    assert "log in: az login" in failure(run("--stack", "dev"))


@pytest.mark.usefixtures("root")
def test_roles_go_to_the_person_who_is_named(azure: Azure) -> None:
    assert run("--stack", "dev", "--yes", "--for", cloud.BOB).exit_code == 0
    assert {one["who"] for one in azure.state["assignments"]} == {cloud.BOB}
    assert azure.state["directory"][ADMINS]["members"] == [cloud.BOB]


def test_the_printed_script_does_the_same_as_the_command(azure: Azure, az_program: Path, root: Path) -> None:
    script = run("--stack", "prod", "--print").output
    assert azure.calls == []
    assert not (root / ".slipway").exists()
    quick = script.replace("do sleep 10", "do sleep 0")
    done = subprocess.run(["bash", "-c", quick], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert run("--stack", "prod", "--yes").exit_code == 0
    assert json.loads(az_program.read_text(encoding="utf-8")) == azure.state


@pytest.mark.usefixtures("root")
def test_the_printed_script_ends_at_the_first_failure_and_leaves_the_shell(azure: Azure, az_program: Path) -> None:
    azure.state["refused"]["storage account create"] = "(StorageAccountAlreadyTaken) is taken"
    az_program.write_text(json.dumps(azure.state), encoding="utf-8")
    script = run("--stack", "dev", "--print").output
    done = subprocess.run(["bash", "-c", f"{script}\necho left $?"], capture_output=True, text=True, check=False)
    assert done.stdout.endswith("left 1\n")
    assert "is taken" in done.stderr
    assert json.loads(az_program.read_text(encoding="utf-8"))["vaults"] == {}


@pytest.mark.parametrize(
    "word", ["plain", "two words", "it's", "a\"b'c", "$HOME `id` \\", "[?a=='b'].c", "", "${ME}!", 'x${SUBSCRIPTION}"y']
)
def test_a_quoted_word_comes_out_of_a_shell_as_it_went_in(word: str) -> None:
    program = f"ME=me SUBSCRIPTION=sub; printf %s {quote(word)}"
    said = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=True).stdout
    assert said == word.replace("${ME}", "me").replace("${SUBSCRIPTION}", "sub")


def test_every_command_is_one_that_the_azure_cli_knows(root: Path) -> None:
    found = project.read(root)
    for stack in ("dev", "prod"):
        for step in plan(read_stack(found, stack), find_place(found, stack)):
            for words in (step.look, *step.make, *step.then):
                assert parse(words).command


def test_a_stack_without_pipelines_gets_a_place_by_its_suffix(root: Path) -> None:
    text = (root / "Pulumi.dev.yaml").read_text(encoding="utf-8")
    (root / "Pulumi.dev.yaml").write_text(text.partition("  slipway:pipelines:")[0], encoding="utf-8")
    place = find_place(project.read(root), "dev")
    assert (place.group, place.account, place.key.vault) == (
        "rg-slipway-state",
        "stslipwaystatex7k2",
        "kv-slipway-x7k2",
    )


def test_a_key_in_the_stack_file_is_the_one_that_is_made(azure: Azure, root: Path) -> None:
    key = (
        f"/subscriptions/{cloud.SUBSCRIPTION}/resourceGroups/rg-keys/providers/Microsoft.KeyVault/vaults/kv-own/keys/k"
    )
    for stack in ("dev", "prod"):
        change(root, stack, "      container: state\n", f"      container: state\n      secretsKey: {key}\n")
    assert run("--stack", "dev", "--yes").exit_code == 0
    assert list(azure.state["vaults"]["kv-own"]) == ["k"]
    assert "rg-keys" in azure.state["groups"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "account: stslipwaystatex7k2",
            "account: another",
            "state.account: found another, allowed: stslipwaystatex7k2",
        ),
        (
            "resourceGroup: rg-slipway-state",
            "resourceGroup: rg-x",
            "resourceGroup: found rg-x, allowed: rg-slipway-state",
        ),
        ("tier: Standard", "tier: Best", 'slipway:cluster.tier: found "Best", allowed: Free, Standard or Premium'),
    ],
)
def test_a_file_that_contradicts_is_refused_before_azure_is_asked(
    azure: Azure, root: Path, old: str, new: str, message: str
) -> None:
    change(root, "prod", old, new)
    assert message in failure(run("--stack", "prod", "--yes"))
    assert azure.calls == []


def test_a_variable_that_is_set_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "env"
    write_environment({"SLIPWAY_ONE": "it's one", "SLIPWAY_TWO": "two"}, file)
    monkeypatch.setenv("SLIPWAY_ONE", "")
    monkeypatch.delenv("SLIPWAY_TWO", raising=False)
    adopt_environment(file)
    values: dict[str, Any] = {name: os.environ.pop(name) for name in ("SLIPWAY_ONE", "SLIPWAY_TWO")}
    assert values == {"SLIPWAY_ONE": "", "SLIPWAY_TWO": "two"}
