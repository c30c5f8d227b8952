"""A workload's settings, whole and valid, for tests to change in one place."""

import copy
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from slipway.config.entry import Entry
from slipway.config.release import Release
from slipway.config.workload import Workload

_UNCHANGED: Mapping[str, object] = MappingProxyType({})

WORKLOAD: dict[str, Any] = {
    "pool": "app",
    "scaling": {"minReplicas": 2, "maxReplicas": 6, "targetCpuPercent": 60, "scaleDownSeconds": 300},
    "disruptions": {"maxUnavailable": 1},
    "spread": {"nodes": "preferred", "zones": "preferred"},
    "resources": {"cpuRequest": "500m", "cpuLimit": "2", "memory": "1280Mi", "modelMemory": "192Mi"},
    "rollout": {
        "maxSurge": 1,
        "minReadySeconds": 5,
        "progressSeconds": 300,
        "timeoutSeconds": 600,
        "preStopSeconds": 12,
        "drainSeconds": 10,
        "graceSeconds": 30,
    },
    "service": {"externalTrafficPolicy": "Cluster", "allowedSources": ["0.0.0.0/0"]},
}

PLAIN_ENTRY = Entry(kind="service", plain_http=True)
"""The way in without a gateway."""

RELEASE: dict[str, Any] = {
    "repository": "scoring",
    "digest": "sha256:" + "a1" * 32,
    "commit": "0123456789abcdef0123456789abcdef01234567",
    "buildId": "20261123.4",
    "model": {"name": "efficientnet-lite", "version": "7", "sha256": "b2" * 32},
}


def changed(base: Mapping[str, Any], changes: Mapping[str, object]) -> dict[str, Any]:
    """A copy of `base` where `changes` maps "scaling.minReplicas" to what stands there; None takes a key away."""
    copied: dict[str, Any] = copy.deepcopy(dict(base))
    for path, value in changes.items():
        *outer, last = path.split(".")
        inner = copied
        for key in outer:
            inner = inner.setdefault(key, {})
        if value is None:
            del inner[last]
        else:
            inner[last] = value
    return copied


def workload(changes: Mapping[str, object] = _UNCHANGED) -> Workload:
    """The sample's settings, changed; read from JSON, as the program reads them."""
    return Workload.model_validate_json(json.dumps(changed(WORKLOAD, changes)))


def release(changes: Mapping[str, object] = _UNCHANGED) -> Release:
    """The sample's release, changed."""
    return Release.model_validate_json(json.dumps(changed(RELEASE, changes)))
