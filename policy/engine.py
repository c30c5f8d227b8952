"""The rules as the engine's policies see resources. Imports nothing of Pulumi: the pack's entry hands everything in."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from .exceptions import EXCEPTIONS, PolicyException
from .judge import violation_of
from .model import Fault, Resource, Rule, StackRule, Violation
from .values import UNKNOWN

Report = Callable[..., None]
"""The engine's own: a message, and the urn of the resource where it is not the one at hand."""


class EngineResource(Protocol):
    """Resource as the engine hands it to a policy."""

    @property
    def resource_type(self) -> str: ...
    @property
    def props(self) -> Any: ...  # noqa: ANN401 - the engine's own mapping
    @property
    def urn(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def opts(self) -> Any: ...  # noqa: ANN401 - the engine's own options


def plain(value: Any, unknown: type[Exception]) -> Any:  # noqa: ANN401 - JSON of any shape
    """The engine's properties as plain data; reading one that is not known yet raises `unknown`, and gives UNKNOWN."""
    if isinstance(value, Mapping):
        return {key: _read(value, key, unknown) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_read(value, position, unknown) for position in range(len(value))]
    return value


def resource(given: EngineResource, unknown: type[Exception]) -> Resource:
    """The neutral form of one resource."""
    options = {"protect": True} if getattr(given.opts, "protect", False) else {}
    return Resource(given.resource_type, given.name, plain(given.props, unknown), options, given.urn)


def validate_resource(rule: Rule, given: EngineResource, report: Report, unknown: type[Exception]) -> None:
    """Report each fault of one resource that no exception in force covers."""
    found = resource(given, unknown)
    if rule.concerns(found):
        _report(rule, ((found, fault) for fault in rule.check(found)), report)


def validate_stack(rule: StackRule, given: Sequence[EngineResource], report: Report, unknown: type[Exception]) -> None:
    """Report each fault of how resources stand together."""
    _report(rule, rule.check([resource(one, unknown) for one in given]), report)


def message(resource: Resource, fault: Fault, remedy: str) -> str:
    """A fault as the engine prints it: the rule's demand stands above it there."""
    place = f"{fault.path}: " if fault.path else ""
    return f"{resource.name}: found {place}{fault.found}. Remedy: {remedy}."


def _report(rule: Rule | StackRule, faults: Iterable[tuple[Resource, Fault]], report: Report) -> None:
    for found, fault in faults:
        violation = violation_of(rule, found, fault)
        if not _excepted(violation, found.key, EXCEPTIONS):
            report(message(found, fault, rule.remedy), found.key)


def _excepted(violation: Violation, urn: str, exceptions: Sequence[PolicyException]) -> bool:
    stack = urn.removeprefix("urn:pulumi:").partition("::")[0]
    today = datetime.now(UTC).date()
    return any(exception.covers(violation, stack) and today <= exception.until for exception in exceptions)


def _read(value: Any, key: Any, unknown: type[Exception]) -> Any:  # noqa: ANN401 - JSON of any shape
    try:
        return plain(value[key], unknown)
    except unknown:
        return UNKNOWN
