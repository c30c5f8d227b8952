"""The commands as people and pipelines call them: words and JSON."""

import json
from pathlib import Path

import pytest

from app.scoring.manifest import MODEL_FILE
from delivery.model.manifest import MANIFEST_FILE

from .candidates import publishable
from .commands import Run


def test_publish_says_what_went_live(run: Run, tmp_path: Path) -> None:
    outcome = run("publish", publishable(tmp_path / "model"))

    assert outcome.code == 0
    assert outcome.out.startswith("published colours version 1; it is live\nsha256 ")


def test_publish_again_says_so_and_succeeds(run: Run, tmp_path: Path) -> None:
    folder = publishable(tmp_path / "model")
    run("publish", folder)
    run("publish", publishable(tmp_path / "other", "other"))

    outcome = run("publish", folder)

    assert outcome.code == 0
    assert "colours version 1 is this very model already: nothing was published; live is 2" in outcome.out
    assert "promote 1" in outcome.out


def test_publish_without_promotion_says_how_to_promote(run: Run, tmp_path: Path) -> None:
    outcome = run("publish", publishable(tmp_path / "model"), "--no-promote", "--json")
    assert json.loads(outcome.out) | {"sha256": ""} == {
        "name": "colours",
        "version": "1",
        "sha256": "",
        "created": True,
        "live": False,
    }

    assert run("show").code == 3
    assert run("promote", 1).out.startswith("colours version 1 is live since ")


@pytest.mark.usefixtures("three")
def test_list_shows_the_newest_first_and_marks_the_live_one(run: Run) -> None:
    run("rollback")
    lines = run("list").out.splitlines()

    assert lines[0] == "colours"
    assert [line.split()[0] for line in lines[2:]] == ["3", "2", "1"]
    assert [("live" in line, line.split()[-1]) for line in lines[2:]] == [
        (False, "three"),
        (True, "two"),
        (False, "one"),
    ]


@pytest.mark.usefixtures("three")
def test_list_is_limited_and_says_so(run: Run) -> None:
    outcome = run("list", "--limit", 1)

    assert "one" not in outcome.out
    assert outcome.out.splitlines()[-1] == "and 2 older: --limit 3 shows all"


@pytest.mark.usefixtures("three")
def test_list_for_machines_carries_manifests_and_faults(run: Run, tmp_path: Path) -> None:
    (tmp_path / "repository/colours/2" / MANIFEST_FILE).write_text("{")
    entries = json.loads(run("list", "--json").out)

    assert [(entry["version"], entry["live"]) for entry in entries] == [("3", True), ("2", False), ("1", False)]
    assert entries[0]["manifest"]["title"] == "three"
    assert entries[1]["manifest"] is None
    assert "Invalid JSON" in entries[1]["fault"]


@pytest.mark.usefixtures("three")
def test_show_tells_everything_about_the_live_version_or_another(run: Run) -> None:
    live, first = json.loads(run("show", "--json").out), json.loads(run("show", "1", "--json").out)

    assert (live["version"], live["title"], live["live"]) == ("3", "three", True)
    assert (first["version"], first["title"], first["live"]) == ("1", "one", False)
    text = run("show").out
    for part in (
        "colours version 3",
        "by publish",
        "dtype uint8, layout NHWC, channels RGB, width 32",
        live["files"][MODEL_FILE]["sha256"],
    ):
        assert part in text


@pytest.mark.usefixtures("three")
def test_pull_then_pull_again_then_another_version(run: Run, tmp_path: Path) -> None:
    to = tmp_path / "pulled"

    first = json.loads(run("pull", "--to", to, "--json").out)
    again = json.loads(run("pull", "--to", to, "--json").out)
    other = run("pull", "1", "--to", to)

    assert (first["version"], first["changed"], first["folder"]) == ("3", True, str(to))
    assert first["downloaded"] > 0
    assert (again["downloaded"], again["changed"]) == (0, False)
    assert other.out.startswith("colours version 1 pulled, 0 bytes downloaded\n")  # same bytes, other description
    assert json.loads((to / MANIFEST_FILE).read_bytes())["title"] == "one"


@pytest.mark.usefixtures("three")
def test_rollback_and_promote_say_what_is_live_now(run: Run) -> None:
    assert run("rollback").out.rstrip().endswith(", in place of 3")
    assert run("promote", 1).out.startswith("colours version 1 is live since ")
    outcome = run("rollback", "--from", 3)
    assert (outcome.code, outcome.err) == (4, "error: colours: version 1 is live, not 3; nothing was changed\n")
