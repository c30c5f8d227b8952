"""`delivery preview report`, `picture` and `schema` as a person or a pipeline calls them."""

import gc
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from delivery.paths import ROOT
from delivery.preview import cli, publish, show
from delivery.preview.compare import compare
from delivery.preview.model import Preview
from delivery.preview.states import parse
from tests.delivery.preview import hosts
from tests.delivery.preview.estate import Edit, Estate, changed
from tests.delivery.preview.test_seeded_changes import both, put, remove

RECORDED = Path(__file__).parent / "recorded" / "pulumi-3.260"
_BUILD = ("TF_BUILD", "GITHUB_", "SYSTEM_", "BUILD_", "CI")


def delivery(
    *arguments: str | Path, told: str | None = None, cwd: Path = ROOT, **environment: str
) -> subprocess.CompletedProcess[str]:
    clean = {name: text for name, text in os.environ.items() if not name.startswith(_BUILD)}
    return subprocess.run(
        [sys.executable, "-m", "delivery", "preview", *map(str, arguments)],
        cwd=cwd,
        env=clean | {"PYTHONPATH": str(ROOT), "COLUMNS": "160"} | environment,
        input=told,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def states(tmp_path: Path) -> tuple[Path, Path]:
    """The estate, and the estate with a bigger machine."""
    return state(tmp_path / "base"), state(tmp_path / "head", put("AgentPool/app", "vmSize", "Standard_D8s_v5"))


def state(folder: Path, *edits: Edit) -> Path:
    estate = Estate()
    both(*edits)(estate)
    folder.mkdir()
    (folder / "resources.json").write_bytes(estate.document())
    return folder


def test_two_states_are_compared_and_written_in_every_form(states: tuple[Path, Path], tmp_path: Path) -> None:
    base, head = states
    done = delivery("report", "--state", head, "--base-state", base, "--out", tmp_path / "out")

    assert done.returncode == 0
    assert done.stdout.startswith("prod: node pool app is replaced; 3 nodes drain; image and model unchanged\n")
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["preview.html", "preview.json", "preview.md"]
    assert done.stderr == f"the page: {tmp_path / 'out' / 'preview.html'}\n"


@pytest.mark.parametrize("width", [40, 80, 130, 200])
def test_a_width_that_is_asked_for_is_obeyed_though_there_is_no_terminal(states: tuple[Path, Path], width: int) -> None:
    done = delivery("report", "--state", states[1], "--base-state", states[0], COLUMNS=str(width))

    assert max(map(len, done.stdout.splitlines())) == width


def test_the_output_of_the_engine_comes_from_a_pipe_too() -> None:
    done = delivery("report", "--engine", "-", told=(RECORDED / "delete-service.json").read_text(encoding="utf-8"))

    assert done.returncode == 0
    assert done.stdout.startswith("dev: Service web is deleted, with its address\n")


@pytest.mark.parametrize("form", ["markdown", "html", "json"])
def test_a_form_on_standard_output_is_nothing_but_that_form(form: str, states: tuple[Path, Path]) -> None:
    base, head = states
    text = delivery("report", "--state", head, "--base-state", base, "--form", form).stdout

    assert text.startswith({"markdown": "<!-- slipway-preview:", "html": "<!doctype html>", "json": "{"}[form])
    if form == "json":
        assert json.loads(text)["headline"].startswith("prod: node pool app")


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (remove("Registry/registry"), 10),
        (put("Registry/registry", "anonymousPullEnabled", "on"), 0),
        (put("StorageAccount/models", "minimumTlsVersion", "TLS1_0"), 11),
    ],
)
def test_a_gate_gives_its_own_exit_code_and_report_only_gives_none(edit: Edit, code: int, tmp_path: Path) -> None:
    arguments = ("report", "--base-state", state(tmp_path / "base"), "--state", state(tmp_path / "head", edit))

    assert delivery(*arguments).returncode == code
    assert delivery(*arguments, "--report-only").returncode == 0


def test_what_was_approved_is_kept_and_compared(states: tuple[Path, Path], tmp_path: Path) -> None:
    base, head = states
    file = tmp_path / "approved.json"
    assert delivery("report", "--state", head, "--base-state", base, "--save-approval", file).returncode == 0

    assert delivery("report", "--state", head, "--base-state", base, "--approved", file).returncode == 0
    assert delivery("report", "--state", base, "--base-state", base, "--approved", file).returncode == 0
    done = delivery("report", "--state", base, "--base-state", head, "--approved", file)
    assert done.returncode == 12
    assert "AgentPool::app: replace with other values than those that were approved" in done.stdout


def test_a_preview_that_failed_is_shown_and_fails(tmp_path: Path) -> None:
    file = tmp_path / "failed.json"
    file.write_text('{"steps": [], "diagnostics": [{"severity": "error", "message": "error: no login"}]}', "utf-8")
    done = delivery("report", "--engine", file)

    assert done.returncode == 1
    assert "! error: no login" in done.stdout
    assert done.stderr == "error: the engine's preview failed, so this may not be all; see its errors above\n"


@pytest.fixture
def chain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of two environments: dev without a change, and prod whose protected registry is deleted."""
    (tmp_path / "Pulumi.yaml").write_text("name: slipway\n", encoding="utf-8")
    (tmp_path / "Pulumi.prod.yaml").write_text("config: {slipway:environment: {promotesFrom: dev}}\n", encoding="utf-8")
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {}\n", encoding="utf-8")
    edits = {"dev": both(), "prod": remove("Registry/registry")}

    def preview(source: show.Source) -> Preview:
        before, after = Estate(), Estate()
        edits[source.stack](after)
        base, head = (parse(estate.document(source.stack), "estate") for estate in (before, after))
        return compare(base, head, "base against head")

    monkeypatch.setattr(show, "ROOT", tmp_path)
    monkeypatch.setattr(show, "preview", preview)
    return tmp_path


def test_without_a_name_each_environment_is_reported_in_the_order_of_promotion(chain: Path) -> None:
    done = CliRunner().invoke(cli.app, ["report", "--out", str(chain / "out")])

    said = [line for line in done.stdout.splitlines() if line.startswith(("dev: ", "prod: "))]
    assert [line.partition(":")[0] for line in said] == ["dev", "prod"]
    assert said[0] == "dev: nothing changes"
    assert done.exit_code == 10
    assert sorted(path.parent.name for path in chain.rglob("preview.html")) == ["dev", "prod"]


def test_one_name_reports_that_environment_alone(chain: Path) -> None:
    done = CliRunner().invoke(cli.app, ["report", "--stack", "dev", "--out", str(chain / "out")])

    assert done.exit_code == 0
    assert [path.parent for path in chain.rglob("preview.html")] == [chain / "out"]
    assert gc.isenabled()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("report", "--form", "json"), 2, "error: --form json is about one environment: add --stack, one of "),
        (("report", "--approved", "a"), 2, "error: --approved is about one environment: add --stack, one of "),
        (("report", "--engine", "a", "--pulumi"), 2, "error: --engine and --pulumi exclude each other"),
        (("report", "--base-state", "a", "--stack", "x"), 2, "error: --base-state needs --state"),
        (("report", "--engine", "nowhere.json"), 3, "error: nowhere.json: no such file"),
        (("report", "--stack", "dev", "--base", "nowhere"), 2, "error: --base nowhere: git knows no such commit here"),
        (("report", "--stack", "dev", "--pulumi"), 1, "error: pulumi is not on PATH"),
        (("report", "--engine", RECORDED / "no-change.json", "--summary"), 2, "error: --summary: this is no build"),
        (("report", "--engine", RECORDED / "no-change.json", "--artifact"), 2, "error: --artifact: this is no build"),
        (("report", "--engine", RECORDED / "no-change.json", "--comment"), 2, "error: --comment: this build is not"),
        (
            ("report", "--engine", RECORDED / "no-change.json", "--stack", "prod"),
            2,
            "error: --stack prod: ",
        ),
    ],
)
def test_a_call_that_cannot_be_meant_is_one_sentence(
    arguments: tuple[str, ...], code: int, message: str, tmp_path: Path
) -> None:
    done = delivery(*arguments, PATH=str(git_alone(tmp_path)))

    assert (done.returncode, done.stderr.startswith(message), done.stderr.count("\n")) == (code, True, 1), done.stderr


def git_alone(folder: Path) -> Path:
    """A PATH with git and no pulumi, whatever this machine has."""
    git = subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout.strip()
    (folder / "git").symlink_to(git)
    return folder


def test_a_build_of_azure_gets_summary_artifact_and_comment(states: tuple[Path, Path], tmp_path: Path) -> None:
    base, head = states
    with hosts.serving() as service:
        done = delivery(
            *("report", "--state", head, "--base-state", base, "--out", tmp_path / "out"),
            *("--summary", "--artifact", "--comment"),
            TF_BUILD="True",
            SYSTEM_STAGEATTEMPT="2",
            SYSTEM_PULLREQUEST_PULLREQUESTID="7",
            SYSTEM_COLLECTIONURI=f"{service.url}/org/",
            SYSTEM_TEAMPROJECT="project",
            SYSTEM_TEAMPROJECTID="project-id",
            BUILD_REPOSITORY_PROVIDER="TfsGit",
            BUILD_REPOSITORY_ID="id",
            BUILD_BUILDID="42",
            SYSTEM_ACCESSTOKEN=hosts.TOKEN,
        )

    assert done.returncode == 0, done.stderr
    orders = [line for line in done.stdout.splitlines() if line.startswith("##vso")]
    assert orders == [
        f"##vso[task.uploadsummary]{tmp_path / 'out' / 'Preview of prod.md'}",
        f"##vso[artifact.upload artifactname=preview-prod-2]{tmp_path / 'out' / 'preview.html'}",
    ]
    [thread] = service.threads
    link = f"[The whole report]({service.url}/org/project-id/_build/results?buildId=42)"
    assert link in thread["comments"][0]["content"]
    assert hosts.TOKEN not in done.stdout + done.stderr


def test_github_gets_its_summary_in_the_file_that_it_names(states: tuple[Path, Path], tmp_path: Path) -> None:
    base, head = states
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    done = delivery(
        *("report", "--state", head, "--base-state", base, "--out", tmp_path / "out", "--summary"),
        GITHUB_STEP_SUMMARY=str(summary),
    )

    assert done.returncode == 0
    assert summary.read_text(encoding="utf-8").startswith("before\n<!-- slipway-preview: slipway/prod -->\n### prod: ")
    assert "##vso" not in done.stdout


def test_no_name_of_a_stack_becomes_an_order_or_a_path() -> None:
    assert publish._name("../x]\n##vso[y") == "..-x----vso-y"


def test_a_picture_is_drawn_from_a_state(states: tuple[Path, Path], tmp_path: Path) -> None:
    file = tmp_path / "deep" / "prod.svg"
    done = delivery("picture", "--stack", "prod", "--state", states[0], "--out", file)

    assert done.returncode == 0
    text = file.read_text(encoding="utf-8")
    assert text.startswith("<svg ")
    assert "slipway, environment prod" in text
    assert "prefers-color-scheme:dark" in text


def test_the_schema_is_printed() -> None:
    assert json.loads(delivery("schema").stdout)["title"] == "Report"


def test_a_report_that_is_quiet_closes_its_thread_and_one_with_a_shut_gate_does_not() -> None:
    assert changed(lambda _estate: None).quiet
    assert not changed(put("AgentPool/app", "count", 4)).quiet
