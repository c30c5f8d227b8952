"""Whether `pulumi up` builds the image itself: the inner loop of one developer, never of a pipeline."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from .base import Section
from .environment import Environment
from .release import Release


class Image(Section):
    """`slipway:image`. Absent: images come from the build pipeline, and no Docker daemon is asked for."""

    build: bool
    """Whether `pulumi up` builds the app's image, from .slipway/image. Needs a Docker daemon even to preview."""

    base_image: Annotated[str, Field(min_length=1)] | None = None
    """What to build on instead of the base that the Dockerfile pins."""


def one_origin(image: Image, release: Release) -> Iterator[tuple[str, str, str]]:
    """An image is built here or released by a pipeline."""
    if image.build:
        yield "image.build", "true", f"false while slipway:release names {release.digest}"


def built_first(environment: Environment, image: Image) -> Iterator[tuple[str, str, str]]:
    """A later environment runs what the earlier one has released."""
    if image.build and environment.promotes_from is not None:
        yield "image.build", "true", f"false in an environment that promotes from {environment.promotes_from}"


RULES = (one_origin, built_first)
