"""The provider azure-native, as it behaves towards the engine."""

import base64
import hashlib
import os
import uuid
from pathlib import Path
from typing import Any

import yaml

from . import aks, arm, laws
from .cloud import Resource
from .difference import difference, replacing
from .facts import Subject, facts
from .laws import RefusedError
from .outputs import as_inputs, previewed, settled
from .provider import Provider, Target, Verdict
from .shape import resource_type
from .values import UNKNOWN, Properties, merged

KUBECONFIG = "SLIPWAY_SIMULATED_KUBECONFIG"
"""Variable with the kubeconfig of a real cluster, which every simulated cluster hands out; unset, it is made up."""

_RANDOMLY_NAMED = "__createBeforeDelete"


class AzureNative(Provider):
    """Resources of Azure, by the types of the installed SDK."""

    def configure(self, config: Properties) -> None:
        super().configure(config)
        if not (config.get("subscriptionId") or os.environ.get("ARM_SUBSCRIPTION_ID")):
            raise RefusedError("A Subscription ID must be configured when authenticating as a Service Principal")

    def check(self, target: Target, old: Properties, new: Properties, seed: bytes) -> Properties:
        type_, sdk = self._types(target)
        inputs = dict(new)
        if type_.naming and type_.own_name not in inputs:
            inputs |= _named(type_, target, old, seed)
        for name in type_.parameters:
            if name not in inputs:
                raise RefusedError(f"missing required property '{name}'")
        if "location" in sdk.inputs and "location" not in inputs:
            inputs["location"] = self._location(old, inputs)
        if sdk.api_version:
            inputs.setdefault("azureApiVersion", sdk.api_version)
        return inputs

    def _location(self, old: Properties, inputs: Properties) -> Any:
        """Return the old input, else the provider's, else the resource group's."""
        given = old.get("location") or self.config.get("location")
        if given or inputs.get("resourceGroupName") == UNKNOWN:
            return given or UNKNOWN
        group = self.cloud.get(arm.arm_type("azure-native:resources:ResourceGroup").id(inputs))
        if group is None:
            raise RefusedError("missing required property 'location'")
        return group.body["location"]

    def diff(self, target: Target, state: Properties, old: Properties, new: Properties) -> Verdict:
        changes = difference(old, new)
        replaces = replacing(arm.arm_type(target.token), changes, state, new)
        return Verdict(changes, replaces, delete_first=bool(replaces) and not old.get(_RANDOMLY_NAMED))

    def preview(self, target: Target, state: Properties | None, inputs: Properties) -> Properties:
        stable = {name: state[name] for name in ("name", "location") if state and name in state}
        return previewed(resource_type(target.token), inputs) | stable

    def create(self, target: Target, inputs: Properties) -> tuple[str, Properties]:
        resource_id = arm.arm_type(target.token).id(inputs)
        laws.may_create(self.cloud, target.token, resource_id, inputs)
        return resource_id, self._write(target, resource_id, inputs, {})

    def update(self, target: Target, resource_id: str, inputs: Properties) -> Properties:
        found = self.cloud.get(resource_id)
        if found is None:
            raise RefusedError(f"Code=ResourceNotFound: {resource_id} was not found")
        laws.may_write(self.cloud, target.token, resource_id, inputs)
        return self._write(target, resource_id, inputs, found.body)

    def _write(self, target: Target, resource_id: str, inputs: Properties, old: Properties) -> Properties:
        type_, sdk = self._types(target)
        above = self.cloud.get(arm.parent(resource_id) or "")
        if refused := aks.refusal(
            target.token, inputs, old, str(above.body.get("kubernetesVersion", "")) if above else ""
        ):
            raise RefusedError(refused)
        known = facts(target.token, Subject(resource_id, inputs, old, self.cloud))
        own = {"name": resource_id.rpartition("/")[2], "type": type_.type, "azureApiVersion": sdk.api_version}
        body: Properties = merged(settled(sdk, inputs), known | own)
        self.cloud.write(Resource(resource_id, target.token, target.name, body))
        return body

    def read(
        self, target: Target, resource_id: str, inputs: Properties, state: Properties
    ) -> tuple[Properties, Properties] | None:
        found = self.cloud.get(resource_id)
        if found is None:
            return None
        body = found.body | self._pools(found)
        if not inputs:
            return {name: value for name, value in body.items() if name in self._types(target)[1].inputs}, body
        return as_inputs(inputs, state, body), body

    def delete(self, target: Target, resource_id: str) -> None:
        found = self.cloud.get(resource_id)
        if found and not arm.arm_type(target.token).singleton:
            laws.may_delete(self.cloud, found)
            settings = [one for one in self.cloud.below(resource_id) if one.token.endswith(":DiagnosticSetting")]
            self.cloud.remove(resource_id)
            for one in settings:  # Azure keeps them, and the next resource of that name meets them
                self.cloud.write(one)

    def invoke(self, token: str, arguments: Properties) -> Properties:
        name = token.rpartition(":")[2]
        if name == "getClientConfig":
            caller = str(uuid.UUID(int=7))
            ids = {"subscriptionId": arm.SUBSCRIPTION, "tenantId": arm.TENANT}
            return ids | {"clientId": caller, "objectId": caller}
        if name in ("listManagedClusterUserCredentials", "listManagedClusterAdminCredentials"):
            return self._credentials(name, arguments)
        if name.startswith("get"):
            return self._got(f"{token.rpartition(':')[0]}:{name[3:]}", arguments)
        raise RefusedError(f"this simulation does not answer {token}")

    def _got(self, token: str, arguments: Properties) -> Properties:
        resource_id = arm.arm_type(token).id(arguments)
        found = self.cloud.get(resource_id)
        if found is None:
            raise RefusedError(f"Code=ResourceNotFound: {resource_id} was not found")
        return found.body | {"id": resource_id} | self._pools(found)

    def _pools(self, found: Resource) -> Properties:
        """Return all pools of a cluster, of either interface: Azure lists them together."""
        own = found.body.get("agentPoolProfiles")
        if own is None:
            return {}
        others = [one for one in self.cloud.below(found.id) if one.token.endswith(":AgentPool")]
        return {"agentPoolProfiles": [*own, *(one.body for one in others)]}

    def _credentials(self, name: str, arguments: Properties) -> Properties:
        cluster = self._got("azure-native:containerservice:ManagedCluster", arguments)
        if "Admin" in name and cluster.get("disableLocalAccounts"):
            raise RefusedError("Getting static credential is not allowed because this cluster has local accounts off")
        real = os.environ.get(KUBECONFIG)
        text = Path(real).read_text() if real else _kubeconfig(str(cluster["fqdn"]))
        return {"kubeconfigs": [{"name": "clusterUser", "value": base64.b64encode(text.encode()).decode()}]}

    def _types(self, target: Target) -> tuple[Any, Any]:
        try:
            return arm.arm_type(target.token), resource_type(target.token)
        except KeyError as error:
            raise RefusedError(f"{target.token}: this simulation does not know {error}") from error


def _named(type_: arm.ArmType, target: Target, old: Properties, seed: bytes) -> Properties:
    """Return the name: the one it has, else one of the engine's seed, so that preview and update agree."""
    if type_.own_name in old:
        return {name: old[name] for name in (type_.own_name, _RANDOMLY_NAMED) if name in old}
    if type_.naming == "copy":
        return {type_.own_name: target.name}
    digest = hashlib.sha256(seed).hexdigest()
    name = str(uuid.UUID(digest[:32])) if type_.naming == "uuid" else target.name + digest[:8]
    return {type_.own_name: name, _RANDOMLY_NAMED: True}


def _kubeconfig(host: str) -> str:
    cluster = {"server": f"https://{host}:443", "certificate-authority-data": base64.b64encode(b"made up").decode()}
    login = {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": "kubelogin", "args": ["get-token"]}
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": host, "cluster": cluster}],
            "users": [{"name": "user", "user": {"exec": login}}],
            "contexts": [{"name": host, "context": {"cluster": host, "user": "user"}}],
            "current-context": host,
        }
    )
