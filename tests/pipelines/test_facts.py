"""`slipway pipelines`: what the YAML learns of the stack files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from delivery import cli
from delivery.failure import FailureError
from delivery.pipelines.facts import FACTS_FILE, facts


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Path]:
    """A project with the given stack files: name to what it promotes from, or None, and more of its pipelines."""

    def made(**stacks: tuple[str | None, dict[str, Any]]) -> Path:
        (tmp_path / "pipelines").mkdir(exist_ok=True)
        (tmp_path / "Pulumi.yaml").write_text("name: small\n")
        for name, (after, pipelines) in stacks.items():
            environment = {"promotesFrom": after} if after else {}
            config = {"slipway:environment": environment, "slipway:pipelines": {"branch": "main", **pipelines}}
            (tmp_path / f"Pulumi.{name}.yaml").write_text(yaml.safe_dump({"config": config}))
        return tmp_path

    return made


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def command(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["delivery", "pipelines", *map(str, arguments)])
        capsys.readouterr()
        try:
            cli.main()
            code = 0
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        return code, *capsys.readouterr()

    return command


def names(root: Path) -> list[tuple[str, list[str]]]:
    return [(each["name"], each["after"]) for each in facts(root)["chain"]]


def test_environments_stand_in_the_order_of_promotion(project: Callable[..., Path]) -> None:
    root = project(alpha=("middle", {}), middle=("zulu", {}), zulu=(None, {}))

    assert names(root) == [("zulu", []), ("middle", ["zulu"]), ("alpha", ["middle"])]
    assert facts(root)["hub"] == "zulu"


def test_two_environments_may_promote_from_one(project: Callable[..., Path]) -> None:
    assert names(project(dev=(None, {}), north=("dev", {}), south=("dev", {}))) == [
        ("dev", []),
        ("north", ["dev"]),
        ("south", ["dev"]),
    ]


def test_an_environment_has_its_own_agents_or_hosted_ones(project: Callable[..., Path]) -> None:
    found = facts(project(dev=(None, {}), prod=("dev", {"pool": "private"})))

    assert [each["pool"] for each in found["chain"]] == [{"vmImage": "ubuntu-24.04"}, {"name": "private"}]


def test_a_stack_file_without_pipelines_is_nobodys_business(project: Callable[..., Path]) -> None:
    root = project(dev=(None, {}))
    (root / "Pulumi.laptop.yaml").write_text("config: {}\n")

    assert names(root) == [("dev", [])]


@pytest.mark.parametrize(
    ("stacks", "complaint"),
    [
        ({"dev": (None, {}), "other": (None, {})}, "dev, other promote from none; allowed is one"),
        ({"dev": ("prod", {}), "prod": ("dev", {})}, "none promote from none"),
        ({"dev": (None, {}), "prod": ("staging", {})}, "prod from staging: lead to no environment"),
    ],
)
def test_stack_files_that_make_no_chain_are_refused(
    project: Callable[..., Path], stacks: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(FailureError, match=complaint):
        facts(project(**stacks))


@pytest.mark.parametrize(
    ("first", "later", "complaint"),
    [
        (
            {"hub": {"source": {"kind": "other-git"}}, "checks": {"branchControl": "named"}},
            {"checks": {"branchControl": "protected"}},
            r"Pulumi\.prod\.yaml: slipway:pipelines\.checks\.branchControl: found protected, allowed: named",
        ),
        (
            {"hub": {"reviewPool": "reviews"}},
            {"pool": "reviews"},
            r"prod\.yaml: slipway:pipelines\.pool: found rev",
        ),
        ({"branch": "release"}, {}, r"prod\.yaml: slipway:pipelines\.branch: found main, allowed: release"),
    ],
)
def test_an_environment_that_does_not_fit_its_chain_is_named(
    project: Callable[..., Path], first: dict[str, Any], later: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(FailureError, match=complaint):
        facts(project(dev=(None, first), prod=("dev", later)))


def test_a_section_that_is_no_object_is_named(project: Callable[..., Path]) -> None:
    root = project(dev=(None, {}))
    (root / "Pulumi.dev.yaml").write_text("config: {'slipway:pipelines': 3}\n")

    with pytest.raises(FailureError, match=r"Pulumi\.dev\.yaml: slipway:pipelines: found no object"):
        facts(root)


def test_the_command_writes_once_and_then_finds_it_as_it_is(
    project: Callable[..., Path], run: Callable[..., tuple[int, str, str]]
) -> None:
    root = project(dev=(None, {}), prod=("dev", {}))

    assert run("--root", root)[:2] == (0, f"{root}/pipelines/facts.yml written: dev -> prod\n")
    assert run("--root", root)[1].endswith("is as the stack files say: dev -> prod\n")
    written = yaml.safe_load((root / "pipelines" / FACTS_FILE).read_text())
    (defaults,) = [each["default"] for each in written["parameters"] if each["name"] == "facts"]
    assert defaults == facts(root)


def test_a_check_fails_where_the_file_is_stale_and_writes_nothing(
    project: Callable[..., Path], run: Callable[..., tuple[int, str, str]]
) -> None:
    root = project(dev=(None, {}))
    code, _out, err = run("--root", root, "--check")

    assert (code, (root / "pipelines" / FACTS_FILE).exists()) == (1, False)
    assert "is not as the stack files say: dev" in err


@pytest.mark.parametrize("name", ["prod-eu", "Prod", "p", "none", "build", "production1", "1st"])
def test_a_name_that_no_stage_or_connection_can_carry_is_refused(project: Callable[..., Path], name: str) -> None:
    root = project(dev=(None, {}), **{name: ("dev", {})})

    with pytest.raises(
        FailureError, match=rf"Pulumi\.{name}\.yaml: found an environment named {name}, allowed: 2 to 10"
    ):
        facts(root)
