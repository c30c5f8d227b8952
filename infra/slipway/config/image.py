"""Whether `pulumi up` builds the image itself: the inner loop of a developer, never of a pipeline."""

from typing import Annotated

from pydantic import Field

from .base import Section


class Image(Section):
    """`slipway:image`. Absent: images come from the build pipeline, and no Docker daemon is asked for."""

    build: bool
    """Whether `pulumi up` builds and pushes app/ and .slipway/model. Needs a Docker daemon, even to preview."""

    base_image: Annotated[str, Field(min_length=1)] | None = None
    """What to build on instead of the base that app/Dockerfile pins."""
