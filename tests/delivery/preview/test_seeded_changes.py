"""Changes as people make them, each with the whole of what the report must say, in its order."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from delivery.preview.compare import compare
from delivery.preview.report import report
from tests.delivery.preview.day import TODAY
from tests.delivery.preview.estate import (
    ACR_PUSH,
    COMMIT,
    DIGEST,
    GROUP,
    OTHER_COMMIT,
    OTHER_DIGEST,
    REGISTRIES,
    Edit,
    Estate,
    changed,
    container,
    item,
)


@dataclass
class Seed:
    """One change. `ranks` names every resource that the report lists, in its order; `says` are clauses to be found."""

    name: str
    edit: Edit
    headline: str
    ranks: dict[str, str]
    says: dict[str, str] = field(default_factory=dict)
    base: Edit | None = None


def put(handle: str, path: str, value: Any) -> Edit:
    """Set an input of one resource; None removes it."""

    def edit(estate: Estate) -> None:
        inputs = estate.inputs(handle)
        *above, last = path.split(".")
        for step in above:
            inputs = inputs[step]
        if value is None:
            del inputs[last]
        else:
            inputs[last] = value

    return edit


def option(handle: str, name: str, value: Any) -> Edit:
    return lambda estate: estate[handle]["options"].__setitem__(name, value)


def remove(*handles: str) -> Edit:
    def edit(estate: Estate) -> None:
        for handle in handles:
            estate.remove(handle)

    return edit


def rename(handle: str, name: str, **options: Any) -> Edit:
    def edit(estate: Estate) -> None:
        resource = estate[handle]
        resource["name"] = name
        resource["options"] |= options

    return edit


def both(*edits: Edit) -> Edit:
    def edit(estate: Estate) -> None:
        for one in edits:
            one(estate)

    return edit


def release(*, digest: str = DIGEST, commit: str = COMMIT, model: str = "resnet/7") -> Edit:
    """What a release changes, as the program writes it."""

    def edit(estate: Estate) -> None:
        inputs = estate.inputs("Deployment/app")
        template = inputs["spec"]["template"]
        template["spec"]["containers"][0]["image"] = f"crscoringprod.azurecr.io/scoring@{digest}"
        for annotations in (inputs["metadata"]["annotations"], template["metadata"]["annotations"]):
            annotations |= {"slipway/commit": commit, "slipway/model": model}

    return edit


def app(path: str, value: Any) -> Edit:
    return put("Deployment/app", f"spec.template.spec.{path}", value)


def _environment_variable(estate: Estate) -> None:
    estate.inputs("Deployment/app")["spec"]["template"]["spec"]["containers"][0]["env"][0]["value"] = "debug"


def _grant(estate: Estate) -> None:
    pull = estate["RoleAssignment/kubelet-pull"]
    scope = "/subscriptions/11111111-2222-3333-4444-555555555555"
    estate.add({**pull, "name": "everything", "inputs": {**pull["inputs"], "scope": scope}})


def _owner(estate: Estate) -> None:
    role = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
    estate.inputs("RoleAssignment/kubelet-pull")["roleDefinitionId"] = f"/x/roleDefinitions/{role}"


def _reparent(estate: Estate) -> None:
    estate.add(
        {"type": "slipway:index:Store", "name": "store", "parent": None, "inputs": {}, "options": {"component": True}}
    )
    estate["StorageAccount/models"]["parent"] = "slipway:index:Store::store"
    estate["StorageAccount/models"]["options"]["aliases"] = ["azure-native:storage:StorageAccount::models"]


def _numbers_as_the_engine_writes_them(estate: Estate) -> None:
    estate.inputs("AgentPool/app")["count"] = 3.0
    estate.inputs("Deployment/app")["spec"]["replicas"] = 3.0


def _formatting(estate: Estate) -> None:
    for resource in estate.resources:
        if resource["inputs"].get("location") == "westeurope":
            resource["inputs"]["location"] = "West Europe"
    estate.inputs("Deployment/app")["spec"]["template"]["spec"]["containers"][0]["resources"] = {
        "requests": {"cpu": 0.5, "memory": "1024Mi"},
        "limits": {"memory": "1Gi"},
    }


def _defaults(estate: Estate) -> None:
    estate.inputs("StorageAccount/models")["publicNetworkAccess"] = "Enabled"
    estate.inputs("Deployment/app")["spec"]["progressDeadlineSeconds"] = 600
    estate.inputs("Deployment/app")["spec"]["template"]["spec"]["restartPolicy"] = "Always"
    estate.inputs("Service/entry")["spec"]["ports"][0]["protocol"] = "TCP"
    estate.inputs("ManagedCluster/cluster")["tags"] = dict(estate.inputs("ManagedCluster/cluster")["tags"])


def _order(estate: Estate) -> None:
    estate.inputs("ManagedCluster/cluster")["apiServerAccessProfile"]["authorizedIPRanges"].reverse()
    estate.inputs("StorageAccount/models")["networkRuleSet"]["ipRules"].reverse()
    estate.inputs("CheckApproval/approval")["approvers"].reverse()
    estate.inputs("PublicIPAddress/address")["zones"].reverse()


def _label(estate: Estate) -> None:
    for handle in ("ConfigMap/settings", "Deployment/app", "Service/entry"):
        estate.inputs(handle)["metadata"]["labels"] = {
            **estate.inputs(handle)["metadata"]["labels"],
            "app.kubernetes.io/part-of": "model-serving",
        }


def _tag(estate: Estate) -> None:
    for resource in estate.resources:
        if "tags" in resource["inputs"]:
            resource["inputs"]["tags"] = {**resource["inputs"]["tags"], "costCentre": "42"}


def _new_container(estate: Estate) -> None:
    estate.inputs("Deployment/app")["spec"]["template"]["spec"]["containers"].append(
        container(name="sidecar", image="busybox:1")
    )


def _unconfined(estate: Estate) -> None:
    context = estate.inputs("Deployment/app")["spec"]["template"]["spec"]["containers"][0]["securityContext"]
    context["readOnlyRootFilesystem"] = False


def _open_rule(estate: Estate) -> None:
    estate.inputs("ManagedCluster/cluster")["apiServerAccessProfile"]["authorizedIPRanges"].append("192.0.2.0/24")


_REGION_RANKS = {
    "ResourceGroup/group": "loss",
    "ManagedCluster/cluster": "loss",
    "Registry/registry": "loss",
    "StorageAccount/models": "loss",
    "Namespace/namespace": "loss",
    "BlobContainer/container": "loss",
    "PublicIPAddress/address": "loss",
    "Service/entry": "loss",
    "kubernetes/k8s": "replace",
    "RoleAssignment/kubelet-pull": "replace",
    "AgentPool/app": "replace",
    "UserAssignedIdentity/kubelet": "replace",
    "BlobServiceProperties/recovery": "replace",
    "Deployment/app": "replace",
    "ConfigMap/settings": "replace",
    "NetworkPolicy/allow-http": "replace",
    "NetworkPolicy/deny-all": "replace",
}
_STAY = "image and model unchanged"

SEEDS = [
    Seed(
        "region of the group",
        put("ResourceGroup/group", "location", "northeurope"),
        "prod: resource group is replaced, with everything in it, though it is protected: the engine refuses; "
        "with that, cluster, registry, storage account models and 13 more are replaced; image and model unchanged",
        _REGION_RANKS,
        {
            "ResourceGroup/group": "is replaced: location westeurope -> northeurope cannot change in place",
            "StorageAccount/models": "is replaced because group is",
            "AgentPool/app": "3 nodes drain",
        },
    ),
    Seed(
        "pool: machine size",
        put("AgentPool/app", "vmSize", "Standard_D8s_v5"),
        f"prod: node pool app is replaced; 3 nodes drain; {_STAY}",
        {"AgentPool/app": "replace"},
        {"AgentPool/app": "is replaced: machine size Standard_D4s_v5 -> Standard_D8s_v5 cannot change in place"},
    ),
    Seed(
        "pool: one more node",
        put("AgentPool/app", "count", 4),
        f"prod: node pool app: nodes 3 -> 4; {_STAY}",
        {"AgentPool/app": "update"},
    ),
    Seed(
        "pool: Azure name",
        put("AgentPool/app", "agentPoolName", "app2"),
        f"prod: node pool app is replaced; 3 nodes drain; {_STAY}",
        {"AgentPool/app": "replace"},
        {"AgentPool/app": "is replaced: agentPoolName app1 -> app2 cannot change in place"},
    ),
    Seed(
        "pool: renamed without alias",
        rename("AgentPool/app", "serving"),
        f"prod: node pool app is deleted; 3 nodes drain; node pool serving is new; {_STAY}",
        {"AgentPool/app": "replace", "AgentPool/serving": "create"},
        {"AgentPool/app": "the new node pool serving has the same inputs: an alias would keep it"},
    ),
    Seed(
        "pool: renamed with alias",
        rename("AgentPool/app", "serving", aliases=["app"]),
        "prod: nothing of consequence (node pool serving: was called app; the alias keeps it)",
        {"AgentPool/serving": "harmless"},
    ),
    Seed(
        "account moved into another component, with alias",
        _reparent,
        "prod: nothing of consequence (storage account models: was called models; the alias keeps it)",
        {"StorageAccount/models": "harmless"},
    ),
    Seed(
        "cluster version",
        put("ManagedCluster/cluster", "kubernetesVersion", "1.34"),
        f"prod: cluster: Kubernetes 1.33 -> 1.34; {_STAY}",
        {"ManagedCluster/cluster": "update"},
    ),
    Seed(
        "cluster network: takes everything on it along",
        put("ManagedCluster/cluster", "networkProfile.networkDataplane", "azure"),
        "prod: cluster is replaced, with everything that runs on it, though it is protected: the engine refuses; "
        f"with that, Namespace, Service entry, Kubernetes provider k8s and 5 more are replaced; {_STAY}",
        {
            "ManagedCluster/cluster": "loss",
            "Namespace/namespace": "loss",
            "Service/entry": "loss",
            "kubernetes/k8s": "replace",
            "AgentPool/app": "replace",
            "Deployment/app": "replace",
            "ConfigMap/settings": "replace",
            "NetworkPolicy/allow-http": "replace",
            "NetworkPolicy/deny-all": "replace",
        },
        {"Deployment/app": "is replaced because cluster is"},
    ),
    Seed(
        "API server: one more network",
        _open_rule,
        f"prod: cluster: its API server lets 192.0.2.0/24 in as well; {_STAY}",
        {"ManagedCluster/cluster": "security"},
    ),
    Seed(
        "API server: every network",
        put("ManagedCluster/cluster", "apiServerAccessProfile", None),
        f"prod: cluster: its API server lets every network in; {_STAY}",
        {"ManagedCluster/cluster": "security"},
    ),
    Seed(
        "storage: every network",
        put("StorageAccount/models", "networkRuleSet.defaultAction", "Allow"),
        f"prod: storage account models: every network is let in; {_STAY}",
        {"StorageAccount/models": "security"},
    ),
    Seed(
        "shared keys on",
        put("StorageAccount/models", "allowSharedKeyAccess", True),  # noqa: FBT003 - the value under test
        f"prod: storage account models: shared keys are on; {_STAY}",
        {"StorageAccount/models": "security"},
    ),
    Seed(
        "shared keys not said, which means on",
        put("StorageAccount/models", "allowSharedKeyAccess", None),
        f"prod: storage account models: shared keys are on; {_STAY}",
        {"StorageAccount/models": "security"},
    ),
    Seed(
        "approval removed",
        remove("CheckApproval/approval"),
        f"prod: approval check approval: nobody has to approve any more; {_STAY}",
        {"CheckApproval/approval": "security"},
        {"CheckApproval/approval": "is deleted"},
    ),
    Seed(
        "approval weakened",
        both(
            put("CheckApproval/approval", "minimumRequiredApprovers", 1),
            put("CheckApproval/approval", "requesterCanApprove", True),  # noqa: FBT003 - the value under test
        ),
        "prod: approval check approval: whoever starts a release may approve it; approval check approval: 1 must "
        f"approve, not 2; {_STAY}",
        {"CheckApproval/approval": "security"},
    ),
    Seed(
        "authorisation for every pipeline",
        put("PipelineAuthorization/release-on-prod", "pipelineId", None),
        f"prod: pipeline authorization release-on-prod: lets every pipeline use the environment; {_STAY}",
        {"PipelineAuthorization/release-on-prod": "security"},
    ),
    Seed(
        "role: a stronger one",
        put("RoleAssignment/kubelet-pull", "roleDefinitionId", ACR_PUSH),
        f"prod: role assignment kubelet-pull: gives AcrPush instead of AcrPull; {_STAY}",
        {"RoleAssignment/kubelet-pull": "security"},
    ),
    Seed(
        "role: a wider scope",
        put("RoleAssignment/kubelet-pull", "scope", REGISTRIES.partition("/providers")[0]),
        f"prod: role assignment kubelet-pull: AcrPull is widened from crscoringprod to resource group {GROUP}; {_STAY}",
        {"RoleAssignment/kubelet-pull": "security"},
    ),
    Seed(
        "role: Owner",
        _owner,
        f"prod: role assignment kubelet-pull: gives Owner instead of AcrPull; {_STAY}",
        {"RoleAssignment/kubelet-pull": "security"},
    ),
    Seed(
        "role granted",
        _grant,
        f"prod: role assignment everything: gives AcrPull on the whole subscription; {_STAY}",
        {"RoleAssignment/everything": "security"},
    ),
    Seed(
        "address replaced",
        put("PublicIPAddress/address", "zones", ["1", "2"]),
        f"prod: public address is replaced, with its address; {_STAY}",
        {"PublicIPAddress/address": "loss"},
        {"PublicIPAddress/address": "is replaced: zones 1, 2, 3 -> 1, 2 cannot change in place"},
    ),
    Seed(
        "container of blobs deleted",
        remove("BlobContainer/container"),
        f"prod: blob container is deleted, with its blobs; {_STAY}",
        {"BlobContainer/container": "loss"},
    ),
    Seed(
        "registry deleted though protected",
        remove("Registry/registry"),
        f"prod: registry is deleted, with its images, though it is protected: the engine refuses; {_STAY}",
        {"Registry/registry": "loss"},
    ),
    Seed(
        "protection removed",
        lambda estate: estate["Registry/registry"]["options"].pop("protect"),
        f"prod: registry: is no longer protected; {_STAY}",
        {"Registry/registry": "security"},
    ),
    Seed(
        "protection given",
        option("PublicIPAddress/address", "protect", True),  # noqa: FBT003 - the value under test
        f"prod: public address: tightened: is protected, option protect is set to on; {_STAY}",
        {"PublicIPAddress/address": "update"},
    ),
    Seed(
        "network policy removed",
        remove("NetworkPolicy/deny-all"),
        f"prod: NetworkPolicy deny-all: no longer holds traffic back; {_STAY}",
        {"NetworkPolicy/deny-all": "security"},
    ),
    Seed(
        "namespace admits more",
        lambda e: e.inputs("Namespace/namespace")["metadata"]["labels"].update(
            {"pod-security.kubernetes.io/enforce": "baseline"}
        ),
        f"prod: Namespace: admits baseline pods, not restricted ones; {_STAY}",
        {"Namespace/namespace": "security"},
    ),
    Seed(
        "pod less confined",
        _unconfined,
        f"prod: Deployment app: app may write to its root file system; {_STAY}",
        {"Deployment/app": "security"},
        {"Deployment/app": "its pods are replaced"},
    ),
    Seed(
        "entry for every network",
        put("Service/entry", "spec.loadBalancerSourceRanges", None),
        f"prod: Service entry: its address lets every network in; {_STAY}",
        {"Service/entry": "security"},
    ),
    Seed(
        "soft delete shortened",
        put("BlobServiceProperties/recovery", "deleteRetentionPolicy.days", 7),
        f"prod: blob service settings recovery: deleted blobs are kept 7 days, not 30; {_STAY}",
        {"BlobServiceProperties/recovery": "security"},
    ),
    Seed(
        "code and image only",
        release(digest=OTHER_DIGEST, commit=OTHER_COMMIT),
        "prod: code 1a2b3c4d -> 5e6f7a8b; model unchanged",
        {"Deployment/app": "update"},
        {"Deployment/app": "its pods are replaced"},
    ),
    Seed(
        "model only",
        release(digest=OTHER_DIGEST, model="resnet/8"),
        "prod: model 7 -> 8; code unchanged",
        {"Deployment/app": "update"},
    ),
    Seed(
        "another image of the same",
        release(digest=OTHER_DIGEST),
        "prod: another image (sha256:abababababab -> sha256:cdcdcdcdcdcd), said to hold the same code and model",
        {"Deployment/app": "update"},
    ),
    Seed(
        "model and pool",
        both(release(digest=OTHER_DIGEST, model="resnet/8"), put("AgentPool/app", "vmSize", "Standard_D8s_v5")),
        "prod: node pool app is replaced; 3 nodes drain; model 7 -> 8; code unchanged",
        {"AgentPool/app": "replace", "Deployment/app": "update"},
    ),
    Seed(
        "environment variable",
        _environment_variable,
        "prod: Deployment app: its pods are replaced, app variable SCORING_LOG_LEVEL info -> debug; " + _STAY,
        {"Deployment/app": "update"},
    ),
    Seed(
        "one more container",
        _new_container,
        f"prod: Deployment app: runs one more container: sidecar, of busybox:1; {_STAY}",
        {"Deployment/app": "security"},
    ),
    Seed(
        "settings: the map is replaced",
        put("ConfigMap/settings", "data.SCORING_TIMEOUT", "60"),
        f"prod: ConfigMap settings is replaced; {_STAY}",
        {"ConfigMap/settings": "replace"},
        {"ConfigMap/settings": "is replaced: data.SCORING_TIMEOUT 30 -> 60 cannot change in place"},
    ),
    Seed(
        "label only",
        _label,
        "prod: nothing of consequence (words, tags or order of 3 resources)",
        {"Deployment/app": "harmless", "ConfigMap/settings": "harmless", "Service/entry": "harmless"},
    ),
    Seed(
        "tag only",
        _tag,
        "prod: nothing of consequence (words, tags or order of 6 resources)",
        {
            "ResourceGroup/group": "harmless",
            "ManagedCluster/cluster": "harmless",
            "Registry/registry": "harmless",
            "StorageAccount/models": "harmless",
            "PublicIPAddress/address": "harmless",
            "UserAssignedIdentity/kubelet": "harmless",
        },
    ),
    Seed("order only", _order, "prod: nothing changes", {}),
    Seed("numbers as floats", _numbers_as_the_engine_writes_them, "prod: nothing changes", {}),
    Seed("other words for the same", _formatting, "prod: nothing changes", {}),
    Seed("defaults spelled out", _defaults, "prod: nothing changes", {}),
    Seed(
        "build number only",
        lambda e: e.inputs("Deployment/app")["metadata"]["annotations"].update({"slipway/build": "78"}),
        'prod: nothing of consequence (Deployment app: metadata.annotations["slipway/build"] 77 -> 78)',
        {"Deployment/app": "harmless"},
    ),
    Seed(
        "unknown turns known",
        put("RoleAssignment/kubelet-pull", "principalId", "99999999-0000-0000-0000-000000000000"),
        f"prod: role assignment kubelet-pull: gives AcrPull to another principal; {_STAY}",
        {"RoleAssignment/kubelet-pull": "security"},
        {"RoleAssignment/kubelet-pull": "is replaced: principalId principalId of kubelet -> 99999999… "},
    ),
    Seed(
        "ignored by the program",
        put("AgentPool/app", "count", 9),
        "prod: nothing of consequence (node pool app: nodes 3 -> 9 has no effect: the autoscaler decides)",
        {"AgentPool/app": "harmless"},
        base=option("AgentPool/app", "ignoreChanges", ["count"]),
    ),
    Seed(
        "from now on Azure's own changes are left alone",
        option("ManagedCluster/cluster", "ignoreChanges", ["agentPoolProfiles", "kubernetesVersion"]),
        "prod: nothing changes",
        {},
    ),
    Seed(
        "from now on the cluster's openness is left alone",
        option("ManagedCluster/cluster", "ignoreChanges", ["apiServerAccessProfile"]),
        "prod: cluster: look at this: option ignoreChanges is set to apiServerAccessProfile; image and model unchanged",
        {"ManagedCluster/cluster": "security"},
    ),
    Seed(
        "a version that the channel decides about",
        put("ManagedCluster/cluster", "kubernetesVersion", "1.34"),
        "prod: nothing of consequence (cluster: Kubernetes 1.33 -> 1.34 has no effect: the upgrade channel decides)",
        {"ManagedCluster/cluster": "harmless"},
        base=option("ManagedCluster/cluster", "ignoreChanges", ["kubernetesVersion"]),
    ),
    Seed(
        "a version that Azure refuses",
        put("ManagedCluster/cluster", "kubernetesVersion", "1.32"),
        "prod: cluster: Kubernetes 1.33 -> 1.32, which is refused: Kubernetes goes one minor version at a time, "
        f"and never back; {_STAY}",
        {"ManagedCluster/cluster": "update"},
    ),
    Seed(
        "image of another registry",
        app("containers", [container(image=f"docker.io/evil/scoring@{DIGEST}")]),
        "prod: Deployment app: image of app comes from docker.io/evil/scoring, not crscoringprod.azurecr.io/scoring; "
        "image of another repository; model unchanged; code unchanged",
        {"Deployment/app": "security"},
    ),
    Seed(
        "forgotten, not deleted",
        remove("PublicIPAddress/address"),
        f"prod: public address: is deleted, it is only forgotten: it stays where it is; {_STAY}",
        {"PublicIPAddress/address": "update"},
        base=option("PublicIPAddress/address", "retainOnDelete", True),  # noqa: FBT003 - the value under test
    ),
    Seed(
        "service taken down",
        remove("Deployment/app"),
        "prod: Deployment app is deleted; the service is taken down",
        {"Deployment/app": "replace"},
    ),
    Seed(
        "output only",
        lambda estate: estate.outputs.update(endpointUrl="http://other/"),
        "prod: nothing of consequence (1 output differs)",
        {},
    ),
]


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
def test_the_report_says_what_a_reviewer_must_know_in_the_order_of_risk(seed: Seed) -> None:
    shown = changed(seed.edit, seed.base)

    assert (f"prod: {'; '.join(shown.points)}" if shown.points else shown.headline) == seed.headline
    assert len(shown.headline) <= 160
    assert [f"{one.type.rpartition(':')[2]}/{one.name}" for one in shown.items] == list(seed.ranks)
    for handle, rank in seed.ranks.items():
        assert item(shown, handle).rank == rank, handle
    for handle, clause in seed.says.items():
        assert any(said.startswith(clause) for said in item(shown, handle).says), item(shown, handle).says


def test_the_order_is_what_is_lost_then_security_then_what_is_replaced() -> None:
    head = Estate()
    for edit in (
        put("BuildDefinition/release", "projectId", "other"),
        put("AgentPool/app", "vmSize", "Standard_D8s_v5"),
        put("CheckApproval/approval", "approvers", ["aaaa"]),
        put("CheckApproval/approval", "timeout", 1),
        put("CheckBranchControl/branches", "allowedBranches", "refs/heads/other"),
        remove("PublicIPAddress/address"),
        option("RoleAssignment/kubelet-pull", "protect", True),  # noqa: FBT003 - the value under test
    ):
        edit(head)
    found = compare(Estate().rendered(), head.rendered(), "test")
    shown = report(replace(found, later=("staging", "live")), TODAY)

    assert [(one.name, one.rank) for one in shown.items] == [
        ("address", "loss"),
        ("release", "loss"),
        ("branches", "security"),
        ("app", "replace"),
        ("release-on-prod", "replace"),
        ("kubelet-pull", "update"),
        ("approval", "update"),
    ]
    assert "staging, live take it over" in item(shown, "BuildDefinition/release").says
    assert len(shown.headline) <= 160
    assert shown.points
    assert shown.headline.endswith(f"; and {len(shown.points) - shown.headline.count('; ')} more")


def test_what_is_protected_and_holds_nothing_is_not_lost() -> None:
    shown = changed(
        remove("NetworkPolicy/allow-http"),
        base=option("NetworkPolicy/allow-http", "protect", True),  # noqa: FBT003 - the value under test
    )

    assert [(one.name, one.rank) for one in shown.items] == [("allow-http", "security")]
    assert shown.exit_code == 10


def test_without_a_base_everything_is_new() -> None:
    shown = report(compare(None, Estate().rendered(), "nothing against head"), TODAY)

    assert {one.operation for one in shown.items} == {"create"}
    assert {one.rank for one in shown.items} == {"security", "create"}
    assert len(shown.items) == sum(not r["options"].get("component") for r in Estate().resources)
    assert shown.headline.startswith("prod: ")
