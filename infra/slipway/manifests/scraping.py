"""Settings of managed Prometheus: it scrapes this environment's pods, and controllers that report on it."""

import pulumi_kubernetes.core.v1 as core
import pulumi_kubernetes.meta.v1 as meta

from slipway.naming import Naming
from slipway.scraping import AGENT_NAMESPACE

_NAME = "ama-metrics-settings-configmap"


def scraping(naming: Naming, *others: str) -> core.ConfigMapPatchArgs:
    """The settings of the metrics add-on, under the one name that it reads: a cluster has one environment.

    A patch, since that name may be taken: it adds these three values to settings that are there and makes them where
    none are. A value that another owner set is refused in the preview, with that owner's name.

    By itself it scrapes no annotated pod. `others` are namespaces beside the environment's own. It reads TOML, and in
    it a regular expression: a namespace's name has no character that means anything to either.
    Source: learn.microsoft.com, "Customize scraping of Prometheus metrics".
    """
    names = "|".join((naming.instance, *others))
    return core.ConfigMapPatchArgs(
        metadata=meta.ObjectMetaPatchArgs(name=_NAME, namespace=AGENT_NAMESPACE),
        data={
            "schema-version": "v1",
            "config-version": "ver1",
            "pod-annotation-based-scraping": f'podannotationnamespaceregex = "^({names})$"'
            if others
            else f'podannotationnamespaceregex = "^{names}$"',
        },
    )
