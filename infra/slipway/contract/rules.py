"""Contradictions between parts of a contract. Each rule yields the place, what was found, what is allowed."""

from collections.abc import Callable, Iterator

from . import checks, placeholders, setting_rules
from .app import Contract
from .lines import Place

Contradiction = tuple[Place, str, str]
Rule = Callable[[Contract], Iterator[Contradiction]]


def contradictions(contract: Contract) -> Iterator[Contradiction]:
    """Those of every rule."""
    for rule in _RULES:
        yield from rule(contract)


def _metrics_are_inside(contract: Contract) -> Iterator[Contradiction]:
    """Anybody may call the public port; what an app exports is for the platform."""
    if contract.metrics and not contract.has_management:
        allowed = "no metrics, or ports.management: a port of its own, since metrics are open to no caller"
        yield ("metrics",), f"metrics on the public port {contract.ports.public}", allowed


def _probes_ask_a_port(contract: Contract) -> Iterator[Contradiction]:
    for name in ("startup", "readiness", "liveness"):
        if getattr(contract.probes, name).port == "management" and not contract.has_management:
            yield ("probes", name, "port"), "management", "public, or ports.management of its own"


def _variables_are_set_once(contract: Contract) -> Iterator[Contradiction]:
    places: list[tuple[Place, str]] = []
    if contract.model and contract.model.variable:
        places.append((("model", "variable"), contract.model.variable))
    places += [(("environment", variable), variable) for variable in contract.environment]
    places += [(("settings", name, "variable"), one.variable) for name, one in contract.settings.items()]
    first: dict[str, Place] = {}
    for place, variable in places:
        if variable in first:
            where = ".".join(map(str, first[variable]))
            yield place, variable, f"a variable that nothing else sets; {where} sets this one"
        first.setdefault(variable, place)


def _series_hold_together(contract: Contract) -> Iterator[Contradiction]:
    metrics = contract.metrics
    if metrics is None:
        return
    if metrics.stages and metrics.stages.waiting not in metrics.stages.shown:
        yield ("metrics", "stages", "waiting"), metrics.stages.waiting, f"one of {', '.join(metrics.stages.shown)}"
    for name, info in (("code", metrics.code), ("model", metrics.model)):
        if info and info.identity not in info.labels:
            yield ("metrics", name, "identity"), info.identity, f"one of {', '.join(info.labels)}"
    for index, gauge in enumerate(metrics.saturation):
        if (gauge.bound is None) == (gauge.bound_from is None):
            found = "neither bound nor boundFrom" if gauge.bound is None else "bound and boundFrom"
            yield ("metrics", "saturation", index), found, "one of both"


_MOST_ALERTS = 7
"""Azure takes 20 rules in a group, and 13 of the group that these join are the platform's."""


def _alerts_are_few_and_different(contract: Contract) -> Iterator[Contradiction]:
    metrics = contract.metrics
    if metrics is None:
        return
    places: list[tuple[Place, str]] = [
        *((("metrics", "saturation", index, "alert"), one.alert) for index, one in enumerate(metrics.saturation)),
        *((("metrics", "alerts", index, "name"), one.name) for index, one in enumerate(metrics.alerts)),
    ]
    if len(places) > _MOST_ALERTS:
        yield ("metrics", "alerts"), f"{len(places)} with those of saturation", f"{_MOST_ALERTS} or fewer"
    names = [name for _, name in places]
    for index, (place, name) in enumerate(places):
        if name in names[:index]:
            yield place, name, "a name that no other alert has"


def _commands_can_be_filled_in(contract: Contract) -> Iterator[Contradiction]:
    found = checks.unknown_placeholders(contract.checks, contract.authors, contract.start)
    for where, placeholder, known in found:
        yield where, f"${{{placeholder}}}", ", ".join(f"${{{one}}}" for one in known)
    lines: list[tuple[Place, str | None]] = [
        *((("checks", name), getattr(contract.checks, name)) for name in ("model", "image", "release")),
        (("start",), contract.start),
    ]
    for place, line in lines:
        if "${model}" in (line or "") and contract.model is None:
            yield place, "${model}", "a command without it, since the contract has no model"


_RULES: tuple[Rule, ...] = (
    _metrics_are_inside,
    _probes_ask_a_port,
    _variables_are_set_once,
    *setting_rules.RULES,
    _series_hold_together,
    _alerts_are_few_and_different,
    placeholders.expressions_can_be_filled_in,
    _commands_can_be_filled_in,
)
