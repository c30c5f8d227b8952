"""Who and where an environment is: the facts that its names and tags are made of."""

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field

from slipway.regions import REGIONS

from .base import Section
from .values import ShortName, Suffix
from .words import Matching

NAME = r"[a-z][a-z0-9]{1,9}"
RESERVED = ("none", "build")
"""The release pipeline's parameter for no rollback, and the connection `slipway-build`."""
NAME_ALLOWED = "2 to 10 lower-case letters and digits, a letter first"


def _region(text: str) -> str:
    if text not in REGIONS:
        raise ValueError(f"an Azure region of {', '.join(REGIONS)}")
    return text


class Environment(Section):
    """`slipway:environment`. The environment's name is the stack's."""

    workload: ShortName
    """What runs here; part of every name."""

    location: Annotated[str, AfterValidator(_region)]
    """Azure region, such as westeurope. A change replaces everything: see docs/how-to/move-region.md."""

    suffix: Suffix
    """Makes the names of registry and model store unique in all of Azure."""

    owner: Annotated[str, Field(min_length=1, max_length=64)]
    """Who answers for it: a tag on everything."""

    cost_centre: Annotated[str, Field(min_length=1, max_length=64)]
    """Who pays for it: a tag on everything."""

    protect: bool
    """Whether what holds data or addresses refuses to be deleted or replaced. In the first environment of a chain
    models, registry, resource group and pipelines always refuse."""

    promotes_from: (
        Annotated[
            str,
            Matching(NAME, f"a stack's name: {NAME_ALLOWED}"),
        ]
        | None
    ) = None
    """The stack whose releases this one takes over. None: it has its own model store and pipelines."""

    tags: dict[str, str] = Field(default_factory=dict)
    """More tags, on everything that takes tags."""


def stack_can_carry_its_name(stack: str) -> Iterator[tuple[str, str, str]]:
    """Stages, connections and Azure resources carry the stack's name, each with limits of its own."""
    if not re.fullmatch(NAME, stack) or stack in RESERVED:
        allowed = f"{NAME_ALLOWED}, except {' and '.join(RESERVED)}: stages, connections and Azure resources carry it"
        yield "environment", f"an environment named {stack}", allowed


RULES = (stack_can_carry_its_name,)
