"""Properties of Kubernetes' objects that do not change in place.

Pulumi's provider replaces an object for some of them; for the others it sends the change, which the cluster refuses.
"""

import json
from functools import cache
from pathlib import Path
from typing import Final

TABLE: Final = Path(__file__).with_name("kubernetes_force_new.json")
"""Read from the provider's source by `python -m tests.delivery.preview.force_new`."""

_ALWAYS: Final = ("metadata.name", "metadata.namespace")
# The provider's options `enableConfigMapMutable` and `enableSecretMutable` are off unless a program sets them.
_WITHOUT_OPTIONS: Final = {"ConfigMap": ("binaryData", "data"), "Secret": ("data", "stringData", "type")}
_IMMUTABLE: Final = {
    "CSIDriver": ("spec.attachRequired",),
    "Job": ("spec.completionMode",),
    "PersistentVolumeClaim": ("spec.volumeMode",),
    "PriorityClass": ("preemptionPolicy", "value"),
    "ReplicaSet": ("spec.selector",),
    "RuntimeClass": ("handler",),
    "Service": ("spec.clusterIPs",),
    "StorageClass": ("reclaimPolicy", "volumeBindingMode"),
}
"""Fields that Kubernetes' API keeps as they were made and that the provider's table lacks."""


def force_new(resource_type: str) -> tuple[str, ...]:
    """Return the paths whose change replaces an object of this type."""
    version, _, kind = resource_type.removeprefix("kubernetes:").rpartition(":")
    return (*_table().get(version, {}).get(kind, ()), *_WITHOUT_OPTIONS.get(kind, ()), *_ALWAYS)


def immutable(resource_type: str) -> tuple[str, ...]:
    """Return the paths that the cluster keeps, and whose change replaces nothing."""
    return _IMMUTABLE.get(resource_type.rpartition(":")[2], ())


@cache
def _table() -> dict[str, dict[str, tuple[str, ...]]]:
    kinds = json.loads(TABLE.read_text(encoding="utf-8"))["kinds"]
    return {version: {kind: tuple(paths) for kind, paths in each.items()} for version, each in kinds.items()}
