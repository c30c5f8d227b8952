"""One explicit provider per system; the default ones are disabled in Pulumi.yaml.

None takes credentials as inputs: they would lie in the state and go stale. Azure's and Azure DevOps' come from the
environment (ARM_*, AZDO_*), the cluster's from kubelogin at each call.
"""

from collections.abc import Sequence

import pulumi
from pulumi_azure_native import authorization
from pulumi_azure_native.provider import Provider as AzureProvider
from pulumi_azuredevops.provider import Provider as AzureDevOpsProvider
from pulumi_docker.provider import Provider as DockerProvider
from pulumi_kubernetes.provider import Provider as KubernetesProvider

from .config.stack import StackConfig


def azure(config: StackConfig) -> AzureProvider:
    """Azure, in the environment's region."""
    return AzureProvider("azure", location=config.environment.location)


async def account(provider: AzureProvider) -> authorization.GetClientConfigResult:
    """Tenant and subscription that the credentials lead to."""
    answer: authorization.GetClientConfigResult = await authorization.get_client_config(
        opts=pulumi.InvokeOptions(provider=provider)
    )
    return answer


def kubernetes(
    kubeconfig: pulumi.Output[str], cluster_id: pulumi.Output[str], ready: Sequence[pulumi.Resource]
) -> KubernetesProvider:
    """The environment's cluster. Only another cluster id makes another provider, never a changed kubeconfig.

    `ready` is what must be there before anybody is let in: without it the first `up` would be refused.
    """
    opts = pulumi.ResourceOptions(depends_on=list(ready))
    return KubernetesProvider("kubernetes", kubeconfig=kubeconfig, cluster_identifier=cluster_id, opts=opts)


def docker() -> DockerProvider:
    """The machine's own Docker daemon, which this provider asks for even in a preview: only where config builds."""
    return DockerProvider("docker")


def azure_devops(organization: str) -> AzureDevOpsProvider:
    """The organisation, by its URL."""
    return AzureDevOpsProvider("azure-devops", org_service_url=organization)
