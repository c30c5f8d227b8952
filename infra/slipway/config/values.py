"""The vocabulary of stack files: each legal value is defined once, with the message a wrong one gets."""

from ipaddress import IPv4Network
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from .words import Matching


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

ShortName = Annotated[str, Matching(r"[a-z][a-z0-9]{1,11}", "2 to 12 lower-case letters and digits, a letter first")]
"""A word that ends up in Azure names: 2 to 12 lower-case letters and digits, a letter first."""

Suffix = Annotated[str, Matching(r"[a-z0-9]{2,6}", "2 to 6 lower-case letters and digits")]
"""What makes names unique in all of Azure: 2 to 6 lower-case letters and digits."""

PoolName = Annotated[
    str, Matching(r"[a-z][a-z0-9]{0,11}", "a pool's name: 1 to 12 lower-case letters and digits, a letter first")
]
"""An AKS Linux node pool: 1 to 12 lower-case letters and digits, a letter first."""

Email = Annotated[
    str, Matching(r"[^@\s]+@[^@\s]+\.[^@\s]+", "an e-mail address such as oncall@contoso.com"), Field(max_length=254)
]
"""An address that alerts go to."""

DnsLabel = Annotated[
    str, Matching(r"[a-z][a-z0-9-]{1,61}[a-z0-9]", "a DNS label: 3 to 63 of a-z, 0-9 and -, a letter first, no - last")
]
"""A DNS label as Azure takes it: 3 to 63 of a-z, 0-9 and -, a letter first, no - last."""

Digest = Annotated[str, Matching(r"sha256:[0-9a-f]{64}", "a digest: sha256: and 64 hexadecimal digits")]
"""An image manifest's digest."""

Sha256 = Annotated[str, Matching(r"[0-9a-f]{64}", "a SHA-256: 64 hexadecimal digits")]
"""A file's SHA-256 in hex."""

Zones = Annotated[tuple[Annotated[str, Matching(r"[1-3]", '"1", "2" or "3", in quotes')], ...], Field(max_length=3)]
"""Availability zones, such as ["1", "2", "3"]; empty for none."""

ObjectName = Annotated[str, Field(pattern=r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")]
"""A Kubernetes object's name."""

HttpsUrl = Annotated[str, Field(pattern=r"^https://[\w.-]+(:\d+)?(/[\w./-]*)?$")]
"""An https address."""
