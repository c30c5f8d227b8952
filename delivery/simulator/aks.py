"""Rules of AKS about machines and versions.

Sources: learn.microsoft.com, "Agent Pools - Create Or Update" and "Automatically upgrade an AKS cluster", limitations.
"""

from slipway.kubernetes_versions import CALENDAR, minor

from .values import Properties, at

_DEFAULT_COUNT = 1


def refusal(token: str, new: Properties, old: Properties, control_plane: str) -> str:
    """Return AKS's answer to a body, or nothing where it is taken. `old` is empty for what is new."""
    if token.endswith(":ManagedCluster"):
        return _cluster(new, old)
    if token.endswith(":AgentPool"):
        return _pool(new, old, control_plane)
    return ""


def _cluster(new: Properties, old: Properties) -> str:
    wanted, runs = str(new.get("kubernetesVersion", "")), str(old.get("kubernetesVersion", ""))
    if wanted and minor(wanted) not in CALENDAR:
        return (
            f"Code=K8sVersionNotSupported: Managed cluster is on version {wanted}, which is not supported in this"
            f" region; versions of AKS are {', '.join(CALENDAR)}"
        )
    if wanted and _older(wanted, runs):
        return f"Code=BadRequest: Downgrading Kubernetes version from {runs} to {wanted} is not allowed"
    before = {pool["name"]: pool for pool in old.get("agentPoolProfiles", [])}
    for pool in new.get("agentPoolProfiles", []):
        if found := _pool(pool, before.get(pool["name"], {}), wanted or runs):
            return found
    return ""


def _pool(new: Properties, old: Properties, control_plane: str) -> str:
    if new.get("enableAutoScaling"):
        count, least, most = (float(new.get(name, _DEFAULT_COUNT)) for name in ("count", "minCount", "maxCount"))
        if not least <= count <= most:
            return (
                f"Code=InvalidParameter: count was {count:g}. It must be from minCount {least:g} to maxCount {most:g}"
            )
        runs = at(old, "count")
        if runs is not None and count < runs <= most:
            return f"Code=Simulated: the autoscaler runs {runs:g} machines, and this body takes it back to {count:g}"
    wanted, running = str(new.get("orchestratorVersion", "")), str(old.get("orchestratorVersion", ""))
    if wanted and _older(wanted, running):
        return f"Code=BadRequest: Downgrading Kubernetes version from {running} to {wanted} is not allowed"
    if wanted and wanted not in (running, control_plane):
        return (
            "Code=NotAllAgentPoolOrchestratorVersionSpecifiedAndUnchanged: a pool's version is neither unchanged nor"
            " the control plane's"
        )
    return ""


def _older(wanted: str, runs: str) -> bool:
    asked, found = ([int(part) for part in text.split(".") if part] for text in (wanted, runs))
    return asked < found[: len(asked)]
