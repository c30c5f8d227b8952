"""A service that others run: all that is known of it is its address."""

from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from delivery.failure import UsageError

_PORTS = {"http": 80, "https": 443}

Header = tuple[str, str]
"""Name and value."""


@dataclass(frozen=True)
class Remote:
    """The service at `host` and `port`; `secure` says whether it speaks TLS. It is never started or ended from here."""

    host: str
    port: int
    secure: bool = False
    ready_path: str = "/"
    """The path that is 200 while it can serve."""
    proof: tuple[Header, ...] = field(default=(), repr=False)
    """Headers by which it knows its callers; no message shows them."""

    @property
    def management_port(self) -> None:
        """Nothing outside its cluster reaches it."""

    def __str__(self) -> str:
        scheme = "https" if self.secure else "http"
        return f"{scheme}://{self.host}{'' if self.port == _PORTS[scheme] else f':{self.port}'}/"

    def cause(self) -> str:
        """Not known here."""
        return ""

    def log(self) -> str:
        """Its log is where it runs."""
        return ""

    def exit_code(self) -> int | None:
        """It runs, as far as can be known."""
        return None

    def terminate(self) -> None:
        """It is not ours to end."""
        raise NotImplementedError(f"{self}: is run by others")

    def left_behind(self) -> str:
        """Nothing of ours."""
        return ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """It goes on."""


def parse_remote(url: str, ready_path: str, proof: tuple[Header, ...] = ()) -> Remote:
    """The service at `url` for a caller with `proof`, ready once it answers 200 at `ready_path`. Raises UsageError."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in _PORTS or not parts.hostname or parts.path not in ("", "/") or parts.username:
        raise UsageError(f"{url}: allowed is http://host[:port]/ or https://host[:port]/")
    return Remote(
        parts.hostname,
        port or _PORTS[parts.scheme],
        secure=parts.scheme == "https",
        ready_path=ready_path,
        proof=proof,
    )
