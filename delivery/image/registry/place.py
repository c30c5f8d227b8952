"""Target of a push: a registry and a repository in it, checked before anything is sent."""

import ipaddress
import re
from dataclasses import dataclass

from delivery.failure import UsageError

HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?::[0-9]{1,5})?")
REPOSITORY = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*")
_MAX = 255


@dataclass(frozen=True)
class Place:
    """A repository of a registry, such as `registry.example` and `team/scoring`."""

    host: str
    repository: str

    def __str__(self) -> str:
        return f"{self.host}/{self.repository}"

    @property
    def is_loopback(self) -> bool:
        """True where it is this machine, with which engines, too, speak plain HTTP."""
        name = self.host.rpartition(":")[0] or self.host
        if name == "localhost":
            return True
        try:
            return ipaddress.ip_address(name).is_loopback
        except ValueError:
            return False

    @property
    def url(self) -> str:
        """The root of everything about the repository."""
        return f"{'http' if self.is_loopback else 'https'}://{self.host}/v2/{self.repository}"


def parse_place(text: str) -> Place:
    """The place that `text` names, or UsageError."""
    host, slash, repository = text.removeprefix("https://").partition("/")
    if "@" in text or (":" in repository):
        raise UsageError(f"{text}: allowed is host[:port]/repository without a tag or a digest: the image has its own")
    if not slash or not repository:
        raise UsageError(f"{text}: names no repository; allowed is host[:port]/repository, such as {host}/scoring")
    if not HOST.fullmatch(host):
        raise UsageError(f"{text}: found '{host}' where a registry's host[:port] in lower case is allowed")
    if not REPOSITORY.fullmatch(repository) or len(text) > _MAX:
        raise UsageError(
            f"{text}: found '{repository}' where a repository is allowed: lower-case letters and digits, joined by "
            f"'.', '_', '-' and '/', at most {_MAX} characters with its host"
        )
    return Place(host, repository)
