"""Secrets in clear: in a program they end in its state, its previews and its logs."""

from collections.abc import Iterator

from policy.model import Fault, Resource, rule
from policy.secrets import looks_secret, sounds_secret
from policy.values import SECRET, is_unknown, texts


@rule(
    "no-plain-secrets",
    "*",
    demand="No secret stands in clear in the program.",
    remedy="give the value as a Pulumi secret, or better, do without: federate",
    in_engine=False,
)
def plain(resource: Resource) -> Iterator[Fault]:
    """Never quotes what it found. The engine's policies see even true secrets in clear, so it is not judged there."""
    for path, name, value in texts(resource.inputs):
        hidden = value == SECRET
        told = getattr(value, "in_clear", False) if hidden else sounds_secret(name) or looks_secret(value)
        if told and value and not is_unknown(value):
            yield Fault(path, "a secret in clear")


RULES = (plain,)
