"""What validators written by others say of the rendered objects and Slipway does all the same, each with its reason.

A finding that is not listed fails the tests, and so does a line here that nothing finds any more.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Accepted:
    """One check of one tool on one kind of object, in the environments where it shows."""

    tool: str
    check: str
    kind: str
    environments: frozenset[str]
    reason: str


BOTH = frozenset({"dev", "prod"})

ACCEPTED = (
    Accepted(
        "kube-score",
        "container-image-pull-policy",
        "Deployment",
        BOTH,
        "Always is for tags that move. A digest does not: a node that has the image starts it without asking the "
        "registry, also while the registry cannot be reached.",
    ),
    Accepted(
        "kube-score",
        "deployment-has-host-podantiaffinity",
        "Deployment",
        BOTH,
        "Topology spread constraints keep replicas on different nodes, by revision and with a bound on the skew, which "
        "anti-affinity cannot say; both together would only contradict each other.",
    ),
    Accepted(
        "kube-score",
        "container-resource-requests-equal-limits",
        "Deployment",
        frozenset({"dev"}),
        "dev is small: CPU that a neighbour does not use is lent. Memory and disk are equal, and prod lends nothing.",
    ),
    Accepted(
        "kube-score",
        "container-cpu-requests-equal-limits",
        "Deployment",
        frozenset({"dev"}),
        "The same finding about CPU alone.",
    ),
    Accepted(
        "kube-score",
        "networkpolicy-targets-pod",
        "NetworkPolicy",
        frozenset({"prod"}),
        "Envoy Gateway makes the proxies' pods, and cert-manager those that answer an authority: no rendered object "
        "holds the pods that these policies select.",
    ),
)
"""All of them."""

BASELINE_FAILURES = {"kube-score": 12, "checkov": 10}
"""What Microsoft's own AKS baseline workload fails; Slipway accepts fewer by each tool."""


def accepted(tool: str, environment: str) -> set[tuple[str, str]]:
    """Check and kind of what is accepted there."""
    return {(one.check, one.kind) for one in ACCEPTED if one.tool == tool and environment in one.environments}
