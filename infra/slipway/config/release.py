"""What runs: one image by its digest, and the code and model that it holds."""

from typing import Annotated

from pydantic import Field

from .base import Section
from .values import Digest, Sha256


class ReleasedModel(Section):
    """The model version inside the image."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
    """The model's name in the model repository."""

    version: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,8}$")]
    """Its version there, a whole number as text."""

    sha256: Sha256
    """SHA-256 of the file that the app's contract names the model by, as the service reports it."""


class Release(Section):
    """`slipway:release`. Absent: the stack keeps what it last deployed, or has no workload yet."""

    repository: Annotated[str, Field(pattern=r"^[a-z0-9]+([._/-][a-z0-9]+)*$", max_length=128)]
    """The image's repository inside the environment's own registry, such as scoring."""

    digest: Digest
    """The image's digest: what is deployed is never looked up by a tag."""

    commit: Annotated[str, Field(pattern=r"^[0-9a-f]{40}(-dirty)?$")]
    """Git commit of the app's code; -dirty marks a build of uncommitted changes."""

    build_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$")]
    """The build that made the image."""

    model: ReleasedModel
    """Which model it answers with."""
