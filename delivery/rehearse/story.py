"""The rehearsal as a person reads it: chapters of steps, and at the end their times and the parts left out."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.markup import escape
from rich.table import Table

from delivery.console import Steps

from .machine import Missing

_LOG_WIDTH = 140


@dataclass
class Chapter:
    """A part of the rehearsal: its result, its time, and the bytes that it downloaded."""

    title: str
    result: str = ""
    seconds: float = 0
    downloaded: int = 0


@dataclass
class Story:
    """All output of a rehearsal."""

    steps: Steps
    missing: list[Missing] = field(default_factory=list)
    _chapters: list[Chapter] = field(default_factory=list)

    @contextmanager
    def chapter(self, title: str) -> Iterator[Chapter]:
        """Run the block as a chapter, with a heading."""
        chapter = Chapter(title)
        self._chapters.append(chapter)
        self.steps.say(f"\n[bold cyan]{len(self._chapters)}  {escape(title)}[/]")
        begun = time.monotonic()
        try:
            yield chapter
        finally:
            chapter.seconds = time.monotonic() - begun

    def leave_out(self, step: str, missing: Missing) -> None:
        """Show a skipped step in place of this part, and name the part again at the end."""
        self.missing.append(missing)
        with self.steps.step(step) as shown:
            shown.skip(f"left out: {missing.name}, because {_first_line(missing.reason)}")

    def summary(self) -> None:
        """Print each chapter with its time, then the parts that were not rehearsed."""
        table = Table()
        table.add_column("")
        table.add_column("what")
        table.add_column("time", justify="right")
        table.add_column("downloaded", justify="right")
        table.add_column("came to", overflow="fold")
        for number, one in enumerate(self._chapters, start=1):
            table.add_row(str(number), one.title, *_figures(one.seconds, one.downloaded), escape(one.result))
        table.add_section()
        whole = sum(one.seconds for one in self._chapters), sum(one.downloaded for one in self._chapters)
        table.add_row("", "all", *_figures(*whole), "")
        self.steps.say()
        console = self.steps.console
        if not console.is_terminal:
            console.width = max(console.width, _LOG_WIDTH)  # a log folds nothing
        console.print(table)
        self.not_rehearsed()

    def not_rehearsed(self) -> None:
        """Print each part that was left out, with what is then not proved."""
        for missing in self.missing:
            self.steps.say(f"[yellow]Not rehearsed: {escape(missing.name)},[/] because {escape(str(missing))}")


def _figures(seconds: float, downloaded: int) -> tuple[str, str]:
    return f"{seconds:.1f} s", f"{downloaded / 1e6:.1f} MB" if downloaded else ""


def _first_line(text: str) -> str:
    return (text.splitlines() or [""])[0]
