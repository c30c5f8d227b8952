"""Names, labels and taints that Azure and Kubernetes keep for themselves.

Each rule yields (path, what was found, what is allowed). Its parameters are named after the sections that it reads.
Sources: learn.microsoft.com, "Resolve errors for reserved resource names" and "Use labels in an AKS cluster".
"""

from collections.abc import Iterator

from slipway import node_pools
from slipway.naming import Naming

from .address import Address
from .cluster import Cluster
from .environment import Environment
from .model import Model

_Problem = tuple[str, str, str]

_ANYWHERE = ("microsoft", "windows")
"""Words that no part of a public name may contain."""

_FIRST = ("login",)
"""Words that no public name may begin with."""

_WHOLE = frozenset(
    (
        "access",
        "azure",
        "bing",
        "bizspark",
        "biztalk",
        "cortana",
        "directx",
        "dotnet",
        "dynamics",
        "excel",
        "exchange",
        "forefront",
        "groove",
        "hololens",
        "hyperv",
        "kinect",
        "lync",
        "msdn",
        "o365",
        "office",
        "office365",
        "onedrive",
        "onenote",
        "outlook",
        "powerpoint",
        "sharepoint",
        "skype",
        "visio",
        "visualstudio",
        "xbox",
    )
)
"""Words that are no public name by themselves."""

_DOMAINS = ("kubernetes.azure.com", "kubernetes.io", "k8s.io")
"""Prefixes that AKS and Kubernetes keep for their own labels and taints."""

_OPEN = frozenset({"node.kubernetes.io/exclude-from-external-load-balancers"})
"""Labels below such a prefix that AKS lets a pool have ("Configure your public standard load balancer")."""


def public_names_are_free(
    stack: str, environment: Environment, address: Address, model: Model | None
) -> Iterator[_Problem]:
    """Azure makes no address, registry or store by a name of its own, and says so only when it is to make it."""
    own = Naming(
        workload=environment.workload,
        environment=stack,
        location=environment.location,
        suffix=environment.suffix,
    )
    chosen = address.dns_label is not None
    names = {"address": address.label(own), "registry": own.compact("cr", limit=50), "cluster": own.name("aks")}
    if model and model.blob:
        names["model store"] = own.compact("st")
    for what, name in names.items():
        word = reserved_word(name)
        if word is None:
            continue
        if what == "address" and chosen:
            yield "address.dnsLabel", name, f"a label without {word}, which Azure keeps for itself"
        else:
            path = "environment.workload" if word in environment.workload else "environment.suffix"
            found = environment.workload if path.endswith("workload") else environment.suffix
            yield path, found, f"a word that makes no {name}, the {what}'s name: Azure keeps {word} for itself"
            return


def reserved_word(name: str) -> str | None:
    """The word for which Azure refuses a public name; None for a free one."""
    lower = name.lower()
    found = [word for word in _ANYWHERE if word in lower]
    found += [word for word in _FIRST if lower.startswith(word)]
    return next(iter(found), lower if lower in _WHOLE else None)


def labels_are_free(cluster: Cluster) -> Iterator[_Problem]:
    """AKS refuses labels that it, or Kubernetes, sets itself; the pool's own label is set by Slipway."""
    for name, pool in cluster.pools.items():
        for key in pool.labels:
            path = f"cluster.pools.{name}.labels.{key}"
            if key == node_pools.LABEL:
                yield path, pool.labels[key], f"nothing: each node of the pool has {key} {name} already"
            elif key not in _OPEN and (prefix := _reserved_prefix(key, below=True)):
                yield path, f"the prefix {prefix}/", "a prefix of your own, such as contoso.com/, or none"


def taints_are_free(cluster: Cluster) -> Iterator[_Problem]:
    """AKS sets taints of its own; below the prefixes of Kubernetes, such as node-role.kubernetes.io/, it takes any."""
    for name, pool in cluster.pools.items():
        for index, taint in enumerate(pool.taints):
            if prefix := _reserved_prefix(taint.split("=")[0].split(":")[0], below=False):
                path = f"cluster.pools.{name}.taints[{index}]"
                yield path, f"{taint}, with the prefix {prefix}/", "a prefix of your own, such as contoso.com/, or none"


def _reserved_prefix(key: str, *, below: bool) -> str | None:
    """The prefix of a label's or taint's key, where it is reserved, or where it is `below` one that is."""
    prefix = key.rpartition("/")[0]
    return prefix if any(prefix == one or (below and prefix.endswith(f".{one}")) for one in _DOMAINS) else None


RULES = (public_names_are_free, labels_are_free, taints_are_free)
"""Every rule above."""
