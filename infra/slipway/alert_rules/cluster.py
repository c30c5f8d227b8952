"""The cluster under the app: its nodes, their disks, and pods that find no place."""

from .rule import NUMBER, PERCENT, Alert, Group, Severity, of


def group() -> Group:
    """Return the rules for what goes wrong below the app."""
    return Group(
        name="cluster",
        description="Nodes, their disks, and pods without a place",
        rules=(*_nodes(), *_pods(), _silence()),
    )


def _nodes() -> tuple[Alert, ...]:
    root = '{mountpoint="/"}'
    return (
        Alert(
            name="NodeNotReady",
            severity=Severity.ERROR,
            minutes=10,
            expression='max by (cluster, node) (kube_node_status_condition{condition="Ready",status="true"}) == 0',
            summary=f"node {of('node')} is not ready",
        ),
        Alert(
            name="NodeUnderPressure",
            severity=Severity.WARNING,
            minutes=5,
            expression=(
                "max by (cluster, node, condition) ("
                'kube_node_status_condition{condition=~"DiskPressure|MemoryPressure|PIDPressure",status="true"}) == 1'
            ),
            summary=f"node {of('node')} reports {of('condition')} and evicts pods",
        ),
        Alert(
            name="NodeDiskNearlyFull",
            severity=Severity.WARNING,
            minutes=15,
            expression=(
                f"max by (cluster, instance) (node_filesystem_avail_bytes{root})"
                f" / max by (cluster, instance) (node_filesystem_size_bytes{root}) < 0.15"
            ),
            summary=f"{PERCENT} of the disk of node {of('instance')} is left",
        ),
        Alert(
            name="NodeBusy",
            severity=Severity.INFORMATIONAL,
            minutes=30,
            expression='1 - avg by (cluster, instance) (rate(node_cpu_seconds_total{mode="idle"}[10m])) > 0.9',
            summary=f"node {of('instance')} uses {PERCENT} of its processors",
        ),
    )


def _pods() -> tuple[Alert, ...]:
    return (
        Alert(
            name="PodsPending",
            severity=Severity.WARNING,
            minutes=15,
            expression='sum by (cluster, namespace) (kube_pod_status_phase{phase="Pending"}) > 0',
            summary=f"{NUMBER} pods of {of('namespace')} find no node, or cannot be made",
        ),
        Alert(
            name="SystemPodCrashes",
            severity=Severity.WARNING,
            minutes=15,
            expression=(
                "max by (cluster, pod) (max_over_time(kube_pod_container_status_waiting_reason"
                '{namespace="kube-system",reason="CrashLoopBackOff"}[5m])) >= 1'
            ),
            summary=f"{of('pod')} of kube-system crashes again and again",
        ),
    )


def _silence() -> Alert:
    return Alert(
        name="ClusterMetricsMissing",
        severity=Severity.WARNING,
        minutes=30,
        expression="absent(kube_node_info)",
        summary="no metrics of the cluster arrive: every other alert is blind",
    )
