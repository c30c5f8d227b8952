"""Exceptions: violations with an owner and a last day. How to add one: docs/how-to/add-a-policy-rule.md."""

from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase

from .model import Violation


@dataclass(frozen=True, slots=True)
class PolicyException:
    """One rule, on the resources that it names, in one stack. `*` in `resource` or `stack` stands for any text."""

    rule: str
    stack: str
    resource: str
    """`<type>::<logical name>`."""
    owner: str
    """Person or team that answers for it, can be written to, and is asked when it ends."""
    reason: str
    until: date
    """The last day on which it holds."""

    def covers(self, violation: Violation, stack: str) -> bool:
        """Return True where it is about this violation in this stack, even after its last day."""
        return (
            self.rule == violation.rule
            and fnmatchcase(stack, self.stack)
            and fnmatchcase(f"{violation.type}::{violation.name}", self.resource)
        )


EXCEPTIONS: tuple[PolicyException, ...] = ()
