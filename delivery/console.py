"""Steps of a long command, shown to a person while they run and to a log once they are over."""

import os
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Literal

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

Outcome = Literal["done", "skipped", "failed"]

_COLOURS: dict[Outcome, str] = {"done": "green", "skipped": "yellow", "failed": "red"}
_SIGNS: dict[Outcome, str] = {"done": "✓", "skipped": "-", "failed": "✗"}
_NAME_WIDTH = 8
_TAIL = 15


@dataclass
class Step:
    """One step: what it says while it runs, what it came to, and the end of the log of what it started."""

    name: str
    outcome: Outcome = "done"
    result: str = ""
    made: str = ""
    downloaded: int = 0
    seconds: float = 0
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=_TAIL))
    progress: Progress | None = None
    task: TaskID | None = None

    def status(self, text: str) -> None:
        """Show `text` as the running step's state, on a terminal only."""
        if self.progress is not None and self.task is not None:
            self.progress.update(self.task, status=text)

    def log(self, line: str) -> None:
        """A line worth showing if the step fails."""
        self.tail.append(line)

    def skip(self, reason: str) -> None:
        """Leave the step out; the reason is shown here and in the summary."""
        self.outcome, self.result = "skipped", reason


class Steps:
    """The display. On a terminal a running step spins; in logs, CI and pipes each is one line once it is over."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._finished: list[Step] = []
        self._live = console.is_terminal and not os.environ.get("CI")
        self._signs = console.encoding.lower().startswith("utf")

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Run the block as a step. What it raises goes on, after the step's log is shown."""
        step = Step(name)
        begun = time.monotonic()
        try:
            with self._spinner(step):
                yield step
        except BaseException as error:
            step.outcome = "failed"
            step.result = "stopped" if isinstance(error, KeyboardInterrupt) else "failed"
            raise
        finally:
            step.seconds = time.monotonic() - begun
            self._finished.append(step)
            self._print(step)

    def say(self, text: str = "") -> None:
        """Print a line between steps, or under the one that has just finished.

        A terminal or pipe that is gone silences the rest: the work goes on, and its exit code stays true.
        """
        try:
            self.console.print(text, highlight=False, soft_wrap=True)
        except (OSError, ValueError, SystemExit):  # rich ends the process where the reader of a pipe has gone
            self.console.quiet = True

    def summary(self) -> None:
        """All steps in a table: how each ended, in what time, what came over the network, and what it made."""
        table = Table()
        table.add_column("step")
        table.add_column("outcome")
        table.add_column("time", justify="right")
        table.add_column("downloaded", justify="right")
        table.add_column("made", overflow="fold")
        for step in self._finished:
            outcome = f"[{_COLOURS[step.outcome]}]{step.outcome}[/]"
            table.add_row(step.name, outcome, _seconds(step.seconds), _megabytes(step.downloaded), escape(step.made))
        table.add_section()
        total = sum(step.seconds for step in self._finished)
        downloaded = sum(step.downloaded for step in self._finished)
        table.add_row("all", "", _seconds(total), _megabytes(downloaded), "")
        self.console.print(table)

    @contextmanager
    def _spinner(self, step: Step) -> Iterator[None]:
        status = TextColumn("{task.fields[status]}", markup=False, table_column=Column(ratio=1, no_wrap=True))
        columns = (SpinnerColumn(), TextColumn("{task.description}"), status, TimeElapsedColumn())
        progress = Progress(*columns, console=self.console, transient=True, expand=True)
        with progress if self._live else nullcontext():
            if self._live:
                step.progress, step.task = progress, progress.add_task(f"{step.name:{_NAME_WIDTH}}", status="")
            yield

    def _print(self, step: Step) -> None:
        sign = _SIGNS[step.outcome] if self._signs else f"{step.outcome:7}"
        head = f"[{_COLOURS[step.outcome]}]{sign}[/] [bold]{step.name:{_NAME_WIDTH}}[/]"
        self.say(f"{head} [dim]{_seconds(step.seconds):>8}[/]  {escape(step.result)}")
        if step.outcome == "failed":
            for line in step.tail:
                self.say(f"  [dim]|[/] {escape(line)}")


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size else ""
