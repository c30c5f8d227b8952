"""From a contract's file to one checked object, or to every mistake with its line."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from slipway.config.problems import Problem, of, shown, suggestion

from .app import Contract
from .lines import Document, Place, YamlError
from .rules import contradictions

_ROOT = "contract"
"""Stands before each path while pydantic's mistakes are put into words."""


@dataclass(frozen=True)
class Mistake:
    """One mistake and its line."""

    line: int
    problem: Problem

    def __str__(self) -> str:
        return f"line {self.line}: {self.problem}"


class ContractError(Exception):
    """A contract with mistakes, all of them at once."""

    def __init__(self, path: str, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        count = "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        hint = f"check it with: PYTHONPATH=infra python -m slipway.contract {path}"
        super().__init__("\n  ".join([f"{path} has {count}:", *map(str, mistakes)]) + f"\n{hint}")


def read(path: Path, *, shown_as: str = "") -> Contract:
    """The contract in a file. OSError: it cannot be opened; ContractError: it has mistakes."""
    name = shown_as or str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        problem = Problem("byte", f"{error.object[error.start]:#x} at {error.start}", "text in UTF-8")
        raise ContractError(name, [Mistake(1, problem)]) from None
    return parse(text, name)


def parse(text: str, path: str) -> Contract:
    """The contract that `text` is; `path` names it in messages. ContractError: it has mistakes."""
    try:
        document = Document(text)
    except YamlError as error:
        raise ContractError(path, [Mistake(error.line, Problem("YAML", error.found, error.allowed))]) from None
    if not isinstance(document.value, dict):
        known = suggestion("", [field.alias or name for name, field in Contract.model_fields.items()])
        mistake = Mistake(1, Problem("document", shown(document.value), f"a mapping with {known}"))
        raise ContractError(path, [mistake])
    try:
        contract = Contract.model_validate_json(json.dumps(document.value, default=str))
    except ValidationError as error:
        places = [_place(detail["loc"]) for detail in error.errors(include_url=False)]
        problems = list(of(Contract, _ROOT, error))
        raise ContractError(path, _mistakes(document, places, problems)) from None
    found = list(contradictions(contract))
    if found:
        problems = [Problem(f"{_ROOT}.{'.'.join(map(str, place))}", what, allowed) for place, what, allowed in found]
        raise ContractError(path, _mistakes(document, [place for place, *_ in found], problems))
    return contract


def _mistakes(document: Document, places: Sequence[Place], problems: Sequence[Problem]) -> list[Mistake]:
    found = {
        Mistake(document.line(place), Problem(problem.path.removeprefix(f"{_ROOT}."), problem.found, problem.allowed))
        for place, problem in zip(places, problems, strict=True)
    }
    return sorted(found, key=lambda mistake: (mistake.line, str(mistake)))


def _place(loc: tuple[int | str, ...]) -> Place:
    return tuple(loc)
