"""The report as a comment of a pull request: one for each stack, updated in place."""

from collections.abc import Mapping
from typing import Protocol

from . import azure_repos, github


class Host(Protocol):
    """Host of a pull request's comments."""

    @property
    def limit(self) -> int:
        """Return the number of characters that a comment takes."""

    def put(self, marker: str, text: str, *, attention: bool) -> str:
        """Rewrite the comment that holds `marker`, or write the first one. Return what was done, in words."""


def host(environment: Mapping[str, str]) -> Host:
    """The pull request that this build is for. UsageError: it is for none, or a token or an address is missing."""
    return github.host(environment) if github.concerns(environment) else azure_repos.host(environment)


__all__ = ["Host", "host"]
