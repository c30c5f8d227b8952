"""Secrets in clear: in a program they end in its state, its previews and its logs."""

import re
from collections.abc import Iterator
from functools import lru_cache

from policy.model import Fault, Resource, rule
from policy.values import SECRET, is_unknown, texts

_NAMES = re.compile(
    r"(?:password|passwd|secret|secretvalue|token|api_?key|access_?key|private_?key|shared_?key|account_?key|"
    r"connection_?string|kubeconfig|passphrase)$",
    re.IGNORECASE,
)
_TELLING = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|(?:AccountKey|SharedAccessKey)=[^;\s$]|[?&]sig=[A-Za-z0-9%+/=]{16}"
    r"|\bgh[pousr]_[A-Za-z0-9]{20}|\bAKIA[0-9A-Z]{16}\b"
)
_SHORTEST = 16
"""No value that looks like a secret is shorter."""
_PUBLIC = re.compile(r"(?:Public)(?:Key|Token)$", re.IGNORECASE)


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
        if value == SECRET:
            told = getattr(value, "in_clear", False)
        else:
            told = _sounds(name) or (len(value) >= _SHORTEST and _TELLING.search(value) is not None)
        if told and value and not is_unknown(value):
            yield Fault(path, "a secret in clear")


@lru_cache(maxsize=100_000)
def _sounds(name: str) -> bool:
    """Whether a property of this name holds a secret. A few names make up all of a large estate."""
    return _NAMES.search(name) is not None and _PUBLIC.search(name) is None


RULES = (plain,)
