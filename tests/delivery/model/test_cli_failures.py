"""How the commands fail, and what they leave alone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.scoring.manifest import MODEL_FILE
from tests.delivery.examples import colours
from tests.support.service import ROOT, free_port

from .candidates import publishable
from .commands import Run


def test_publish_of_a_bad_model_makes_no_repository(run: Run, tmp_path: Path) -> None:
    folder = publishable(tmp_path / "model")
    (folder / MODEL_FILE).write_bytes(b"not a model")

    outcome = run("publish", folder)

    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.startswith(f"error: {folder / MODEL_FILE}: ")
    assert not (tmp_path / "repository").exists()


@pytest.mark.usefixtures("three")
def test_an_authors_words_cannot_command_the_terminal(run: Run, tmp_path: Path) -> None:
    run("publish", publishable(tmp_path / "hostile", "\x1b]0;owned\x07[red]bold[/red]"))

    for command in ("list", "show"):
        out = run(command).out
        assert "\x1b" not in out
        assert "[red]bold[/red]" in out


@pytest.mark.parametrize(
    ("command", "code", "fault"),
    [
        (["show", "9"], 3, "colours version 9 does not exist"),
        (["show", "0"], 2, "found 0, allowed is a positive number of at most 9 digits"),
        (["show", "../1"], 2, "allowed is a positive number"),
        (["show", "٣"], 2, "allowed is a positive number"),
        (["promote", "9"], 3, "does not exist"),
        (["show", "--model", "other"], 3, "no model other; it holds colours"),
        (["show", "--repository", "gs://bucket"], 2, "allowed are file:///folder, az://"),
        (["show", "--repository", "/no/such/folder"], 3, "file:///no/such/folder: no such folder"),
        (["pull"], 2, "Missing option '--to'"),
        (["list", "--limit", "0"], 2, "Invalid value for '--limit'"),
        (["publish", "/no/such/folder"], 3, "/no/such/folder: no such folder; a publishable folder has"),
        (
            ["sample", "lite9", "--to", "somewhere"],
            2,
            "found lite9, allowed are lite0, lite0-calibrated, lite0-int8, lite1, lite2",
        ),
        (["pull", "--to", "/dev/null/model"], 1, "cannot be used: "),
    ],
)
@pytest.mark.usefixtures("three")
def test_each_failure_has_its_exit_code_and_one_message(run: Run, command: list[str], code: int, fault: str) -> None:
    outcome = run(*command)

    assert (outcome.code, outcome.out) == (code, "")
    assert fault in outcome.err
    assert "Traceback" not in outcome.err


@pytest.mark.usefixtures("three")
def test_a_damaged_model_is_exit_code_5(run: Run, tmp_path: Path) -> None:
    (tmp_path / "repository/colours/3" / MODEL_FILE).write_bytes(b"damaged")

    outcome = run("pull", "--to", tmp_path / "pulled")

    assert (outcome.code, outcome.out) == (5, "")
    assert "colours/3/model.onnx: does not match its manifest; read 7 bytes" in outcome.err
    assert not (tmp_path / "pulled").exists()


def test_an_empty_repository_is_not_found(run: Run, tmp_path: Path) -> None:
    (tmp_path / "repository").mkdir()

    outcome = run("list")

    assert (outcome.code, outcome.out) == (3, "")
    assert "nothing is published there" in outcome.err


@pytest.mark.usefixtures("three")
def test_several_models_need_a_name(run: Run, tmp_path: Path) -> None:
    folder = publishable(tmp_path / "second")
    described = json.loads((folder / "model.json").read_bytes())
    (folder / "model.json").write_text(json.dumps(described | {"name": "shades"}))
    run("publish", folder)

    outcome = run("show")

    assert (outcome.code, outcome.out) == (2, "")
    assert "--model is needed: it holds colours, shades" in outcome.err
    assert run("show", "--model", "shades").code == 0


def test_the_command_line_starts_without_the_heavy_libraries_and_leaves_the_home_folder_alone(tmp_path: Path) -> None:
    folder = colours.add(publishable(tmp_path / "model"))
    code = (
        "import sys, delivery.cli as c\n"
        "assert not {'onnx', 'onnxruntime', 'PIL'} & set(sys.modules), 'heavy'\n"
        f"sys.argv = ['delivery', 'model', 'publish', {str(folder)!r}, '--repository', {str(tmp_path / 'r')!r}]\n"
        "c.main()\n"
    )
    home = tmp_path / "home"
    home.mkdir()
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        env=environment | {"HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr.strip()) == (0, "")
    assert list(home.rglob("*")) == []


def test_a_command_that_fails_in_the_cloud_ends_with_its_own_exit_code_every_time(tmp_path: Path) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    environment = {**os.environ, "AWS_ENDPOINT_URL": nowhere, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    command = [sys.executable, "-m", "delivery", "model", "list", "--repository", f"s3://models/{tmp_path.name}"]
    started = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(12)
    ]
    assert [process.wait(60) for process in started] == [1] * len(started)
