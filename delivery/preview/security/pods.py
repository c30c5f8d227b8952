"""What a pod may do on its node, and what a namespace lets pods do."""

from collections.abc import Iterator
from typing import Final

from delivery.preview.kinds import word
from delivery.preview.model import Change, Json, State

from .effect import Effect, at, listed

_LEVELS: Final = ("privileged", "baseline", "restricted")
_ENFORCE: Final = 'metadata.labels["pod-security.kubernetes.io/enforce"]'
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


def pods(change: Change) -> Iterator[Effect]:
    """Confinement of pods loosened or tightened."""
    if not change.state.type.startswith("kubernetes:") or change.new is None:
        return
    last = change.state.type.rpartition(":")[2]
    if last == "Namespace":
        yield from _namespace(change)
    elif last in _WORKLOADS:
        before, after = _traits(change.old), _traits(change.new)
        new = sorted(after - before)
        if len(new) > _MANY:
            yield Effect(f"its pods are not confined: {', '.join(new[:_MANY])} and {len(new) - _MANY} more")
        else:
            yield from map(Effect, new)
        if change.old is not None:
            for trait in sorted(before - after):
                yield Effect(f"no longer: {trait}", loosens=False)


def _namespace(change: Change) -> Iterator[Effect]:
    before, after = (at(state, _ENFORCE) or "privileged" for state in (change.old, change.new))
    if change.old is None or before not in _LEVELS or after not in _LEVELS or before == after:
        return
    yield Effect(f"admits {after} pods, not {before} ones", loosens=_LEVELS.index(after) < _LEVELS.index(before))


def _traits(state: State | None) -> set[str]:
    """What the pod may do that a restricted one may not, in words."""
    if state is None:
        return set()
    spec = pod_spec(state)
    found = {text for name, text in _HOST.items() if spec.get(name) is True}
    if spec.get("automountServiceAccountToken") is True:
        found.add("holds a token of the cluster")
    if any(isinstance(volume, dict) and "hostPath" in volume for volume in listed(spec.get("volumes"))):
        found.add("mounts a folder of its node")
    shared = spec.get("securityContext") or {}
    for container in (*listed(spec.get("containers")), *listed(spec.get("initContainers"))):
        if isinstance(container, dict):
            found |= _container_traits(str(container.get("name")), container.get("securityContext") or {}, shared)
    return found


def _container_traits(name: str, own: Json, shared: Json) -> set[str]:
    if not isinstance(own, dict) or not isinstance(shared, dict):
        return set()
    context = {**shared, **own}
    found = {f"{name} {text}" for key, text in _ON.items() if context.get(key, key != "privileged") is True}
    found |= {f"{name} {text}" for key, text in _OFF.items() if context.get(key) is not True}
    if context.get("runAsUser") == 0:
        found.add(f"{name} runs as root")
    capabilities = context.get("capabilities") or {}
    if added := [cap for cap in listed(capabilities.get("add")) if cap != "NET_BIND_SERVICE"]:
        found.add(f"{name} has the capabilities {word(added)}")
    if "ALL" not in listed(capabilities.get("drop")):
        found.add(f"{name} keeps the default capabilities")
    if (context.get("seccompProfile") or {}).get("type") not in ("RuntimeDefault", "Localhost"):
        found.add(f"{name} may make any system call")
    return found


def pod_spec(state: State) -> dict[str, Json]:
    """The specification of the pods that a workload starts."""
    last = state.type.rpartition(":")[2]
    path = {"Pod": "spec", "CronJob": "spec.jobTemplate.spec.template.spec"}.get(last, "spec.template.spec")
    spec = at(state, path)
    return spec if isinstance(spec, dict) else {}
