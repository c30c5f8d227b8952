"""From where a store or registry may be asked. Who may ask is Entra's matter in every case."""

from collections.abc import Iterator
from enum import StrEnum
from ipaddress import IPv4Network
from typing import Annotated

from pydantic import AfterValidator

from .words import Counted


class Access(StrEnum):
    """How far the network reaches. Anything but `public` also gets a private endpoint in the environment's network."""

    PUBLIC = "public"
    SELECTED = "selected"
    PRIVATE = "private"

    @property
    def endpoint(self) -> bool:
        """Whether a private endpoint leads to it."""
        return self is not Access.PUBLIC


def _public(text: str) -> str:
    """`text` if it is an address, or a network of at least four, that exists on the internet."""
    try:
        network = IPv4Network(text)
    except ValueError:
        network = None
    bare = "/" not in text
    if network is None or not network.is_global or (not bare and network.prefixlen > 30):
        raise ValueError("a public IPv4 address such as 20.50.2.10, or a public network of /30 or larger")
    return text


PublicAddresses = Annotated[
    tuple[Annotated[str, AfterValidator(_public)], ...], Counted(0, 100, "addresses or networks")
]
"""Addresses and networks on the internet. Azure Storage takes a single address bare, never as /32."""


def addresses(path: str, access: Access, listed: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    """Addresses are listed exactly where they decide: a rule of every section that has both. `path` names it."""
    if access is Access.SELECTED and not listed:
        yield f"{path}.allowedAddresses", "nothing", f"at least one address, or {path}.access private"
    if access is not Access.SELECTED and listed:
        yield f"{path}.allowedAddresses", f"{len(listed)} of them", f"none, or {path}.access selected"
