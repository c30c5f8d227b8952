"""One wrong argument for each SDK. Checked by test_typing.py alone: each line must be an error of the type checker.

Argument classes, not resources: to say which overload of a resource's constructor was meant, mypy takes 20 GB.
"""

import pulumi_kubernetes.apps.v1 as apps
from pulumi_azure_native import containerservice
from pulumi_azuredevops._inputs import VariableGroupVariableArgs
from pulumi_docker import DockerBuildArgs

containerservice.ManagedClusterArgs(resource_group_name="rg", disable_local_account=True)
apps.DeploymentSpecArgs(replica=1)
VariableGroupVariableArgs(name="NAME", valeu="value")
DockerBuildArgs(contextt=".")
