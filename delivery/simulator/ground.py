"""Resources that people make before the first `up`: the state's account, the Azure DevOps project, a DNS zone."""

from dataclasses import dataclass
from typing import Any

from delivery.simulator import azuredevops
from delivery.simulator.arm import arm_type
from delivery.simulator.cloud import Cloud, Resource

PROJECT_ID = "33333333-3333-4333-8333-333333333333"
REPOSITORY_ID = "44444444-4444-4444-8444-444444444444"


@dataclass(frozen=True)
class Ground:
    """Read from a stack file's config, so that it fits any file."""

    cloud: Cloud

    def lay(self, config: dict[str, Any]) -> None:
        """Write the resources that the `slipway:` sections of a stack file only refer to."""
        pipelines = config.get("slipway:pipelines") or {}
        state, hub = pipelines.get("state"), pipelines.get("hub")
        if state:
            self._group(state["resourceGroup"])
            names = {"resourceGroupName": state["resourceGroup"], "accountName": state["account"]}
            self._azure("storage:StorageAccount", names)
            for container in (state["container"], state.get("releases", "releases")):
                self._azure("storage:BlobContainer", names | {"containerName": container})
        if hub:
            azuredevops.made_by_hand(self.cloud, "project", PROJECT_ID, {"name": hub["project"]["name"]})
            repository = {"name": hub["source"]["name"], "projectId": PROJECT_ID}
            azuredevops.made_by_hand(self.cloud, "git", REPOSITORY_ID, repository)
        record = (config.get("slipway:address") or {}).get("record")
        if record:
            self._group(record["resourceGroup"])
            self._azure("dns:Zone", {"resourceGroupName": record["resourceGroup"], "zoneName": record["zone"]})

    def _group(self, name: str) -> None:
        self._azure("resources:ResourceGroup", {"resourceGroupName": name})

    def _azure(self, short: str, names: dict[str, Any]) -> None:
        token = f"azure-native:{short}"
        resource_id = arm_type(token).id(names)
        if self.cloud.get(resource_id) is None:
            self.cloud.write(Resource(resource_id, token, "", {"location": "westeurope", **names}))
