"""From the texts that an engine hands over to one checked object."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from pathlib import Path
from types import NoneType
from typing import get_args, get_type_hints

from pydantic import ValidationError

from slipway.contract import ContractError
from slipway.contract.application import Application

from .app import App, application
from .base import Section
from .date_rules import aged
from .problems import ConfigError, InvalidError, Problem, of, shown, suggestion
from .rules import RULES
from .stack import StackConfig

NAMESPACE = "slipway"

CHECKOUT = Path(__file__).resolve().parents[3]
"""The folder of Pulumi.yaml, which this program is part of."""


def load() -> StackConfig:
    """The config of the stack that runs. RunError, which an engine shows without a stack trace, if it has mistakes."""
    import pulumi  # noqa: PLC0415  # commands parse stack files on machines without the SDK
    from pulumi.runtime import config as runtime  # noqa: PLC0415  # likewise

    texts = {**runtime.get_config_env(), **runtime.CONFIG.get()}
    try:
        found = parse(pulumi.get_stack(), {key: str(text) for key, text in texts.items()})
    except (ConfigError, ContractError) as error:
        raise pulumi.RunError(str(error)) from None
    for line in aged(found.cluster, _today()):
        pulumi.log.warn(line)
    return found


def parse(stack: str, texts: Mapping[str, str], root: Path = CHECKOUT, *, today: date | None = None) -> StackConfig:
    """`texts` maps "slipway:<section>" to JSON; other namespaces are left alone. `root` is where contracts are found.

    Dates are judged on the day `today`, at present where it is None.
    ConfigError names every mistake; ContractError those of the app's contract, which the others are judged by.
    """
    problems: list[Problem] = []
    found: dict[str, Section | None] = {}
    own = {key.split(":", 1)[1]: text for key, text in texts.items() if key.startswith(f"{NAMESPACE}:")}
    types = sections()
    problems.extend(
        Problem(f"{NAMESPACE}:{key}", "an unknown key", suggestion(key, list(types)))
        for key in own.keys() - types.keys()
    )
    for name, (section, required) in types.items():
        try:
            found[name] = _section(name, section, own.get(name), required=required)
        except InvalidError as invalid:
            problems.extend(invalid.problems)
    chosen: Application | None = None
    try:
        chosen = _application(found, root)
    except InvalidError as invalid:
        problems.extend(invalid.problems)
    problems.extend(_contradictions({**found, "stack": stack, "app": chosen, "today": today or _today()}))
    if problems or chosen is None:
        raise ConfigError(stack, sorted(problems, key=str))
    return StackConfig(stack=stack, application=chosen, **found)  # type: ignore[arg-type]  # each is of its field's type


def _today() -> date:
    return datetime.now(UTC).date()


def _application(found: Mapping[str, Section | None], root: Path) -> Application | None:
    """The app; None where its section has mistakes, which are told already."""
    section = found.get("app", ...)
    if section is ...:
        return None
    return application(section if isinstance(section, App) else App(), root)


def sections() -> dict[str, tuple[type[Section], bool]]:
    """Each section's class, and whether a stack file must have it."""
    hints = get_type_hints(StackConfig)
    found: dict[str, tuple[type[Section], bool]] = {}
    for field in fields(StackConfig):
        hint = hints[field.name]
        parts = get_args(hint) or (hint,)
        if issubclass(parts[0], Section):
            found[field.name] = (parts[0], len(parts) == 1)
    return found


def _section(name: str, section: type[Section], text: str | None, *, required: bool) -> Section | None:
    path = f"{NAMESPACE}:{name}"
    if text is None:
        if required:
            meaning = (section.__doc__ or "").split("\n")[0]
            raise InvalidError([Problem(path, "nothing", f"an object: {meaning}")])
        return None
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    if not isinstance(value, dict):
        raise InvalidError([Problem(path, shown(value), f"an object with {suggestion('', _keys(section))}")])
    try:
        return section.model_validate_json(text)
    except ValidationError as error:
        raise InvalidError(list(of(section, path, error))) from None


def _keys(section: type[Section]) -> list[str]:
    return [field.alias or name for name, field in section.model_fields.items()]


def _contradictions(known: Mapping[str, object]) -> Iterator[Problem]:
    """Every rule whose sections are valid speaks, so that all mistakes show at once."""
    for rule in RULES:
        wanted = {name: hint for name, hint in get_type_hints(rule).items() if name != "return"}
        if all(name in known and _fits(known[name], hint) for name, hint in wanted.items()):
            for path, found, allowed in rule(**{name: known[name] for name in wanted}):
                yield Problem(f"{NAMESPACE}:{path.removeprefix(NAMESPACE + ':')}", found, allowed)


def _fits(value: object, hint: object) -> bool:
    """An absent section concerns only the rules that speak of its absence."""
    return value is not None or NoneType in get_args(hint)
