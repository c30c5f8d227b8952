"""`<name>/latest.json`: which version of a model is live, and which were before it.

Pure data: each transition gives the next pointer; `Repository` writes it unless another process did meanwhile.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from delivery.failure import NotFoundError

from .manifest import ModelName, ModelVersion, Sha256

MAX_PREVIOUS = 50
"""Number of earlier lives that the pointer keeps; the versions themselves are never deleted."""


class Life(BaseModel):
    """One stretch of time in which a version was live. `sha256` is its model's, so that a changed version shows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: ModelVersion
    sha256: Sha256
    since: datetime
    by: Literal["publish", "promote", "rollback"]
    replaced: ModelVersion | None = None


class Pointer(BaseModel):
    """The live version, and the stack that a rollback takes the next one from: newest first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["slipway.pointer/1"] = "slipway.pointer/1"
    name: ModelName
    live: Life
    previous: Annotated[tuple[Life, ...], Field(max_length=MAX_PREVIOUS)] = ()

    def to_json(self) -> bytes:
        """The bytes of `latest.json`."""
        return (self.model_dump_json(indent=2) + "\n").encode()


def after_switch(pointer: Pointer | None, name: ModelName, life: Life) -> Pointer:
    """The pointer once `life` has begun; what was live goes onto the stack."""
    if pointer is None:
        return Pointer(name=name, live=life)
    began = life.model_copy(update={"replaced": pointer.live.version})
    return Pointer(name=name, live=began, previous=(pointer.live, *pointer.previous)[:MAX_PREVIOUS])


def before(pointer: Pointer) -> Life:
    """Return the life before the live one. Raises NotFoundError where there was none."""
    if not pointer.previous:
        raise NotFoundError(f"{pointer.name}: version {pointer.live.version} is live and nothing was before it")
    return pointer.previous[0]


def after_rollback(pointer: Pointer, since: datetime) -> Pointer:
    """The pointer back at what was live before: rolling back twice goes back two versions, not to and fro."""
    target = before(pointer)
    update = {"since": since, "by": "rollback", "replaced": pointer.live.version}
    return Pointer(name=pointer.name, live=target.model_copy(update=update), previous=pointer.previous[1:])
