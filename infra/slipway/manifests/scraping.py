"""What managed Prometheus is told: to look at this environment's pods."""

import pulumi_kubernetes.core.v1 as core

from slipway.naming import Naming
from slipway.scraping import AGENT_NAMESPACE

from .metadata import metadata

_NAME = "ama-metrics-settings-configmap"


def scraping(naming: Naming) -> core.ConfigMapInitArgs:
    """The settings of the metrics add-on, under the one name that it reads: a cluster has one environment.

    By itself it scrapes no annotated pod. It reads TOML, and in it a regular expression: a namespace's name has no
    character that means anything to either. Source: learn.microsoft.com, "Customize scraping of Prometheus metrics".
    """
    return core.ConfigMapInitArgs(
        metadata=metadata(naming, namespace=AGENT_NAMESPACE, name=_NAME),
        data={
            "schema-version": "v1",
            "config-version": "ver1",
            "pod-annotation-based-scraping": f'podannotationnamespaceregex = "^{naming.instance}$"',
        },
    )
