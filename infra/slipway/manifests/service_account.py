"""Account of the pods in the cluster. It may ask the cluster nothing."""

import pulumi
import pulumi_kubernetes.core.v1 as core

from slipway.naming import Naming

from .metadata import metadata


def service_account(naming: Naming, namespace: pulumi.Input[str]) -> core.ServiceAccountInitArgs:
    """An account without a token. Its name is fixed: a federated identity would name it as its subject."""
    return core.ServiceAccountInitArgs(
        metadata=metadata(naming, namespace=namespace, name=naming.workload),
        automount_service_account_token=False,
    )
