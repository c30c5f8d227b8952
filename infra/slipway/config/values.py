"""The vocabulary of stack files: each legal value is defined once, with the message a wrong one gets."""

from ipaddress import IPv4Network
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field


def _network(text: str) -> str:
    """`text` if it is an IPv4 network in CIDR form with no host bits."""
    try:
        return str(IPv4Network(text))
    except ValueError as error:
        raise ValueError("an IPv4 network such as 10.20.0.0/16, its host bits zero") from error


def _guid(text: str) -> str:
    """`text` as a lower-case GUID."""
    try:
        return str(UUID(text))
    except ValueError as error:
        raise ValueError("a GUID such as 00000000-0000-0000-0000-000000000000") from error


Cidr = Annotated[str, AfterValidator(_network)]
"""An IPv4 network."""

Guid = Annotated[str, AfterValidator(_guid)]
"""An Entra object, tenant or subscription id."""

ShortName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{1,11}$")]
"""A word that ends up in Azure names: 2 to 12 lower-case letters and digits, a letter first."""

Suffix = Annotated[str, Field(pattern=r"^[a-z0-9]{2,6}$")]
"""What makes names unique in all of Azure: 2 to 6 lower-case letters and digits."""

PoolName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{0,11}$")]
"""An AKS Linux node pool: 1 to 12 lower-case letters and digits, a letter first."""

Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]
"""An address that alerts go to."""

DnsLabel = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,61}[a-z0-9]$")]
"""A DNS label as Azure takes it: 3 to 63 of a-z, 0-9 and -, a letter first, no - last."""

Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
"""An image manifest's digest."""

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""A file's SHA-256 in hex."""

Zones = Annotated[tuple[Annotated[str, Field(pattern=r"^[1-3]$")], ...], Field(max_length=3)]
"""Availability zones, such as ["1", "2", "3"]; empty for none."""
