"""What runs: one image by its digest, and the code and model that it holds."""

from typing import Annotated

from pydantic import Field

from .base import Section
from .values import Digest, Sha256
from .words import Matching


class ReleasedModel(Section):
    """The model version inside the image."""

    name: Annotated[str, Matching(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", "a model's name: 1 to 63 of a-z, 0-9 and -")]
    """The model's name in the model repository."""

    version: Annotated[str, Matching(r"[1-9][0-9]{0,8}", 'a version of the model such as "7", in quotes')]
    """Its version there, a whole number as text."""

    sha256: Sha256
    """SHA-256 of the file that the app's contract names the model by, as the service reports it."""


class Release(Section):
    """`slipway:release`. Absent: the stack keeps what it last deployed, or has no workload yet."""

    repository: Annotated[
        str,
        Matching(
            r"[a-z0-9]+([._/-][a-z0-9]+)*",
            "a repository's name: words of a-z and 0-9 joined by ., _, - or /, at most 128 characters",
        ),
        Field(max_length=128),
    ]
    """The image's repository inside the environment's own registry, such as scoring."""

    digest: Digest
    """The image's digest: what is deployed is never looked up by a tag."""

    commit: Annotated[
        str,
        Matching(
            r"[0-9a-f]{40}(-dirty)?", "a commit's 40 hexadecimal digits, with -dirty where the checkout differs from it"
        ),
    ]
    """Git commit of the app's code; -dirty marks a build of uncommitted changes."""

    build_id: Annotated[
        str,
        Matching(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?", "a build's id: 1 to 63 letters, digits, ., _ and -"),
    ]
    """The build that made the image."""

    model: ReleasedModel
    """Which model it answers with."""
