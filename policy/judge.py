"""The rules over the resources of one stack."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from .exceptions import EXCEPTIONS, PolicyException
from .model import Fault, Level, Resource, Rule, StackRule, Violation
from .rules import RULES, STACK_RULES


def judge(
    resources: Sequence[Resource],
    stack: str,
    today: date,
    *,
    exceptions: Sequence[PolicyException] = EXCEPTIONS,
    whole: bool = True,
) -> list[Violation]:
    """Every violation, mandatory ones first; excepted ones say by whom. An exception that has ended excepts nothing.

    `whole` is False where only a part of the stack is known: rules about the whole are left out then, and no exception
    is called needless.
    """
    found = list(_violations(resources, whole=whole))
    used: set[int] = set()
    judged = []
    for violation in found:
        covering = [n for n, exception in enumerate(exceptions) if exception.covers(violation, stack)]
        used |= set(covering)
        judged.append(_excepted(violation, [exceptions[n] for n in covering], today))
    if whole:
        for number, exception in enumerate(exceptions):
            if number not in used and exception.stack == stack:
                judged.append(_needless(exception))
    return sorted(judged, key=lambda item: (item.level != Level.MANDATORY, bool(item.excepted), item.rule, item.key))


def stopping(violations: Sequence[Violation]) -> list[Violation]:
    """Those that stop a change."""
    return [violation for violation in violations if violation.level is Level.MANDATORY and not violation.excepted]


def violation_of(rule: Rule | StackRule, resource: Resource, fault: Fault) -> Violation:
    """The fault as a violation of the rule."""
    place = f"{fault.path}: " if fault.path else ""
    return Violation(
        rule=rule.name,
        level=rule.level,
        type=resource.type,
        name=resource.name,
        path=fault.path,
        reason=f"{rule.demand} Found {place}{fault.found}.",
        remedy=rule.remedy,
        key=resource.key or f"{resource.type}::{resource.name}",
    )


def _violations(resources: Sequence[Resource], *, whole: bool) -> Iterator[Violation]:
    by_type: dict[str, list[Rule]] = {}
    for resource in resources:
        if resource.type not in by_type:
            by_type[resource.type] = [rule for rule in RULES if rule.concerns(resource)]
        for rule in by_type[resource.type]:
            for fault in rule.check(resource):
                yield violation_of(rule, resource, fault)
    for stack_rule in STACK_RULES if whole else ():
        for resource, fault in stack_rule.check(resources):
            yield violation_of(stack_rule, resource, fault)


def _excepted(violation: Violation, covering: list[PolicyException], today: date) -> Violation:
    holding = [exception for exception in covering if today <= exception.until]
    if holding:
        exception = holding[0]
        return replace(
            violation, excepted=f"{exception.owner} answers for it until {exception.until}: {exception.reason}"
        )
    if covering:
        ended = covering[0]
        return replace(violation, reason=f"{violation.reason} The exception of {ended.owner} ended on {ended.until}.")
    return violation


def _needless(exception: PolicyException) -> Violation:
    resource_type, _, name = exception.resource.partition("::")
    return Violation(
        rule="exception-needless",
        level=Level.ADVISORY,
        type=resource_type,
        name=name,
        path="",
        reason=f"An exception from {exception.rule} is not needed any more. It is {exception.owner}'s.",
        remedy="remove it from policy/exceptions.py",
        key=exception.resource,
    )
