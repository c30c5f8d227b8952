"""Stage on which the rehearsal's releases run: elsewhere a Pulumi stack has that part."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

from delivery.examples.folder import Examples
from delivery.release.engine import Engine

ENVIRONMENT = "rehearsal"


class Stage(Engine, ABC):
    """One environment with an address that stays. It is a running service, and to a Deployer it is its engine.

    Leaving its `with` block ends and removes everything of it, even after an error inside.
    """

    form: str
    """Kind of stage, in a few words."""
    host: str
    port: int
    ready_path: str
    """The path on the public port that is 200 while the live release can serve."""

    @property
    def management_port(self) -> int | None:
        """None: an address leads to the public port alone."""
        return None

    def __init__(self) -> None:
        super().__init__(ENVIRONMENT)

    @abstractmethod
    def up(self, release: Mapping[str, Any], message: str, read: Callable[[str], None]) -> None:
        """Make this release the live one, and wait until it is. Raises FailureError."""

    @abstractmethod
    def end(self, examples: Examples) -> str:
        """End it in order, and say what was seen. Raises FailureError where something was lost or is left."""

    @abstractmethod
    def log(self) -> str:
        """Return what the live release has printed."""

    def outputs(self, stack: str = "") -> dict[str, Any]:
        """The address, as a stack names it."""
        del stack
        port = "" if self.port == 80 else f":{self.port}"
        return {"endpointUrl": f"http://{self.host}{port}/"}

    def state(self) -> dict[str, Any]:
        """Nothing: a stage keeps no state in which an operation could be half done."""
        return {}

    def cause(self) -> str:
        """The reason of a failure that the log does not show."""
        return ""

    def exit_code(self) -> int | None:
        """None while the live release runs."""
        return None

    def terminate(self) -> None:
        """Raise NotImplementedError: a single replica's end is not asked for here."""
        raise NotImplementedError

    def left_behind(self) -> str:
        """Return what still exists of the live release after its end."""
        return ""

    def __enter__(self) -> Self:
        return self

    @abstractmethod
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End and remove it at once."""
