"""Rendered Kubernetes objects as files: one object each, in the order in which they can be applied."""

from collections.abc import Mapping
from pathlib import Path

import yaml

from .record import Record, Recorded, Value, shown

_FIRST = (
    "Namespace",
    "PriorityClass",
    "ResourceQuota",
    "LimitRange",
    "ServiceAccount",
    "ConfigMap",
    "NetworkPolicy",
    "Service",
)
"""Kinds that others need; the rest follow, by name."""

_TOP = ("apiVersion", "kind", "metadata", "spec")


def manifests(recorded: Recorded) -> list[dict[str, Value]]:
    """Every Kubernetes object as it would be applied, each with a name."""
    found = [_manifest(one) for one in recorded.resources if _is_object(one)]
    return sorted(found, key=lambda manifest: (_rank(str(manifest["kind"])), str(manifest["kind"]), name_of(manifest)))


def name_of(manifest: Mapping[str, Value]) -> str:
    """metadata.name."""
    metadata = manifest["metadata"]
    return str(metadata["name"]) if isinstance(metadata, Mapping) else ""


def write(recorded: Recorded, folder: Path) -> int:
    """Write `folder`/<nn>-<kind>-<name>.yaml, removing what is no longer declared. The count of files."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {
        f"{number:02}-{manifest['kind']}-{name_of(manifest)}.yaml".lower(): text(manifest)
        for number, manifest in enumerate(manifests(recorded), start=1)
    }
    for stale in {path.name for path in folder.glob("*.yaml")} - wanted.keys():
        (folder / stale).unlink()
    for name, content in wanted.items():
        (folder / name).write_text(content, encoding="utf-8")
    return len(wanted)


def text(manifest: Mapping[str, Value]) -> str:
    """One object as YAML, its head first and everything below it sorted."""
    head = {key: manifest[key] for key in _TOP if key in manifest}
    rest = {key: manifest[key] for key in sorted(manifest.keys() - head.keys())}
    return "".join(yaml.safe_dump({key: value}, width=120, allow_unicode=True) for key, value in (head | rest).items())


def _is_object(one: Record) -> bool:
    return one.type.startswith("kubernetes:") and "kind" in one.inputs


def _manifest(one: Record) -> dict[str, Value]:
    inputs = shown(one.inputs)
    if not isinstance(inputs, dict):
        raise TypeError(f"{one.key} has no inputs")
    metadata = inputs.get("metadata")
    named = {"name": one.assigned_name} | (dict(metadata) if isinstance(metadata, Mapping) else {})
    return inputs | {"metadata": named}


def _rank(kind: str) -> int:
    return _FIRST.index(kind) if kind in _FIRST else len(_FIRST)
