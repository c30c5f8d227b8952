"""`slipway init`: a stack file by options or by answers, valid before it is written."""

import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types
from typer.testing import CliRunner, Result

from delivery.az import AzError
from delivery.failure import ConflictError, FailureError, UsageError
from delivery.init import cli, gathering, groups
from delivery.init.answers import free_space
from delivery.init.gathering import Given, gather
from delivery.init.questions import Questions
from delivery.init.sizes import choose_machine, choose_version
from delivery.paths import ROOT
from delivery.preview import project
from delivery.stack_config import read_stack
from delivery.stack_file import read_mapping
from docs.reference import stack_schema
from slipway.config.stack import StackConfig
from slipway.kubernetes_versions import supported
from slipway.machines import machines

ADMINS, PUBLISHERS, APPROVERS = (f"{letter * 8}-1111-2222-3333-444444444444" for letter in "abc")
SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
FIRST = {
    "--stack": "dev",
    "--suffix": "k3v",
    "--owner": "ml-platform",
    "--cost-centre": "cc-1234",
    "--admins": ADMINS,
    "--publishers": PUBLISHERS,
    "--email": "ml-platform@contoso.com",
}
DEVOPS = {"--organization": "https://dev.azure.com/contoso", "--subscription": SUBSCRIPTION}
LATER = {"--stack": "prod", "--promotes-from": "dev"}


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project without a stack file, on a machine without a login to Azure."""
    (tmp_path / "app").mkdir()
    shutil.copy(ROOT / "app" / "app.yaml", tmp_path / "app")
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    monkeypatch.setattr(cli, "ROOT", tmp_path)

    def refuse(*arguments: str) -> Any:
        raise AzError(f"az {arguments[0]}: Please run 'az login'")

    for module in (gathering, groups):
        monkeypatch.setattr(module, "az", refuse)
    return tmp_path


def run(options: dict[str, str], *more: str, answers: str | None = None) -> Result:
    return CliRunner().invoke(cli.app, [*(word for pair in options.items() for word in pair), *more], input=answers)


def written(root: Path, options: dict[str, str], *more: str) -> StackConfig:
    done = run(options, *more)
    assert done.exit_code == 0, done.exception
    return read_stack(project.read(root), options["--stack"])


def test_the_first_environment_is_cheap_public_and_has_no_pipelines(root: Path) -> None:
    config = written(root, FIRST)
    assert (config.environment.suffix, config.environment.protect) == ("k3v", False)
    assert config.cluster.access.admins == (ADMINS,)
    assert config.model
    assert config.model.blob
    assert config.model.blob.publishers == (PUBLISHERS,)
    assert config.pipelines is None


def test_a_later_environment_takes_over_names_groups_and_the_place_of_the_state(root: Path) -> None:
    dev = written(root, FIRST | DEVOPS)
    prod = written(root, LATER | {"--approvers": APPROVERS, "--pool": "private", "--callers": "10.90.0.0/24"})
    assert prod.environment.promotes_from == "dev"
    assert prod.environment.protect is True
    for name in ("workload", "location", "suffix", "owner", "cost_centre"):
        assert getattr(prod.environment, name) == getattr(dev.environment, name)
    assert prod.pipelines
    assert dev.pipelines
    assert prod.pipelines.state == dev.pipelines.state
    assert str(dev.pipelines.state.secrets_key).startswith(f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-slipway-")
    assert prod.pipelines.checks.approval
    assert prod.pipelines.checks.approval.approvers == (APPROVERS,)
    assert prod.network.endpoint_callers == ("10.90.0.0/24",)
    assert prod.network.address_space != dev.network.address_space


@pytest.mark.parametrize("options", [FIRST | DEVOPS, LATER | {"--approvers": APPROVERS, "--pool": "private"}])
def test_a_file_is_what_editors_check_by_the_schema_that_it_names(root: Path, options: dict[str, str]) -> None:
    written(root, FIRST | DEVOPS)
    written(root, options, "--force")
    file = root / f"Pulumi.{options['--stack']}.yaml"
    first = file.read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=docs/reference/stack.schema.json"
    assert list(Draft202012Validator(stack_schema.schema()).iter_errors(read_mapping(file))) == []


@pytest.mark.parametrize("region", ["westeurope", "westus"])
def test_zones_are_asked_for_where_the_region_has_some(root: Path, region: str) -> None:
    dev = written(root, FIRST | {"--location": region})
    prod = written(root, LATER)
    zoned = region == "westeurope"
    assert dev.address.zone_redundant is prod.registry.zone_redundant is zoned
    assert bool(prod.cluster.system.zones) is zoned


def test_models_in_s3_an_own_name_https_and_another_server_are_options(root: Path) -> None:
    config = written(
        root,
        FIRST
        | DEVOPS
        | {"--bucket": "contoso-models", "--bucket-region": "eu-central-1"}
        | {"--bucket-role": "arn:aws:iam::123456789012:role/slipway-models"}
        | {"--zone": "contoso.com", "--zone-group": "rg-dns", "--record": "scoring"}
        | {"--code": "other-git", "--url": "https://git.contoso.com/ml/scoring.git"},
        "--https",
    )
    assert config.model
    assert config.model.s3
    assert config.address.record
    assert config.address.record.host == "scoring.contoso.com"
    assert config.entry.scheme == "https"
    assert config.pipelines
    assert config.pipelines.hub
    assert config.pipelines.hub.source.url == "https://git.contoso.com/ml/scoring.git"
    assert config.pipelines.checks.branch_control == "named"


@pytest.mark.parametrize("text", ["1e5", "0123", "true", "22:00", "a: b", "#1", 'the "best"', "ünï", "2026-12-01"])
def test_text_stays_text_whatever_it_looks_like(root: Path, text: str) -> None:
    assert written(root, FIRST | {"--owner": text}).environment.owner == text


def test_a_suffix_that_looks_like_a_number_stays_text(root: Path) -> None:
    assert written(root, FIRST | {"--suffix": "1e5"}).environment.suffix == "1e5"


def test_a_file_that_is_there_stays_until_force_is_given(root: Path) -> None:
    file = root / "Pulumi.dev.yaml"
    file.write_text("config: {}\n", encoding="utf-8")
    done = run(FIRST)
    assert isinstance(done.exception, ConflictError)
    assert "Overwrite it with: --force" in str(done.exception)
    assert file.read_text(encoding="utf-8") == "config: {}\n"
    assert written(root, FIRST, "--force").stack == "dev"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"--suffix": "X7"}, 'slipway:environment.suffix: found "X7", allowed: 2 to 6 lower-case letters and digits'),
        ({"--location": "westeuropa"}, 'slipway:environment.location: found "westeuropa"'),
        ({"--email": "me"}, 'slipway:monitoring.notify.emails[0]: found "me"'),
        ({"--contract": "other/app.yaml"}, "--contract: found other/app.yaml"),
        ({"--promotes-from": "test"}, "Pulumi.test.yaml: no such stack file"),
        ({"--zone": "contoso.com"}, "--zone: found no --zone-group"),
        ({"--bucket": "b"}, "--bucket: found no --bucket-region"),
    ],
)
def test_a_value_that_the_program_refuses_is_never_written(root: Path, change: dict[str, str], message: str) -> None:
    done = run(FIRST | change)
    assert isinstance(done.exception, FailureError), done.output
    assert message in str(done.exception)
    assert list(root.glob("Pulumi.*.yaml")) == []


def test_without_a_terminal_everything_that_lacks_is_named_at_once() -> None:
    done = run({"--stack": "dev", "--owner": "me"})
    assert isinstance(done.exception, UsageError)
    assert "found no --cost-centre, --admins, --email, --publishers, and no terminal" in str(done.exception)


def test_on_a_terminal_what_lacks_is_asked(root: Path) -> None:
    asked: list[str] = []
    replies = {"owner": "me", "cost centre": "cc", "that may do": f"{ADMINS}, {PUBLISHERS}", "hears": "a@contoso.com"}
    replies |= {"publishes": PUBLISHERS}

    def prompt(question: str, default: str | None = None) -> str:
        asked.append(question)
        return next((reply for word, reply in replies.items() if word in question), default or "")

    answers = gather(Given(stack="dev"), project.read(root), Questions(interactive=True, prompt=prompt))
    assert answers.admins == (ADMINS, PUBLISHERS)
    assert answers.location == "westeurope"
    assert re.fullmatch(r"[a-z][a-z0-9]{4}", answers.suffix)
    assert answers.devops is None
    assert len(asked) == len(set(asked)) == 9


def test_an_answer_that_the_program_refuses_is_asked_for_again(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replies = iter(["X7", "x7k2", "me", "cc", ADMINS, "a", "a@contoso.com", PUBLISHERS, "contoso", ""])
    options = Given(stack="dev", workload="scoring", location="westeurope")
    questions = Questions(interactive=True, prompt=lambda *_, **__: next(replies))
    answers = gather(options, project.read(root), questions)
    assert (answers.suffix, answers.emails) == ("x7k2", ("a@contoso.com",))
    said = capsys.readouterr().out
    assert "found X7, allowed: 2 to 6 lower-case letters and digits\n" in said
    assert "found a, allowed: an e-mail address such as oncall@contoso.com\n" in said
    assert "found contoso, allowed: an organisation such as https://dev.azure.com/contoso\n" in said


def test_a_second_later_environment_is_told_of_its_neighbour(root: Path) -> None:
    written(root, FIRST)
    written(root, LATER)
    done = run(LATER | {"--stack": "staging"})
    assert "prod promotes from dev too" in done.output
    spaces = {one: read_stack(project.read(root), one).network.address_space for one in ("dev", "staging", "prod")}
    assert len(set(spaces.values())) == 3


@pytest.fixture
def azure(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    def answer(*arguments: str) -> Any:
        if arguments[:2] == ("ad", "group"):
            if arguments[arguments.index("--group") + 1] == "ml-platform":
                return ADMINS
            raise AzError("az ad group show: No group matches the name")
        if arguments[:4] == ("devops", "security", "group", "list"):
            return [["scoring release approvers", APPROVERS]]
        return SUBSCRIPTION

    for module in (gathering, groups):
        monkeypatch.setattr(module, "az", answer)
    return answer


@pytest.mark.usefixtures("azure")
def test_groups_may_be_given_by_their_names(root: Path) -> None:
    dev = written(root, FIRST | {"--admins": "ml-platform", "--organization": DEVOPS["--organization"]})
    assert dev.cluster.access.admins == (ADMINS,)
    assert dev.pipelines
    assert SUBSCRIPTION in str(dev.pipelines.state.secrets_key)
    prod = written(root, LATER | {"--approvers": "scoring release approvers", "--pool": "private"})
    assert prod.pipelines
    assert prod.pipelines.checks.approval
    assert prod.pipelines.checks.approval.approvers == (APPROVERS,)


@pytest.mark.usefixtures("azure")
def test_a_group_that_does_not_exist_comes_with_the_command_that_makes_it(root: Path) -> None:
    done = run(FIRST | {"--admins": "the others"})
    assert "make the group: az ad group create --display-name 'the others' --mail-nickname theothers" in str(
        done.exception
    )
    written(root, FIRST | {"--organization": DEVOPS["--organization"]})
    done = run(LATER | {"--approvers": "the others"})
    assert "found groups scoring release approvers, not the others" in str(done.exception)


def test_the_version_has_support_and_is_not_the_newest() -> None:
    day = date(2026, 12, 1)
    assert choose_version(day) in supported(day, long_term=False)[:-1]
    assert choose_version(date(2027, 10, 31)) == supported(date(2027, 10, 31), long_term=False)[-1]


@pytest.mark.parametrize(("cores", "least_room"), [(2, 0), (4, 128), (8, 128)])
def test_machines_are_of_the_table_and_have_room_for_what_they_are_for(cores: int, least_room: int) -> None:
    found = machines()[choose_machine(cores, local_disk=least_room > 0)]
    assert (found.cores, found.architecture) == (cores, "amd64")
    assert found.room_gib >= least_room


def test_an_address_space_is_apart_from_every_other() -> None:
    assert free_space({}) == "10.20.0.0/16"
    assert free_space({"dev": "10.0.0.0/9"}) == "10.130.0.0/16"
    with pytest.raises(FailureError, match=r"no 10\.x\.0\.0/16 is free"):
        free_space({"dev": "10.0.0.0/8"})
