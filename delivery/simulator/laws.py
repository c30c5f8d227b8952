"""Rules of Azure that a program can break by order, reference or name."""

import re
from typing import Any

from .arm import SUBSCRIPTION, arm_type, parent
from .cloud import Cloud, Resource
from .values import Properties, at, strings


class RefusedError(Exception):
    """Azure's answer: a code, a sentence."""


_NAMES = {
    "containerregistry:Registry": r"[A-Za-z0-9]{5,50}",
    "containerservice:AgentPool": r"[a-z][a-z0-9]{0,11}",
    "containerservice:ManagedCluster": r"[A-Za-z0-9]([\w-]{0,61}[A-Za-z0-9])?",
    "keyvault:Vault": r"[A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9]",
    "managedidentity:FederatedIdentityCredential": r"[A-Za-z0-9][\w-]{2,119}",
    "managedidentity:UserAssignedIdentity": r"[A-Za-z0-9][\w-]{2,127}",
    "operationalinsights:Workspace": r"[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]",
    "resources:ResourceGroup": r"[\w.()-]{0,89}[\w()-]",
    "storage:BlobContainer": r"(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]",
    "storage:StorageAccount": r"[a-z0-9]{3,24}",
}
# Deleting these is refused while something else points at them.
_IN_USE = ("network:NetworkSecurityGroup", "network:PublicIPAddress", "network:Subnet", "network:VirtualNetwork")
_NETWORK_ROLES = (
    "4d97b98b-1d4f-4787-a291-c67834d212e7",  # Network Contributor
    "b24988ac-6180-42a0-ab88-20f7382dd24c",  # Contributor
)
_OURS = re.compile(rf"/subscriptions/{SUBSCRIPTION}/resourceGroups/[^\s\"']+", re.IGNORECASE)


def may_create(cloud: Cloud, token: str, resource_id: str, inputs: Properties) -> None:
    """Raise RefusedError where Azure would refuse."""
    type_ = arm_type(token)
    if cloud.get(resource_id) and not type_.singleton:
        raise RefusedError(f"cannot create already existing resource '{resource_id}'")
    _named(token, str(inputs.get(type_.own_name, "")))
    _placed(cloud, resource_id)
    may_write(cloud, token, resource_id, inputs)


def may_write(cloud: Cloud, token: str, resource_id: str, inputs: Properties) -> None:
    """Raise RefusedError where Azure would refuse."""
    for reference in sorted({found for text in strings(inputs) for found in _OURS.findall(text)}):
        if not _there(cloud, reference) and not reference.lower().startswith(resource_id.lower()):
            raise RefusedError(f"Code=InvalidResourceReference: {reference} was not found, referenced by {resource_id}")
    if token.endswith(":RoleAssignment"):
        _granted(cloud, resource_id, inputs)


def may_delete(cloud: Cloud, resource: Resource) -> None:
    """Raise RefusedError where Azure would refuse."""
    for lock in cloud.all("azure-native:authorization:ManagementLock%"):
        scope = parent(lock.id) or ""
        if resource.id.lower().startswith(scope.lower()) and resource.id != lock.id:
            raise RefusedError(f"Code=ScopeLocked: '{resource.id}' cannot be deleted because of the lock {lock.id}")
    if resource.token.removeprefix("azure-native:") in _IN_USE:
        users = [other.id for other in cloud.all() if _uses(other, resource.id)]
        if "PublicIP" in resource.token:
            name = resource.id.rpartition("/")[2]
            users += [other.id for other in cloud.all("kubernetes:core/v1:Service") if _holds(other, name)]
        if users:
            raise RefusedError(f"Code=InUse: '{resource.id}' cannot be deleted, it is in use by {', '.join(users)}")


def may_join(cloud: Cloud, cluster: Resource, address: Resource) -> None:
    """Raise RefusedError where the cluster's identity may not join the address: the Service would stay pending."""
    identities = at(cluster.body, "identity.userAssignedIdentities") or {}
    ours = {at(cluster.body, "identity.principalId"), *(one.get("principalId") for one in identities.values())}
    for grant in cloud.all("azure-native:authorization:RoleAssignment"):
        covers = address.id.lower().startswith(str(grant.body["scope"]).lower())
        role = str(grant.body["roleDefinitionId"]).rpartition("/")[2]
        if covers and grant.body["principalId"] in ours and role in _NETWORK_ROLES:
            return
    raise RefusedError(f"the Service's address stays pending: the cluster's identity may not join {address.id}")


def _holds(other: Resource, address: str) -> bool:
    """True where a cluster's Service answers at the public address of that name."""
    notes = at(other.body, "metadata.annotations") or {}
    return address in (text for name, text in notes.items() if name.endswith("/azure-pip-name"))


def _uses(other: Resource, resource_id: str) -> bool:
    """True where a resource outside of it refers to it; a scope or a role assignment does not count."""
    outside = not other.id.lower().startswith(resource_id.lower()) and ":authorization:" not in other.token
    inside = (resource_id.lower(), f"{resource_id.lower()}/")
    return outside and any(
        text.lower() == inside[0] or text.lower().startswith(inside[1])
        for text in strings(other.body)
        if text.lower() != other.id.lower()
    )


def _named(token: str, name: str) -> None:
    pattern = _NAMES.get(token.removeprefix("azure-native:"), r".+")
    if not re.fullmatch(pattern, name):
        raise RefusedError(f"Code=InvalidResourceName: '{name}' does not match {pattern}")


def _placed(cloud: Cloud, resource_id: str) -> None:
    above = parent(resource_id)
    if above and not _there(cloud, above):
        raise RefusedError(f"Code=ParentResourceNotFound: {above} was not found, needed by {resource_id}")


def _there(cloud: Cloud, reference: str) -> bool:
    """True for the id of a resource, of a member of one, or of a group that Azure makes."""
    reference = re.sub(r"/blobServices/default$|(?<=/managedClusters/)([^/]+)/namespaces/[^/]+$", r"\1", reference)
    if cloud.get(reference):
        return True
    steps = reference.split("/")
    clusters = cloud.all("azure-native:containerservice:ManagedCluster")
    if any(found.body["nodeResourceGroup"].lower() == steps[4].lower() for found in clusters):
        return True
    holders = ["/".join(steps[:end]) for end in range(len(steps) - 2, 8, -2)]
    return any(reference in strings(found.body) for one in holders if (found := cloud.get(one)))


def _granted(cloud: Cloud, resource_id: str, inputs: Properties) -> None:
    key = _grant(inputs)
    for other in cloud.all("azure-native:authorization:RoleAssignment"):
        if other.id != resource_id and _grant(other.body) == key:
            raise RefusedError(f"Code=RoleAssignmentExists: {other.id} grants the same")
    if inputs.get("principalType") == "ServicePrincipal" and inputs.get("principalId") not in principals(cloud):
        raise RefusedError(f"Code=PrincipalNotFound: principal {inputs.get('principalId')} does not exist")


def _grant(body: Properties) -> tuple[str, ...]:
    return tuple(str(body.get(name, "")).lower() for name in ("scope", "principalId", "roleDefinitionId"))


def principals(cloud: Cloud) -> set[Any]:
    """Return every principal that lives in this cloud."""
    found: set[Any] = set()
    for one in cloud.all():
        found |= {one.body.get("principalId") if "Identity" in one.token else at(one.body, "identity.principalId")}
        found |= {at(one.body, "identityProfile.kubeletidentity.objectId")}
    return found - {None}
