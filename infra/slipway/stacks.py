"""Outputs that stacks have left behind: the earlier environment's facts, and this one's own last release.

Both are read by StackReference, and awaited: whether the workload is declared at all depends on the answer, and a
resource declared inside an `apply` would be missing from every preview.
"""

from collections.abc import Sequence
from typing import Any

import pulumi

_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""An engine leaves this in a stack's outputs where a resource was excluded before it existed."""


class Outputs:
    """The outputs of one stack of this project, as its last `up` left them."""

    def __init__(self, name: str, stack: str) -> None:
        self.stack = stack
        full = f"{pulumi.get_organization()}/{pulumi.get_project()}/{stack}"
        self._reference = pulumi.StackReference(name, stack_name=full)

    async def find(self, output: str) -> Any | None:  # noqa: ANN401 - outputs are of any type
        """An output's value; None if the stack has none of that name, or has not run yet."""
        details = await self._reference.get_output_details(output)
        return None if details.value is None or _half(details.value) else details.value

    async def require(self, outputs: Sequence[str]) -> dict[str, Any]:
        """Several outputs. RunError names all that are missing and the command that makes them."""
        found = {name: await self.find(name) for name in outputs}
        if missing := sorted(name for name, value in found.items() if value is None):
            raise pulumi.RunError(
                f"stack {self.stack} has no output {', '.join(missing)}: "
                f"run `pulumi up -s {self.stack}` to its end before a stack that promotes from it"
            )
        return found


def _half(value: object) -> bool:
    """Return True if an interrupted run left the engine's mark for an unknown inside `value`."""
    match value:
        case str():
            return _UNKNOWN in value
        case dict():
            return any(map(_half, value.values()))
        case list():
            return any(map(_half, value))
        case _:
            return False
