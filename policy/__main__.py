"""The policy pack as the engine starts it: `pulumi preview --policy-pack policy`. Needs policy/requirements.txt."""

import sys
from functools import partial
from pathlib import Path

from pulumi_policy import (  # type: ignore[import-not-found]  # only in the pack's own environment
    EnforcementLevel,
    Policy,
    PolicyPack,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError  # type: ignore[import-not-found]  # only in the pack's environment

# The engine puts this folder on the path, and `policy` is its name only as seen from the one above.
sys.path.append(str(Path(__file__).resolve().parent.parent))

from policy.engine import Report, validate_resource, validate_stack
from policy.model import Level, Rule, StackRule
from policy.rules import RULES, STACK_RULES

_LEVELS = {Level.MANDATORY: EnforcementLevel.MANDATORY, Level.ADVISORY: EnforcementLevel.ADVISORY}


def _resource(rule: Rule, args: ResourceValidationArgs, report: Report) -> None:
    validate_resource(rule, args, report, UnknownValueError)


def _stack(rule: StackRule, args: StackValidationArgs, report: Report) -> None:
    validate_stack(rule, args.resources, report, UnknownValueError)


def policies() -> list[Policy]:
    """Every rule that can be judged in the engine."""
    return [
        ResourceValidationPolicy(
            name=rule.name,
            description=rule.demand,
            validate=partial(_resource, rule),
            enforcement_level=_LEVELS[rule.level],
        )
        for rule in RULES
        if rule.in_engine
    ] + [
        StackValidationPolicy(
            name=rule.name,
            description=rule.demand,
            validate=partial(_stack, rule),
            enforcement_level=_LEVELS[rule.level],
        )
        for rule in STACK_RULES
    ]


if __name__ == "__main__":
    PolicyPack(name="slipway", policies=policies())
