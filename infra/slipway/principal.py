"""An identity that pipelines act as."""

from dataclasses import dataclass

from pulumi import Input


@dataclass(frozen=True, kw_only=True)
class Principal:
    """A user-assigned identity, as everybody who grants it something needs it. `principal_id` is its object id."""

    id: Input[str]
    name: Input[str]
    client_id: Input[str]
    principal_id: Input[str]
