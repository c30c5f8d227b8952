"""Facts that were not given: asked on a terminal, or named all at once where there is none."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field

import typer

from delivery.failure import UsageError


@dataclass
class Questions:
    """`ask` returns what was given, else what a person answers, else a default; what lacks is collected."""

    interactive: bool = field(default_factory=lambda: sys.stdin.isatty())  # noqa: PLW0108  # the stream of the moment
    missing: list[str] = field(default_factory=list)
    prompt: Callable[..., str] = typer.prompt

    def ask(self, option: str, given: str, question: str, default: str | None = None) -> str:
        """Return one answer; empty where it lacks."""
        if given:
            return given
        if self.interactive:
            return str(self.prompt(question, default=default)).strip()
        if default is None:
            self.missing.append(option)
        return default or ""

    def ask_list(self, option: str, given: list[str], question: str, default: str | None = None) -> tuple[str, ...]:
        """Return several answers, which a person separates by commas."""
        if given:
            return tuple(given)
        answer = self.ask(option, "", f"{question} (several: with commas)", default)
        return tuple(part.strip() for part in answer.split(",") if part.strip())

    def finish(self) -> None:
        """Raise UsageError where something lacks."""
        if self.missing:
            raise UsageError(f"found no {', '.join(self.missing)}, and no terminal to ask on; nothing was written")
