"""Facts that were not given: asked on a terminal, or named all at once where there is none."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field

import typer

from delivery.failure import UsageError

Check = Callable[[str], str]
"""From an answer to what is allowed instead; empty for a right one."""


def _accept(answer: str) -> str:
    del answer
    return ""


def _split(answer: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in answer.split(",") if part.strip())


@dataclass
class Questions:
    """`ask` returns what was given, else what a person answers, else a default; what lacks is collected."""

    interactive: bool = field(default_factory=lambda: sys.stdin.isatty())  # noqa: PLW0108  # the stream of the moment
    missing: list[str] = field(default_factory=list)
    prompt: Callable[..., str] = typer.prompt

    def ask(self, option: str, given: str, question: str, default: str | None = None, check: Check = _accept) -> str:
        """Return one answer; empty where it lacks. A person who answers what `check` refuses is asked again."""
        if given:
            return given
        while self.interactive:
            answer = str(self.prompt(question, default=default)).strip()
            if not (fault := check(answer)):
                return answer
            typer.echo(f"found {answer}, allowed: {fault}")
        if default is None:
            self.missing.append(option)
        return default or ""

    def ask_list(self, option: str, given: list[str], question: str, check: Check = _accept) -> tuple[str, ...]:
        """Return several answers, which a person separates by commas; `check` judges each."""
        if given:
            return tuple(given)

        def check_each(answer: str) -> str:
            return next((fault for part in _split(answer) if (fault := check(part))), "")

        return _split(self.ask(option, "", f"{question} (several: with commas)", check=check_each))

    def finish(self) -> None:
        """Raise UsageError where something lacks."""
        if self.missing:
            raise UsageError(f"found no {', '.join(self.missing)}, and no terminal to ask on; nothing was written")
