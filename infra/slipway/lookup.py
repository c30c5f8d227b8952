"""Look-ups of what people made in Azure DevOps: one that fails is a sentence with its config key, and no trace."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import pulumi

T = TypeVar("T")


async def look_up(ask: Callable[[], Awaitable[T]], *, path: str, name: str, allowed: str) -> T:
    """Return what `ask` is answered. RunError names the key at `path`, what was found and what is allowed."""
    try:
        return await ask()
    except Exception as error:  # the SDK raises no narrower one for an invoke that failed
        reason = str(error).strip().splitlines()[-1].strip()
        raise pulumi.RunError(
            f"slipway:{path}: found {name!r}, allowed: {allowed}. Azure DevOps answered: {reason}"
        ) from error
