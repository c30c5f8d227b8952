"""One hostile request, as the steps that a client takes on a connection."""

import enum
from dataclasses import dataclass

CLOSED = 0
"""Stands among statuses for a connection that the server closes without an answer."""


class End(enum.Enum):
    """The way in which a client leaves off sending."""

    HALF_CLOSE = "says that nothing more will come, and waits"
    HANG_UP = "is gone"
    RESET = "is gone, with a reset"


@dataclass(frozen=True)
class Drip:
    """Bytes sent slowly, `size` at a time, until they are through or the server has had enough."""

    data: bytes
    size: int
    pause: float


Step = bytes | Drip | End


@dataclass(frozen=True)
class Sent:
    """The acts of a client. `label` is the class that a 200 must name; `path` gives the form of an error."""

    steps: tuple[Step, ...]
    path: str = "/v1/classify"
    label: str | None = None
    replies: int = 1
    bodiless: bool = False
    """True where answers have no body, as to HEAD."""


@dataclass(frozen=True)
class Target:
    """The model that the service under attack serves, in the inference protocol's terms."""

    model: str
    version: str
    tensor: str
    datatype: str
    row: tuple[int, ...]
    output: str
    picture: str
    """The input that takes pictures as they are."""

    @property
    def infer(self) -> str:
        """The path of inference requests."""
        return f"/v2/models/{self.model}/infer"


def request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """The bytes of a well-formed request; header names are given with `_` for `-`."""
    given = {"Host": "hostile", **{name.replace("_", "-"): value for name, value in headers.items()}}
    if body or method in ("POST", "PUT", "PATCH"):
        given.setdefault("Content-Length", str(len(body)))
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body
