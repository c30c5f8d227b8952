"""The provider azuredevops, as the bridged provider behaves towards the engine."""

import os
import uuid
from typing import Any

from .arm import TENANT
from .cloud import Cloud, Resource
from .difference import difference
from .laws import RefusedError
from .outputs import as_inputs, previewed, settled
from .provider import Provider, Target, Verdict
from .shape import resource_type
from .values import UNKNOWN, Properties, merged

ORGANISATION = "https://dev.azure.com/simulated"
# Types whose ids are GUIDs; all others count.
_GUIDS = ("project", "git", "serviceEndpoint", "serviceendpoint", "pipelineAuthorization", "team")
# What cannot be changed in place beside the project, by the upstream provider's source.
_FORCE_NEW = {
    "check": ["targetResourceId", "targetResourceType"],
    "pipelineAuthorization": ["pipelineId", "pipelineProjectId", "resourceId", "type"],
    "project": ["versionControl", "workItemTemplate"],
    "serviceEndpointAzureRM": ["environment", "resourceGroup", "serverUrl", "serviceEndpointAuthenticationScheme"],
}
# Inputs that name another resource of these types.
_REFERENCES = {
    "projectId": "project",
    "pipelineId": "buildDefinition",
    "targetResourceId": "",
    "resourceId": "",
    "repoId": "git",
    "repositoryId": "git",
}


# Found by any name: groups, people, agent pools, and connections that are authorised in a browser.
_ALWAYS = ("AgentQueue", "Group", "IdentityGroup", "ServiceEndpointGithub", "Team", "User")


class AzureDevOps(Provider):
    """Objects of one simulated organisation."""

    def configure(self, config: Properties) -> None:
        super().configure(config)
        if not (config.get("orgServiceUrl") or os.environ.get("AZDO_ORG_SERVICE_URL")):
            raise RefusedError("the url of the Azure DevOps is required")

    def check(self, target: Target, old: Properties, new: Properties, seed: bytes) -> Properties:
        del seed
        named = "name" in self._sdk(target).inputs and _kind(target.token) != "buildDefinition"
        if named and "name" not in new:
            return new | {"name": old.get("name", target.name)}
        return new

    def diff(self, target: Target, state: Properties, old: Properties, new: Properties) -> Verdict:
        del state
        changes = difference(old, new)
        kind = _kind(target.token)
        keys = {"projectId", *_FORCE_NEW.get("check" if kind.startswith("check") else kind, [])}
        replaces = {path for path in changes if path.split(".")[0] in keys}
        return Verdict(changes, replaces, delete_first=bool(replaces))

    def preview(self, target: Target, state: Properties | None, inputs: Properties) -> Properties:
        """Return the outputs; the bridge keeps computed ones through an update."""
        outputs = previewed(self._sdk(target), inputs)
        return outputs | {name: value for name, value in (state or {}).items() if outputs.get(name) == UNKNOWN}

    def create(self, target: Target, inputs: Properties) -> tuple[str, Properties]:
        self._referenced(target, inputs)
        kind = _kind(target.token)
        number = uuid.uuid4().int % 1_000_000_000  # two that are made at once must not share one
        resource_id = str(uuid.uuid4()) if kind.startswith(_GUIDS) else str(number)
        return resource_id, self._write(target, resource_id, inputs)

    def update(self, target: Target, resource_id: str, inputs: Properties) -> Properties:
        if self.cloud.get(_place(target.token, resource_id)) is None:
            raise RefusedError(f"{target.urn}: {resource_id} does not exist")
        self._referenced(target, inputs)
        return self._write(target, resource_id, inputs)

    def _referenced(self, target: Target, inputs: Properties) -> None:
        """Raise RefusedError where an input names an object that this organisation lacks."""
        for name, kind in _REFERENCES.items():
            wanted = str(inputs.get(name, "")).removesuffix(".0")
            found = [one for one in self.cloud.all("azuredevops:%") if _own_id(one.id) == wanted]
            if wanted and not any(_kind(one.token) == kind or not kind for one in found):
                raise RefusedError(f"{target.urn}: {name} {wanted} does not exist")

    def _write(self, target: Target, resource_id: str, inputs: Properties) -> Properties:
        place = _place(target.token, resource_id)
        facts = _facts(target.token, inputs)
        body: Properties = merged(settled(self._sdk(target), inputs), facts)
        self.cloud.write(Resource(place, target.token, target.name, body))
        return body

    def read(
        self, target: Target, resource_id: str, inputs: Properties, state: Properties
    ) -> tuple[Properties, Properties] | None:
        found = self.cloud.get(_place(target.token, resource_id))
        return (as_inputs(inputs, state, found.body), found.body) if found else None

    def parse_import(self, target: Target, given: str) -> str:
        """All but a project are imported as `project/id`. Source: `ImportProjectQualifiedResource` of the provider."""
        project, _, own = given.rpartition("/")
        if not project and _kind(target.token) != "project":
            raise RefusedError(f"unexpected format of ID ({given}), expected projectid/resourceId")
        return own

    def delete(self, target: Target, resource_id: str) -> None:
        self.cloud.remove(_place(target.token, resource_id))
        if _kind(target.token) == "project":
            for one in self.cloud.all("azuredevops:%"):
                if one.body.get("projectId") == resource_id:
                    self.cloud.remove(one.id)

    def invoke(self, token: str, arguments: Properties) -> Properties:
        """Answer a data source: projects and repositories that exist, and by any name what each organisation has."""
        source = token.rpartition(":")[2].removeprefix("get")
        if source == "ClientConfig":
            return {"id": ORGANISATION, "name": "simulated", "organizationUrl": ORGANISATION, "tenantId": TENANT}
        if source in _ALWAYS:
            return self._made_up(source, arguments)
        kind = {"GitRepository": "git"}.get(source, source[0].lower() + source[1:])
        for one in self.cloud.all("azuredevops:%"):
            if _kind(one.token) == kind and one.body.get("name") == arguments.get("name"):
                return (
                    one.body | {"id": _own_id(one.id)} | ({"projectId": _own_id(one.id)} if kind == "project" else {})
                )
        raise RefusedError(f"{token}: {arguments} does not exist")

    def _made_up(self, source: str, arguments: Properties) -> Properties:
        """Return an object that each organisation has, and keep it, so that inputs may name it."""
        guid = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{source} {sorted(arguments.items())}"))
        own: Properties = {"id": guid, "originId": guid, "groupId": guid, "descriptor": f"aadgp.{guid}"}
        own |= {"serviceEndpointId": guid}
        if source == "AgentQueue":
            own = {"id": "7", "agentPoolId": 7}
        made_by_hand(self.cloud, source[0].lower() + source[1:], own["id"], arguments)
        return own | arguments

    def _sdk(self, target: Target) -> Any:
        try:
            return resource_type(target.token)
        except KeyError as error:
            raise RefusedError(f"{target.token}: this simulation does not know {error}") from error


def _kind(token: str) -> str:
    """Return `checkApproval` for `azuredevops:index/checkApproval:CheckApproval`."""
    return token.split(":")[1].partition("/")[2]


def _place(token: str, resource_id: str) -> str:
    return f"{ORGANISATION}/{_kind(token)}/{resource_id}"


def _own_id(place: str) -> str:
    return place.rpartition("/")[2]


def made_by_hand(cloud: Cloud, kind: str, resource_id: str, body: Properties) -> None:
    """Write an object that people made before any program, such as a project or its repository."""
    token = f"azuredevops:index/{kind}:{kind[0].upper()}{kind[1:]}"
    cloud.write(Resource(_place(token, resource_id), token, "", body))


def _facts(token: str, inputs: Properties) -> Properties:
    kind, name = _kind(token), str(inputs.get("name", ""))
    if kind == "git":
        return {"remoteUrl": f"{ORGANISATION}/_git/{name}", "webUrl": f"{ORGANISATION}/_git/{name}"}
    if kind == "serviceEndpointAzureRM":
        subject = f"/eid1/c/pub/t/made-up/a/made-up/sc/{inputs.get('projectId')}/{inputs.get('serviceEndpointName')}"
        issuer = f"https://login.microsoftonline.com/{TENANT}/v2.0"
        return {"workloadIdentityFederationIssuer": issuer, "workloadIdentityFederationSubject": subject}
    return {}
