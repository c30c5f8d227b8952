"""One property that differs, as people say it."""

import re

from . import paths
from .kinds import word
from .model import Difference, Kind, Part
from .values import is_unknown

_DIGEST = re.compile(r"sha256:([0-9a-f]{8})[0-9a-f]{56}")
_LONG = 60
_LABELS = {
    "kubernetesVersion": "Kubernetes",
    "orchestratorVersion": "Kubernetes",
    "agentPoolProfiles[].count": "nodes of pool {}",
    "agentPoolProfiles[].vmSize": "machine size of pool {}",
    "agentPoolProfiles[].minCount": "least nodes of pool {}",
    "agentPoolProfiles[].maxCount": "most nodes of pool {}",
    "count": "nodes",
    "minCount": "least nodes",
    "maxCount": "most nodes",
    "vmSize": "machine size",
    "location": "location",
    "sku.name": "SKU",
    "sku.tier": "SKU tier",
    "spec.replicas": "pods",
    "spec.minReplicas": "least pods",
    "spec.maxReplicas": "most pods",
    "spec.template.spec.containers[].image": "image of {}",
    "spec.template.spec.containers[].env[].value": "{} variable {}",
}
"""People's names of some properties; `{}` are the names of the members of lists on the way."""
_SECRETS = {Kind.ADDED: "is new", Kind.REMOVED: "is gone", Kind.CHANGED: "changes", Kind.REORDERED: "changes"}


_DECIDES = {
    "kubernetesVersion": "the upgrade channel decides",
    "count": "the autoscaler decides",
    "agentPoolProfiles[].count": "the autoscaler decides",
    "spec.replicas": "the autoscaler decides",
}
"""Clauses about properties whose changes the program ignores."""


def between(difference: Difference) -> str:
    """Return one property, as it is said inside a sentence: `spec.replicas 2 -> 3`."""
    text = _between(difference)
    if difference.refused:
        return f"{text}, which is refused: {difference.refused}"
    if difference.ignored:
        decides = _DECIDES.get(paths.pattern(paths.parse(difference.path)), "the program ignores changes of it")
        return f"{text} has no effect: {decides}"
    return text


def _between(difference: Difference) -> str:
    name = _label(difference)
    if difference.secret:
        return f"{name}: the secret {_SECRETS[difference.kind]}"
    if difference.kind is Kind.REORDERED:
        return f"{name}: only the order differs"
    if difference.kind is Kind.REMOVED:
        return f"{name} is no longer set (was {_short(difference.old)})"
    if difference.unknown and is_unknown(difference.new):
        return f"{name} is known after apply (was {_short(difference.old)})"
    if difference.kind is Kind.ADDED:
        return f"{name} is set to {_short(difference.new)}"
    return f"{name} {_short(difference.old)} -> {_short(difference.new)}"


def _label(difference: Difference) -> str:
    """The property in a person's words where it has some, else its path."""
    if difference.part is Part.OPTION:
        return f"option {difference.path}"
    steps = paths.parse(difference.path)
    label = _LABELS.get(paths.pattern(steps))
    if label is None:
        return difference.path
    members = [str(step).strip("[]") for step in steps if isinstance(step, str) and step.startswith("[")]
    return label.format(*members) if len(members) >= label.count("{}") else difference.path


def _short(value: object) -> str:
    text = _DIGEST.sub(r"sha256:\1…", " ".join(_plain(value).split()))
    return text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_plain(item)}' for key, item in value.items())}}}"
    if isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        return f"[{', '.join(map(_plain, value))}]"
    return word(value)
