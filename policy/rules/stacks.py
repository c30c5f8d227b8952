"""Rules about how the resources of a stack stand together."""

from collections.abc import Iterator, Sequence

from policy.model import Fault, Level, Resource, stack_rule
from policy.values import at, is_unknown, mapping, members

from .storage import ACCOUNT, BLOBS
from .workload import LASTING, WORKLOADS

POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
SCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
ENVIRONMENT = "azuredevops:index/environment:Environment"
_CHECKS = {
    "azuredevops:index/checkApproval:CheckApproval": "an approval",
    "azuredevops:index/checkBranchControl:CheckBranchControl": "branch control",
    "azuredevops:index/checkExclusiveLock:CheckExclusiveLock": "an exclusive lock",
}


@stack_rule(
    "default-deny",
    demand="In a namespace with pods, traffic is refused unless a policy allows it.",
    remedy="add a NetworkPolicy with an empty podSelector, both policyTypes and no rules",
)
def default_deny(resources: Sequence[Resource]) -> Iterator[tuple[Resource, Fault]]:
    """Namespaces that are known by nothing but an unknown name are left out."""
    denied = {_namespace(resource) for resource in resources if resource.type == POLICY and _denies_all(resource)}
    seen = set()
    for resource in resources:
        home = _namespace(resource)
        if resource.type in WORKLOADS and home not in denied and home not in seen:
            seen.add(home)
            yield resource, Fault("metadata.namespace", f"namespace {home} has no policy that denies all")


def _denies_all(resource: Resource) -> bool:
    spec = at(resource.inputs, "spec")
    types = set(members(at(spec, "policyTypes")))
    rules = members(at(spec, "ingress")) + members(at(spec, "egress"))
    return not mapping(at(spec, "podSelector")) and types == {"Ingress", "Egress"} and not rules


def _namespace(resource: Resource) -> str:
    return str(at(resource.inputs, "metadata.namespace") or "default")


@stack_rule(
    "environment-guarded",
    demand="Where things are protected, a release waits for an approval, comes from a named branch, and comes alone.",
    remedy="declare CheckApproval, CheckBranchControl and CheckExclusiveLock on the environment",
)
def guarded(resources: Sequence[Resource]) -> Iterator[tuple[Resource, Fault]]:
    """A stack whose program protects something is one that people depend on."""
    if not any(resource.protected for resource in resources):
        return
    checks = [resource for resource in resources if resource.type in _CHECKS]
    for environment in resources:
        if environment.type != ENVIRONMENT:
            continue
        present = {check.type for check in checks if _about(check, environment)}
        missing = [text for wanted, text in _CHECKS.items() if wanted not in present]
        if missing:
            yield environment, Fault("", f"without {' and without '.join(missing)}")


def _about(check: Resource, environment: Resource) -> bool:
    kind, target = at(check.inputs, "targetResourceType"), at(check.inputs, "targetResourceId")
    if kind != "environment" and not is_unknown(kind):
        return False  # the service's default is a service connection
    if not is_unknown(target) or target == "${unknown}":
        return True  # an id of the service's own: which environment it means cannot be told
    return str(target).startswith(f"${{{environment.name}.")


@stack_rule(
    "storage-recoverable",
    demand="Each storage account says what becomes of deleted and overwritten blobs.",
    remedy="declare BlobServiceProperties for the account, with versioning and soft delete",
    level=Level.ADVISORY,
)
def recoverable(resources: Sequence[Resource]) -> Iterator[tuple[Resource, Fault]]:
    """Without the settings both are off."""
    settled = [at(resource.inputs, "accountName") for resource in resources if resource.type == BLOBS]
    for account in resources:
        if account.type == ACCOUNT:
            names = (at(account.inputs, "accountName"), f"${{{account.name}.name}}")
            if not any(name in names or is_unknown(name) for name in settled):
                yield account, Fault("", "without BlobServiceProperties")


@stack_rule(
    "autoscaler-alone",
    demand="Where an autoscaler decides how many pods there are, the Deployment does not.",
    remedy="leave spec.replicas out of the Deployment that the autoscaler names",
)
def autoscaler(resources: Sequence[Resource]) -> Iterator[tuple[Resource, Fault]]:
    """Each release would take the number back."""
    scaled = {str(at(resource.inputs, "spec.scaleTargetRef.name")) for resource in resources if resource.type == SCALER}
    for resource in resources:
        if resource.type in LASTING and at(resource.inputs, "spec.replicas") is not None:
            names = {str(at(resource.inputs, "metadata.name")), f"${{{resource.name}.metadata.name}}"}
            if names & scaled:
                yield resource, Fault("spec.replicas", str(at(resource.inputs, "spec.replicas")))


@stack_rule(
    "role-given-once",
    demand="A role is given once for the same principal and scope.",
    remedy="remove one of the two assignments",
)
def once(resources: Sequence[Resource]) -> Iterator[tuple[Resource, Fault]]:
    """Azure refuses the second with RoleAssignmentExists, in the middle of an update."""
    seen: dict[tuple[str, ...], str] = {}
    for resource in resources:
        if resource.type != "azure-native:authorization:RoleAssignment":
            continue
        parts = tuple(str(at(resource.inputs, path)) for path in ("scope", "principalId", "roleDefinitionId"))
        if "${unknown}" in parts:
            continue
        if parts in seen:
            yield resource, Fault("", f"the same as {seen[parts]}")
        seen.setdefault(parts, resource.name)


RULES = (default_deny, guarded, recoverable, autoscaler, once)
