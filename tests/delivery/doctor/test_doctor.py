"""The doctor: what is there, what is missing and how to mend it, and what could not be looked at."""

import ast
import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from delivery.doctor import az, azure, cli, devops, tools
from delivery.doctor.azure import PROVIDERS
from delivery.doctor.finding import Finding, Purpose, State
from delivery.doctor.target import Target, read
from delivery.failure import FailureError
from delivery.paths import ROOT

from .conftest import ID, SKUS
from .fake import Machine


def named(findings: Iterable[Finding]) -> dict[str, Finding]:
    return {finding.name: finding for finding in findings}


@pytest.fixture
def target(root: Path) -> Target:
    return read(root, "dev")


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a pulled model version lies."""
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "manifest.json").touch()
    monkeypatch.setattr(tools, "MODEL", folder)
    return folder


@pytest.mark.usefixtures("machine", "model", "pinned")
def test_a_whole_machine_lacks_nothing() -> None:
    assert {finding.name: finding.state for finding in tools.look() if finding.state is not State.THERE} == {}


@pytest.mark.usefixtures("machine")
def test_a_ready_azure_lacks_nothing(target: Target) -> None:
    found = named([*azure.look(target), *devops.look(target)])
    assert {name: finding.found for name, finding in found.items() if finding.state is not State.THERE} == {}
    assert list(found) == [*azure.NAMES, *devops.NAMES]
    assert "room for 12 of standardDASv5Family, 12 of cores in westeurope" in found["quota"].found


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("git", "install git"),
        ("make", "make|xcode-select"),
        ("az", "InstallAzureCLIDeb|brew install azure-cli"),
        ("kubectl", "az aks install-cli"),
        ("kubelogin", "az aks install-cli"),
        ("node", "nodejs|brew install node"),
        ("pulumi", r"get\.pulumi\.com \| sh -s -- --version 3\."),
        ("docker", "docker"),
    ],
)
@pytest.mark.usefixtures("model")
def test_a_missing_program_comes_with_the_command_that_installs_it(machine: Machine, name: str, remedy: str) -> None:
    machine.lacks(name)
    finding = named(tools.look())[name]
    assert finding.state is State.MISSING
    assert finding.found == "not on PATH"
    assert re.search(remedy, finding.remedy)


@pytest.mark.parametrize(
    ("name", "said", "fault"),
    [
        ("git", "git version 1.8.3.1", "1.8.3, needed is 2.20 or newer"),
        ("node", "v12.22.9", "12.22.9, needed is 20 or newer"),
        ("pulumi", "v3.100.0", r"3.100.0, needed is 3.\d+.\d+ or newer"),
        ("kubectl", "nonsense", "does not tell its version: nonsense"),
    ],
)
@pytest.mark.usefixtures("model")
def test_an_old_or_broken_program_is_as_good_as_none(machine: Machine, name: str, said: str, fault: str) -> None:
    machine.has(name, said)
    finding = named(tools.look())[name]
    assert finding.state is State.MISSING
    assert re.fullmatch(fault, finding.found)


@pytest.mark.usefixtures("model")
def test_an_engine_that_does_not_answer_and_a_missing_builder_are_told_apart(machine: Machine) -> None:
    machine.script("docker", '#!/bin/sh\n[ "$1" = buildx ] && echo v0.21.0 || { echo "Cannot connect" >&2; exit 1; }\n')
    found = named(tools.look())
    assert found["docker"].found == "docker version: Cannot connect"
    assert "start docker" in found["docker"].remedy or "open -a Docker" in found["docker"].remedy
    assert found["buildx"].state is State.THERE
    machine.script("docker", '#!/bin/sh\n[ "$1" = version ] && echo 28.2.2 || exit 1\n')
    found = named(tools.look())
    assert found["docker"].state is State.THERE
    assert found["buildx"].state is State.MISSING


@pytest.mark.usefixtures("machine")
def test_an_image_needs_a_pulled_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tools, "MODEL", tmp_path / "nothing")
    finding = named(tools.look())["model"]
    assert finding.needed_for == {Purpose.IMAGE}
    assert "make rehearse" in finding.remedy


def test_without_the_azure_cli_nothing_of_the_cloud_was_looked_at_and_that_is_said(
    machine: Machine, target: Target
) -> None:
    machine.lacks("az")
    found = [*azure.look(target), *devops.look(target)]
    assert {finding.state for finding in found} == {State.UNKNOWN}
    assert {finding.found for finding in found} == {"not looked at: the Azure CLI is missing"}


def test_who_is_not_logged_in_is_told_how_and_what_could_not_be_seen(machine: Machine, target: Target) -> None:
    machine.az("account show", "ERROR: Please run 'az login' to setup account.", code=1)
    found = named(azure.look(target))
    assert found["login"].state is State.MISSING
    assert found["login"].found == "az account show: Please run 'az login' to setup account."
    assert found["login"].remedy.startswith("az login")
    assert {found[name].state for name in azure.NAMES[1:]} == {State.UNKNOWN}


def test_a_subscription_that_is_not_enabled_is_no_subscription(machine: Machine, target: Target) -> None:
    machine.az("account show", {"id": ID, "name": "Old", "state": "Disabled", "user": {}})
    finding = named(azure.look(target))["subscription"]
    assert finding.found == f"Old ({ID}) is Disabled"
    assert finding.remedy.startswith("az account set --subscription ID")


def test_each_provider_that_is_not_registered_comes_with_its_command(machine: Machine, target: Target) -> None:
    machine.az("provider list", [[name, "Registered"] for name in PROVIDERS[2:]] + [[PROVIDERS[1], "NotRegistered"]])
    finding = named(azure.look(target))["providers"]
    assert finding.found == f"not registered: {PROVIDERS[0]}, {PROVIDERS[1]}"
    assert finding.remedy.split("; ") == [f"az provider register --namespace {name} --wait" for name in PROVIDERS[:2]]


CONTRIBUTOR = {"actions": ["*"], "notActions": ["Microsoft.Authorization/*/Write", "Microsoft.Authorization/*/Delete"]}
GRANTER = {"actions": ["Microsoft.Authorization/roleAssignments/write", "*/read"], "notActions": []}
READER = {"actions": ["*/read"], "notActions": []}


@pytest.mark.parametrize(
    ("permissions", "lacking"),
    [
        ([{"actions": ["*"], "notActions": []}], ""),
        ([CONTRIBUTOR, GRANTER], ""),
        ([CONTRIBUTOR], "may not write role assignments"),
        ([GRANTER], "may not make resource groups, nor register resource providers"),
        ([READER], "may not make resource groups, nor write role assignments, nor register resource providers"),
        ([], "may not make resource groups, nor write role assignments, nor register resource providers"),
    ],
)
def test_rights_are_read_from_what_azure_says_that_one_may_do(
    machine: Machine, target: Target, permissions: list[Any], lacking: str
) -> None:
    machine.az("rest --method get", {"value": permissions})
    finding = named(azure.look(target))["rights"]
    assert (finding.state is State.MISSING) == bool(lacking)
    if lacking:
        assert finding.found == lacking
        assert 'az role assignment create --assignee ID --role "Contributor"' in finding.remedy
        assert f"--scope /subscriptions/{ID}" in finding.remedy


def test_rights_that_cannot_be_read_are_unknown_and_not_there(machine: Machine, target: Target) -> None:
    machine.az("rest --method get", "ERROR: Forbidden", code=1)
    finding = named(azure.look(target))["rights"]
    assert finding.state is State.UNKNOWN
    assert finding.found.startswith("not looked at: az rest")


def test_a_state_backend_that_refuses_is_told_from_one_that_is_not_there(machine: Machine, target: Target) -> None:
    machine.az(
        "storage blob list", "ERROR: You do not have the required permissions... AuthorizationPermissionMismatch", 1
    )
    refused = named(azure.look(target))["state"]
    assert refused.found.startswith("ststate/state refuses: ")
    assert '--role "Storage Blob Data Contributor"' in refused.remedy
    assert f"/subscriptions/{ID}/resourceGroups/rg-state/" in refused.remedy
    machine.az("storage blob list", "ERROR: Failed to resolve 'ststate.blob.core.windows.net'", code=1)
    gone = named(azure.look(target))["state"]
    assert gone.found.startswith("ststate/state cannot be reached: ")
    assert "az storage account create --name ststate --resource-group rg-state" in gone.remedy
    assert "--allow-shared-key-access false" in gone.remedy
    assert "az storage container create --name state" in gone.remedy


def usage(limit: int, used: int, family: str = "standardDASv5Family") -> list[dict[str, Any]]:
    return [
        {"name": {"value": family}, "limit": limit, "currentValue": used},
        {"name": {"value": "cores"}, "limit": 1000, "currentValue": 0},
    ]


def test_too_small_a_quota_is_told_with_the_number_to_ask_for(machine: Machine, target: Target) -> None:
    machine.az("vm list-usage", usage(limit=10, used=4))
    finding = named(azure.look(target))["quota"]
    # Two and three machines of two processors, and one more while a pool is upgraded.
    assert finding.found == "standardDASv5Family: 12 processors needed, 6 of 10 left"
    assert "az quota update --resource-name standardDASv5Family" in finding.remedy
    assert "value=16 " in finding.remedy


def test_machines_that_run_already_are_no_lack_of_room(machine: Machine, target: Target) -> None:
    machine.az("vm list-usage", usage(limit=12, used=8))
    machine.az("aks list", [{"name": "system", "vmSize": "Standard_D2as_v5", "count": 2}] * 2)
    assert named(azure.look(target))["quota"].state is State.THERE
    (asked,) = [call for call in machine.calls if call.startswith("aks list")]
    assert "tags.workload=='scoring' && tags.environment=='dev'" in asked


@pytest.mark.parametrize(
    ("skus", "fault"),
    [
        ([], "Standard_D2as_v5: no such size"),
        (
            [{**SKUS[0], "restrictions": [{"type": "Location", "reasonCode": "NotAvailableForSubscription"}]}],
            "Standard_D2as_v5: NotAvailableForSubscription",
        ),
    ],
)
def test_a_size_that_cannot_be_had_there_is_named(
    machine: Machine, target: Target, skus: list[dict[str, Any]], fault: str
) -> None:
    machine.az("vm list-skus", skus)
    finding = named(azure.look(target))["quota"]
    assert finding.found == f"cannot be had in westeurope: {fault}"
    assert finding.remedy.startswith("az vm list-skus --location westeurope")


def test_azure_devops_needs_its_extension(machine: Machine, target: Target) -> None:
    machine.az("extension list", None)
    found = named(devops.look(target))
    assert found["devops"].remedy == "az extension add --name azure-devops"
    assert {found[name].state for name in devops.NAMES[1:]} == {State.UNKNOWN}


def test_an_organisation_that_does_not_answer_hides_its_projects(machine: Machine, target: Target) -> None:
    machine.az("devops project list", "ERROR: TF400813: The user is not authorized", code=1)
    found = named(devops.look(target))
    assert "TF400813" in found["organisation"].found
    assert found["project"].state is State.UNKNOWN


@pytest.mark.parametrize(
    ("create", "state", "said"),
    [("false", State.MISSING, "Slipway does not exist"), ("true", State.THERE, "pulumi up makes it")],
)
def test_a_missing_project_is_made_by_hand_or_by_the_program(
    machine: Machine, root: Path, create: str, state: State, said: str
) -> None:
    file = root / "Pulumi.dev.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("create: false", f"create: {create}"), encoding="utf-8")
    machine.az("devops project list", ["Other"])
    finding = named(devops.look(read(root, "dev")))["project"]
    assert finding.state is state
    assert said in finding.found


def test_a_job_token_that_reaches_every_project_comes_with_the_command_that_limits_it(
    machine: Machine, target: Target
) -> None:
    machine.az(f"rest --method get --resource {az.DEVOPS}", {"enforceJobAuthScope": False})
    finding = named(devops.look(target))["job token"]
    assert finding.state is State.MISSING
    assert finding.needed_for == {Purpose.PIPELINES}
    assert finding.found == "reaches every project of https://dev.azure.com/contoso"
    assert finding.remedy.startswith("az rest --method patch ")
    assert "https://dev.azure.com/contoso/Slipway/_apis/build/generalsettings?api-version=" in finding.remedy


def test_settings_of_a_project_that_cannot_be_read_are_unknown(machine: Machine, target: Target) -> None:
    machine.az(f"rest --method get --resource {az.DEVOPS}", "ERROR: Forbidden", code=1)
    assert named(devops.look(target))["job token"].state is State.UNKNOWN


@pytest.mark.usefixtures("machine", "model")
def test_tools_without_checksums_are_named(pinned: Path) -> None:
    pinned.write_text(pinned.read_text(encoding="utf-8").replace("0" * 64, "", 1), encoding="utf-8")
    finding = named(tools.look())["checksums"]
    assert finding.state is State.MISSING
    assert finding.needed_for == {Purpose.PIPELINES}
    assert finding.found == "none of pulumi"
    assert finding.remedy.startswith("slipway tools pin")


@pytest.mark.usefixtures("machine", "model")
def test_a_broken_file_of_tools_is_named_with_its_mistake(pinned: Path) -> None:
    pinned.write_text('{"tools": [{}]}', encoding="utf-8")
    finding = named(tools.look())["checksums"]
    assert finding.state is State.MISSING
    assert "tools.0.name" in finding.found


def test_a_stack_without_a_file_is_said_and_the_rest_is_looked_at(machine: Machine, root: Path) -> None:
    with pytest.raises(FailureError, match="no such stack file"):
        read(root, "prod")
    found = named(azure.look(None, "Pulumi.prod.yaml: no such stack file"))
    assert found["rights"].state is State.THERE
    assert found["quota"].found == "not looked at: Pulumi.prod.yaml: no such stack file"
    assert machine.calls


def test_every_stack_file_of_this_project_can_be_read() -> None:
    for stack in ("dev", "prod"):
        target = read(ROOT, stack)
        assert target.location
        assert target.state is not None
        assert {pool.name for pool in target.pools} >= {"system"}


def test_nothing_is_ever_changed(machine: Machine, target: Target) -> None:
    list(azure.look(target))
    list(devops.look(target))
    verbs = {call.split(" --")[0] for call in machine.calls}
    assert verbs == {
        "account show",
        "provider list",
        "rest",
        "storage blob list",
        "vm list-skus",
        "vm list-usage",
        "aks list",
        "extension list",
        "devops project list",
    }
    assert [call for call in machine.calls if call.startswith("rest") and "--method get" not in call] == []


NAMESPACES = {
    "alertsmanagement": "Microsoft.AlertsManagement",
    "containerregistry": "Microsoft.ContainerRegistry",
    "containerservice": "Microsoft.ContainerService",
    "consumption": "Microsoft.Consumption",
    "dashboard": "Microsoft.Dashboard",
    "dns": "Microsoft.Network",
    "managedidentity": "Microsoft.ManagedIdentity",
    "monitor": "Microsoft.Insights",
    "network": "Microsoft.Network",
    "operationalinsights": "Microsoft.OperationalInsights",
    "privatedns": "Microsoft.Network",
    "storage": "Microsoft.Storage",
}
ALWAYS = {"authorization", "resources", "provider", "Provider"}
"""What every subscription has."""


def test_every_provider_that_the_program_uses_is_looked_at() -> None:
    used = set()
    for file in (ROOT / "infra" / "slipway").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "pulumi_azure_native":
                used |= {name.name for name in node.names}
    assert used - ALWAYS <= set(NAMESPACES), "a new module: add its namespace here and to PROVIDERS"
    assert {NAMESPACES[name] for name in used - ALWAYS} <= set(PROVIDERS)


Run = Callable[..., Result]


@pytest.fixture
def run(machine: Machine, model: Path, pinned: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `doctor ...` on that machine."""
    assert machine.folder
    assert model.is_dir()
    assert pinned.is_file()
    monkeypatch.setattr(cli, "ROOT", root)
    return lambda *arguments: CliRunner().invoke(cli.app, list(arguments))


@pytest.mark.parametrize("purpose", [None, *Purpose])
def test_where_nothing_lacks_the_exit_code_is_0(run: Run, purpose: Purpose | None) -> None:
    done = run("--for", purpose) if purpose else run()
    assert done.exit_code == 0, done.output
    for wanted in [purpose] if purpose else Purpose:
        assert re.search(rf"{wanted} +everything needed is there", done.output)


@pytest.mark.parametrize(
    ("gone", "stopped"),
    [
        ("docker", {Purpose.IMAGE}),
        ("pulumi", {Purpose.DEPLOY}),
        ("kubelogin", {Purpose.DEPLOY}),
        ("node", {Purpose.PIPELINES}),
        ("az", {Purpose.DEPLOY, Purpose.PIPELINES}),
        ("git", {Purpose.IMAGE, Purpose.DEPLOY, Purpose.PIPELINES}),
        ("make", set(Purpose)),
    ],
)
def test_what_lacks_stops_the_purposes_that_need_it_and_no_other(
    run: Run, machine: Machine, gone: str, stopped: set[Purpose]
) -> None:
    machine.lacks(gone)
    assert {purpose for purpose in Purpose if run("--for", purpose).exit_code} == stopped
    assert run().exit_code == 1


def test_what_could_not_be_seen_is_said_and_is_not_taken_for_there(run: Run, machine: Machine) -> None:
    machine.az("rest --method get", "ERROR: Forbidden", code=1)
    done = run("--for", "deploy")
    assert done.exit_code == 1
    assert "Not looked at, and so not known to be there: rights." in done.output


def test_the_cloud_is_not_asked_where_the_purpose_does_not_need_it(run: Run, machine: Machine) -> None:
    run("--for", "image")
    assert not (machine.folder / "az.calls").exists() or machine.calls == [
        call for call in machine.calls if call.startswith("version")
    ]


def test_json_has_the_same_findings(run: Run, machine: Machine) -> None:
    machine.lacks("pulumi")
    done = run("--for", "deploy", "--json")
    document = json.loads(done.stdout)
    assert done.exit_code == 1
    assert document["for"] == "deploy"
    assert document["lacking"] == ["pulumi"]
    (finding,) = [one for one in document["findings"] if one["name"] == "pulumi"]
    assert finding["state"] == "missing"
    assert finding["needed_for"] == ["deploy"]
    assert finding["remedy"].startswith("curl")


@pytest.mark.usefixtures("machine")
def test_an_unknown_purpose_is_refused_with_those_that_there_are(run: Run) -> None:
    done = run("--for", "world peace")
    assert done.exit_code == 2
    assert "rehearse" in done.output
