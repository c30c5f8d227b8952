"""Conditions that say in words what is allowed, where a pattern or a number would leave the user guessing."""

import re
from collections.abc import Sized
from typing import TypeVar

from pydantic import AfterValidator

S = TypeVar("S", bound=Sized)


def matching(pattern: str, allowed: str) -> AfterValidator:
    """Text that matches `pattern` as a whole; `allowed` says so in words."""
    whole = re.compile(pattern)

    def check(text: str) -> str:
        if not whole.fullmatch(text):
            raise ValueError(allowed)
        return text

    return AfterValidator(check)


def counted(least: int, most: int, what: str) -> AfterValidator:
    """From `least` to `most` entries; `what` names them."""

    def check(entries: S) -> S:
        if not least <= len(entries) <= most:
            raise ValueError(f"{least} to {most} {what}")
        return entries

    return AfterValidator(check)
