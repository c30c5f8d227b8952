"""Steps as a person or a log sees them."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from delivery.console import Steps
from delivery.failure import FailureError
from delivery.paths import ROOT


def steps(**given: object) -> tuple[Steps, io.StringIO]:
    said = io.StringIO()
    return Steps(Console(file=said, width=120, **given)), said  # type: ignore[arg-type]  # Console's own options


def test_a_log_gets_one_line_a_step() -> None:
    shown, said = steps()
    with shown.step("Pack") as step:
        step.status("half done")
        step.log("noise")
        step.result = "image [1]"
    assert said.getvalue().split() == ["✓", "Pack", "0.0", "s", "image", "[1]"]


def test_a_terminal_sees_what_is_going_on_and_ci_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    shown, said = steps(force_terminal=True)
    with shown.step("Pack") as step:
        step.status("half done")
    assert "half done" in said.getvalue()
    monkeypatch.setenv("CI", "true")
    shown, said = steps(force_terminal=True)
    with shown.step("Pack") as step:
        step.status("half done")
    assert "half done" not in said.getvalue()


def test_a_failing_step_shows_the_end_of_its_log_and_the_error_goes_on() -> None:
    shown, said = steps()

    def pack() -> None:
        with shown.step("Pack") as step:
            for number in range(40):
                step.log(f"line {number}")
            raise FailureError("no space left")

    with pytest.raises(FailureError, match="no space left"):
        pack()
    lines = said.getvalue().splitlines()
    assert lines[0].split() == ["✗", "Pack", "0.0", "s", "failed"]
    assert lines[1:] == [f"  | line {number}" for number in range(25, 40)]


def test_the_summary_tells_done_skipped_and_failed_apart_and_adds_up_downloads() -> None:
    shown, said = steps()
    with shown.step("Pull") as step:
        step.downloaded, step.made = 1_500_000, ".slipway/model"
    with shown.step("Pack") as step:
        step.skip("no engine")
        step.downloaded = 2_000_000
    with pytest.raises(ZeroDivisionError), shown.step("Start"):
        _ = 1 / 0
    said.truncate(0)
    shown.summary()
    cells = [[cell.strip() for cell in row.split("│")[1:-1]] for row in said.getvalue().splitlines() if "│" in row]
    assert [[row[0], row[1], row[3], row[4]] for row in cells] == [
        ["Pull", "done", "1.5 MB", ".slipway/model"],
        ["Pack", "skipped", "2.0 MB", ""],
        ["Start", "failed", "", ""],
        ["all", "", "3.5 MB", ""],
    ]


class Gone(io.StringIO):
    """A pipe whose reader has gone, or a full disk behind a log."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self._error = error

    def write(self, text: str) -> int:
        del text
        raise self._error

    def fileno(self) -> int:
        return os.open(os.devnull, os.O_WRONLY)


@pytest.mark.parametrize("error", [BrokenPipeError(), OSError(28, "No space left on device")])
def test_a_reader_that_has_gone_stops_no_work(error: OSError, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = Gone(error)
    monkeypatch.setattr(sys, "stdout", gone)
    shown, done = Steps(Console(file=gone, width=120)), []

    with shown.step("Deploy") as step:
        step.result = "live"
    shown.say("and on")
    done.append("restored")

    assert done == ["restored"]


def test_a_terminal_without_unicode_gets_question_marks_and_no_stack_trace(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = subprocess.run(
        [sys.executable, "-m", "delivery", "rehearse", "--no-image", "--work", str(tmp_path / "file" / "…")],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "/file/?" in done.stdout
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
