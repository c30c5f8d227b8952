"""Contradictions between a canary, its place and other sections.

Each rule yields (path, found, allowed). Its parameters are named after the sections that it reads.
"""

from collections.abc import Iterator

from .canary import CanaryRelease
from .entry import Entry
from .image import Image
from .pipelines import Pipelines
from .release import Release

_Problem = tuple[str, str, str]


def a_canary_has_a_place(entry: Entry, canary: CanaryRelease) -> Iterator[_Problem]:
    """Two releases answer side by side behind a gateway only, which tells them apart."""
    if entry.canary is None:
        because = "entry.kind is service" if entry.kind == "service" else "entry.gateway.canary keeps no place for it"
        yield "canary", canary.release.digest, f"nothing, because {because}"


def a_canary_is_another_release(release: Release, canary: CanaryRelease) -> Iterator[_Problem]:
    """The same image on both sides shows nothing."""
    if canary.release.digest == release.digest:
        yield "canary.release.digest", release.digest, "another digest than slipway:release has"


def an_image_that_is_built_here_has_no_canary(entry: Entry, image: Image) -> Iterator[_Problem]:
    """The inner loop replaces what runs; nothing is recorded that could take a share."""
    if image.build and entry.canary:
        yield "entry.gateway.canary", "an object", "nothing, because image.build replaces the image in place"


def mirrors_need_the_route(entry: Entry, pipelines: Pipelines) -> Iterator[_Problem]:
    """A mirror is written into the route, a custom resource, which Azure's writer role does not reach."""
    if entry.canary and entry.canary.shadow and pipelines.rights == "release":
        yield (
            "entry.gateway.canary.shadow",
            "true",
            "false, or pipelines.rights environment: a mirror changes the route, which rights release do not reach",
        )


RULES = (
    a_canary_has_a_place,
    a_canary_is_another_release,
    an_image_that_is_built_here_has_no_canary,
    mirrors_need_the_route,
)
"""Every rule above."""
