"""Pods: what they may do on a node, what they run, and what a namespace lets pods do."""

from collections.abc import Iterator
from typing import Final

from delivery.preview.facts import pod_spec, repository
from delivery.preview.kinds import word
from delivery.preview.model import Change, Effect, Json, State
from delivery.preview.paths import at
from delivery.preview.values import listed

_LEVELS: Final = ("privileged", "baseline", "restricted")
_LABEL: Final = "pod-security.kubernetes.io/enforce"
_ON: Final = {
    "privileged": "runs privileged",
    "allowPrivilegeEscalation": "may gain privileges",
}
_OFF: Final = {
    "runAsNonRoot": "may run as root",
    "readOnlyRootFilesystem": "may write to its root file system",
}
_HOST: Final = {
    "hostNetwork": "shares the node's network",
    "hostPID": "sees the node's processes",
    "hostIPC": "shares the node's memory",
}
_MANY: Final = 3
_WORKLOADS: Final = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Pod")

Traits = dict[str, str]
"""Liberties that a restricted pod does not have, in words, with the property that lets it."""


def pods(change: Change) -> Iterator[Effect]:
    """Yield what becomes of the confinement of pods, and what they run that they did not."""
    if not change.state.type.startswith("kubernetes:") or change.new is None:
        return
    last = change.state.type.rpartition(":")[2]
    if last == "Namespace":
        yield from _namespace(change)
    elif last in _WORKLOADS:
        yield from _confinement(change)
        yield from _images(change)


def _confinement(change: Change) -> Iterator[Effect]:
    before, after = _traits(change.old), _traits(change.new)
    new = sorted(after.keys() - before.keys())
    if len(new) > _MANY:
        told = f"{', '.join(new[:_MANY])} and {len(new) - _MANY} more"
        yield Effect(f"its pods are not confined: {told}", explains=tuple(after[trait] for trait in new))
    else:
        yield from (Effect(trait, explains=(after[trait],)) for trait in new)
    if change.old is not None:
        for trait in sorted(before.keys() - after.keys()):
            yield Effect(f"no longer: {trait}", loosens=False, explains=(before[trait],))


def _images(change: Change) -> Iterator[Effect]:
    """Tell of images from another registry or repository than before, and of containers beside those there were."""
    if change.old is None:
        return
    for group in ("containers", "initContainers"):
        known = _by_name(pod_spec(change.old).get(group))
        for name, image in _by_name(pod_spec(change.state).get(group)).items():
            path = f"template.spec.{group}[]"
            if name not in known:
                yield Effect(f"runs one more container: {name}, of {word(image)}", explains=(path,))
            elif (new := repository(image)) != (old := repository(known[name])):
                text = f"image of {name} comes from {word(new)}, not {word(old)}"
                yield Effect(text, explains=(f"{path}.image",))


def _by_name(containers: Json) -> dict[str, Json]:
    return {str(one.get("name")): one.get("image") for one in listed(containers) if isinstance(one, dict)}


def _namespace(change: Change) -> Iterator[Effect]:
    path = f'metadata.labels["{_LABEL}"]'
    before, after = (at(state, path) or "privileged" for state in (change.old, change.new))
    if change.old is None or before not in _LEVELS or after not in _LEVELS or before == after:
        return
    weaker = _LEVELS.index(after) < _LEVELS.index(before)
    yield Effect(f"admits {after} pods, not {before} ones", loosens=weaker, explains=(f"metadata.labels.{_LABEL}",))


def _traits(state: State | None) -> Traits:
    if state is None:
        return {}
    spec = pod_spec(state)
    found = {text: name for name, text in _HOST.items() if spec.get(name) is True}
    if spec.get("automountServiceAccountToken") is True:
        found["holds a token of the cluster"] = "automountServiceAccountToken"
    if any(isinstance(volume, dict) and "hostPath" in volume for volume in listed(spec.get("volumes"))):
        found["mounts a folder of its node"] = "volumes[]"
    shared = spec.get("securityContext") or {}
    for container in (*listed(spec.get("containers")), *listed(spec.get("initContainers"))):
        if isinstance(container, dict):
            found |= _container_traits(str(container.get("name")), container.get("securityContext") or {}, shared)
    return found


def _container_traits(name: str, own: Json, shared: Json) -> Traits:
    if not isinstance(own, dict) or not isinstance(shared, dict):
        return {}
    context = {**shared, **own}
    found = {text: key for key, text in _ON.items() if context.get(key, key != "privileged") is True}
    found |= {text: key for key, text in _OFF.items() if context.get(key) is not True}
    if context.get("runAsUser") == 0:
        found["runs as root"] = "runAsUser"
    capabilities = context.get("capabilities") or {}
    if added := [cap for cap in listed(capabilities.get("add")) if cap != "NET_BIND_SERVICE"]:
        found[f"has the capabilities {word(added)}"] = "capabilities"
    if "ALL" not in listed(capabilities.get("drop")):
        found["keeps the default capabilities"] = "capabilities"
    if (context.get("seccompProfile") or {}).get("type") not in ("RuntimeDefault", "Localhost"):
        found["may make any system call"] = "seccompProfile"
    return {f"{name} {text}": f"securityContext.{key}" for text, key in found.items()}
