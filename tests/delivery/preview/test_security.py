"""What loosens and what tightens, kind by kind: the words, and in which direction."""

from typing import Any

import pytest

from delivery.preview.compare import change
from delivery.preview.model import State
from delivery.preview.security import find_effects

Inputs = dict[str, Any] | None

ROLE = "azure-native:authorization:RoleAssignment"
LOCK = "azure-native:authorization:ManagementLockByScope"
CLUSTER = "azure-native:containerservice:ManagedCluster"
ACCOUNT = "azure-native:storage:StorageAccount"
REGISTRY = "azure-native:containerregistry:Registry"
RULE = "azure-native:network:SecurityRule"
NSG = "azure-native:network:NetworkSecurityGroup"
FEDERATION = "azure-native:managedidentity:FederatedIdentityCredential"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
PROOF = "kubernetes:gateway.envoyproxy.io/v1alpha1:SecurityPolicy"
SERVICE = "kubernetes:core/v1:Service"
BINDING = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding"
CLUSTER_ROLE = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
DEVOPS = "azuredevops:index/"
APPROVAL = f"{DEVOPS}checkApproval:CheckApproval"
BRANCHES = f"{DEVOPS}checkBranchControl:CheckBranchControl"
REVIEWERS = f"{DEVOPS}branchPolicyMinReviewers:BranchPolicyMinReviewers"
PERMISSIONS = f"{DEVOPS}gitPermissions:GitPermissions"
_DEFINITIONS = "/subscriptions/1/providers/Microsoft.Authorization/roleDefinitions"
OWNER = f"{_DEFINITIONS}/8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
READER = f"{_DEFINITIONS}/acdd72a7-3385-48ef-bd42-f606fba81ae7"
PULL = f"{_DEFINITIONS}/7f951dda-4ed3-4680-a7ca-43fe172d538d"
GROUP = "/subscriptions/1/resourceGroups/rg"


def told(kind: str, old: Inputs, new: Inputs, **options: Any) -> list[tuple[str, bool]]:
    def side(inputs: Inputs, given: dict[str, Any]) -> State | None:
        return None if inputs is None else State(f"{kind}::it", kind, "it", None, inputs, given)

    found = change(side(old, options.get("was", {})), side(new, options.get("now", {})))
    return [(effect.text, effect.loosens) for effect in find_effects(found)]


def allow(**more: str) -> dict[str, str]:
    return {"name": "a", "access": "Allow", "direction": "Inbound", "destinationPortRange": "80"} | more


def ranges(*entries: str) -> dict[str, Any]:
    return {"apiServerAccessProfile": {"authorizedIPRanges": list(entries)}}


def service(kind: str, *ports: int, **annotations: str) -> dict[str, Any]:
    spec = {"type": kind, "ports": [{"port": port} for port in ports]}
    return {"metadata": {"annotations": annotations}, "spec": spec}


INTERNAL = {"service.beta.kubernetes.io/azure-load-balancer-internal": "true"}

CASES: list[tuple[str, Inputs, Inputs, list[tuple[str, bool]]]] = [
    # Roles
    (
        ROLE,
        None,
        {"roleDefinitionId": OWNER, "scope": "/subscriptions/1"},
        [("gives Owner on the whole subscription", True)],
    ),
    (ROLE, {"roleDefinitionId": PULL, "scope": GROUP}, None, [("takes AcrPull away", False)]),
    (
        ROLE,
        {"roleDefinitionId": OWNER, "scope": GROUP},
        {"roleDefinitionId": READER, "scope": GROUP},
        [("gives Reader instead of Owner", False)],
    ),
    (
        ROLE,
        {"roleDefinitionId": READER, "scope": "/subscriptions/1"},
        {"roleDefinitionId": READER, "scope": GROUP},
        [("Reader is narrowed from the whole subscription to resource group rg", False)],
    ),
    (
        ROLE,
        {"roleDefinitionId": READER, "scope": f"{GROUP}/providers/x/y/a"},
        {"roleDefinitionId": READER, "scope": f"{GROUP}/providers/x/y/b"},
        [("Reader moves from a to b", True)],
    ),
    (ROLE, {"roleDefinitionId": READER, "scope": GROUP}, {"roleDefinitionId": READER, "scope": "${group.id}"}, []),
    (
        ROLE,
        {"roleDefinitionId": READER, "scope": GROUP, "condition": "x"},
        {"roleDefinitionId": READER, "scope": GROUP},
        [("Reader loses its condition", True)],
    ),
    (
        ROLE,
        None,
        {"roleDefinitionId": f"{_DEFINITIONS}/abc", "scope": "${vault.id}"},
        [("gives role abc on vault", True)],
    ),
    # Identities
    (FEDERATION, None, {"subject": "repo:x", "resourceName": "id"}, [("lets repo:x act as id", True)]),
    (FEDERATION, {"subject": "a"}, {"subject": "b"}, [("subject is b, not a", True)]),
    (
        FEDERATION,
        {"subject": "a"},
        {"subject": "${c.subject}"},
        [("look at this: subject is known after apply (was a)", True)],
    ),
    # Callers of the gateway
    (PROOF, {"spec": {"jwt": {}}}, None, [("callers need no token and no key any more", True)]),
    (
        PROOF,
        {"spec": {"jwt": {"providers": [{"audiences": ["a"]}]}}},
        {"spec": {"jwt": {"providers": [{"audiences": ["a", "b"]}]}}},
        [("look at this: spec.jwt.providers[0].audiences a -> a, b", True)],
    ),
    # RBAC of the cluster
    (BINDING, None, {"roleRef": {"name": "admin"}, "subjects": []}, [("gives admin in the cluster", True)]),
    (
        BINDING,
        {"roleRef": {"name": "view"}, "subjects": [{"kind": "User", "name": "a"}]},
        {"roleRef": {"name": "view"}, "subjects": [{"kind": "User", "name": "a"}, {"kind": "Group", "name": "g"}]},
        [("gives view to Group g", True)],
    ),
    (BINDING, {"roleRef": {"name": "admin"}}, None, [("is taken away", False)]),
    (CLUSTER_ROLE, None, {"rules": [{"verbs": ["*"]}]}, [("allows every verb", True)]),
    (CLUSTER_ROLE, {"rules": []}, {"rules": [{"verbs": ["get"]}]}, [("allows more or other things", True)]),
    # Addresses that are let in
    (CLUSTER, ranges("10.0.0.0/8"), ranges("10.1.0.0/16"), [("its API server no longer lets 10.0.0.0/8 in", False)]),
    (
        CLUSTER,
        ranges("10.0.0.0/8"),
        ranges("10.0.0.0/8", "10.1.0.0/16"),
        [("its API server lets the same networks in", False)],
    ),
    (CLUSTER, ranges("10.0.0.0/8"), ranges("0.0.0.0/0"), [("its API server lets every network in", True)]),
    (CLUSTER, {}, ranges("10.0.0.0/8"), [("its API server lets only 10.0.0.0/8 in", False)]),
    (
        CLUSTER,
        ranges("2001:db8::/32"),
        ranges("2001:db8:1::/48", "2001:db9::/32"),
        [("its API server lets 2001:db9::/32 in as well", True)],
    ),
    (
        REGISTRY,
        {"networkRuleSet": {"ipRules": []}},
        {"networkRuleSet": {"ipRules": [{"iPAddressOrRange": "1.2.3.4"}]}},
        [("lets 1.2.3.4 in as well", True)],
    ),
    (
        ACCOUNT,
        {"networkRuleSet": {"defaultAction": "Deny", "ipRules": [{"iPAddressOrRange": "1.2.3.4"}]}},
        {"networkRuleSet": {"defaultAction": "Deny", "ipRules": []}},
        [("no longer lets 1.2.3.4 in", False)],
    ),
    # Network rules
    (RULE, None, allow(sourceAddressPrefix="Internet"), [("lets the internet in to port 80", True)]),
    (RULE, None, allow(sourceAddressPrefix="10.0.0.0/8"), []),
    (
        RULE,
        allow(sourceAddressPrefix="10.0.0.0/8"),
        allow(sourceAddressPrefix="10.0.0.0/7"),
        [("lets 10.0.0.0/7 in to port 80", True)],
    ),
    (RULE, allow(access="Deny"), None, [("no longer denies what a denied", True)]),
    (
        NSG,
        {"securityRules": [allow(sourceAddressPrefix="10.0.0.0/8")]},
        {"securityRules": [allow(sourceAddressPrefix="10.0.0.0/8", destinationPortRange="*")]},
        [("lets 10.0.0.0/8 in to every port", True)],
    ),
    (
        NSG,
        {"securityRules": [allow()]},
        {"securityRules": [allow(direction="Outbound")]},
        [("lets traffic out on port 80", True)],
    ),
    # Network policies
    (
        POLICY,
        {"spec": {"policyTypes": ["Ingress"]}},
        {"spec": {"policyTypes": ["Ingress"], "ingress": [{}]}},
        [("lets everything in", True)],
    ),
    (
        POLICY,
        {"spec": {"policyTypes": ["Ingress", "Egress"]}},
        {"spec": {"policyTypes": ["Ingress"]}},
        [("no longer holds back what goes out", True)],
    ),
    (
        POLICY,
        {"spec": {"podSelector": {}}},
        {"spec": {"podSelector": {"matchLabels": {"a": "b"}}}},
        [("holds for other pods than before", True)],
    ),
    # Services
    (
        SERVICE,
        service("ClusterIP", 80),
        service("LoadBalancer", 80),
        [("is reachable from outside the cluster", True), ("opens port 80 to every network", True)],
    ),
    (
        SERVICE,
        service("LoadBalancer", 80),
        service("LoadBalancer", 80, 443),
        [("opens port 443 to every network", True)],
    ),
    (
        SERVICE,
        service("LoadBalancer", 80),
        service("ClusterIP", 80),
        [("is no longer reachable from outside the cluster", False)],
    ),
    (SERVICE, None, service("LoadBalancer", 80, **INTERNAL), []),
    (
        SERVICE,
        service("LoadBalancer", 80, **INTERNAL),
        service("LoadBalancer", 80),
        [("is reachable from outside the cluster", True), ("opens port 80 to every network", True)],
    ),
    # Pipelines
    (APPROVAL, None, {"approvers": ["a"]}, [("guards what it is attached to", False)]),
    (APPROVAL, {"approvers": ["a"]}, {"approvers": ["a", "b"]}, [("b may approve as well", True)]),
    (APPROVAL, {"approvers": ["a", "b"]}, {"approvers": ["a"]}, [("b may no longer approve", False)]),
    (APPROVAL, {"approvers": ["a", "b"]}, {"approvers": ["a", "c"]}, [("c may approve instead of b", True)]),
    (APPROVAL, {"minimumRequiredApprovers": 1}, {"minimumRequiredApprovers": 2}, [("2 must approve, not 1", False)]),
    (
        BRANCHES,
        {"allowedBranches": "main"},
        {"allowedBranches": "main,dev"},
        [("dev may be deployed as well", True)],
    ),
    (BRANCHES, {"allowedBranches": "main,dev"}, {"allowedBranches": "main"}, [("only main may be deployed", False)]),
    (BRANCHES, {"allowedBranches": "main"}, {}, [("every branch may be deployed, not only main", True)]),
    (BRANCHES, {"verifyBranchProtection": True}, {}, [("unprotected branches may be deployed", True)]),
    (
        REVIEWERS,
        {"settings": {"reviewerCount": 2}},
        {"settings": {"reviewerCount": 1}},
        [("asks for 1 reviewer, not 2", True)],
    ),
    (REVIEWERS, {"enabled": True}, {"enabled": False}, [("is switched off", True)]),
    (REVIEWERS, {"blocking": False}, {"blocking": True}, [("blocking again", False)]),
    (
        REVIEWERS,
        {"settings": {}},
        {"settings": {"submitterCanVote": True}},
        [("an author may approve his own change", True)],
    ),
    (REVIEWERS, {"settings": {}}, None, [("no longer guards its branch", True)]),
    (
        PERMISSIONS,
        {"permissions": {"Push": "Deny"}},
        {"permissions": {"Push": "Allow"}},
        [("Push is Allow, not Deny", True)],
    ),
    (PERMISSIONS, {"permissions": {}}, {"permissions": {"Push": "Deny"}}, [("Push is Deny, not NotSet", False)]),
    (f"{DEVOPS}variableGroup:VariableGroup", {}, {"allowAccess": True}, [("every pipeline may read it", True)]),
    (f"{DEVOPS}serviceEndpointAws:ServiceEndpointAws", None, {}, [("lets pipelines sign in elsewhere", True)]),
    # Locks
    (LOCK, {"level": "CanNotDelete"}, None, [("no longer stops deletions", True)]),
    (LOCK, {"level": "ReadOnly"}, {"level": "CanNotDelete"}, [("level is CanNotDelete, not ReadOnly", True)]),
    # Settings
    (ACCOUNT, {"minimumTlsVersion": "TLS1_2"}, {"minimumTlsVersion": "TLS1_3"}, [("older TLS is refused", False)]),
    (ACCOUNT, None, {"allowSharedKeyAccess": True}, [("shared keys are on", True)]),
    (ACCOUNT, None, {"publicNetworkAccess": "Enabled"}, []),
    (
        ACCOUNT,
        {"allowSharedKeyAccess": False},
        {"allowSharedKeyAccess": "${unknown}"},
        [("look at this: allowSharedKeyAccess is known after apply (was off)", True)],
    ),
    # What no other rule explains
    (NSG, {"securityRules": [allow()]}, {"securityRules": [allow(description="Callers")]}, []),
    (
        NSG,
        {"securityRules": [allow()]},
        {"securityRules": [allow(access="Deny")]},
        [("rule a denies the internet to port 80", False)],
    ),
    ("other:module:Kind", {"size": 1}, {"size": 2}, [("look at this: size 1 -> 2", True)]),
    ("azure-native:monitor:DiagnosticSetting", {"logs": []}, None, [("its logs are no longer written", True)]),
    ("azure-native:containerregistry:Token", None, {}, [("look at this: it gives access, or acts on others", True)]),
]


@pytest.mark.parametrize(("kind", "old", "new", "expected"), CASES, ids=lambda value: str(value)[:30])
def test_a_change_says_what_it_loosens_or_tightens(
    kind: str, old: Inputs, new: Inputs, expected: list[tuple[str, bool]]
) -> None:
    assert told(kind, old, new) == expected


def test_what_is_no_longer_kept_when_it_leaves_the_program_says_so() -> None:
    assert told(ACCOUNT, {"a": 1}, {"a": 1}, was={"retainOnDelete": True}) == [
        ("is no longer kept when it is deleted from the program", True)
    ]


def test_a_pod_that_breaks_every_bound_says_so_in_one_sentence() -> None:
    spec = {
        "hostPID": True,
        "automountServiceAccountToken": True,
        "volumes": [{"name": "v", "hostPath": {"path": "/"}}],
        "containers": [{"name": "c", "securityContext": {"privileged": True, "capabilities": {"add": ["SYS_ADMIN"]}}}],
    }
    [(text, loosens)] = told(DEPLOYMENT, None, {"spec": {"template": {"spec": spec}}})

    assert loosens
    assert text.startswith("its pods are not confined: c has the capabilities SYS_ADMIN, c keeps the default")
    assert text.endswith(" and 7 more")
