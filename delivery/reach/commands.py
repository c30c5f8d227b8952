"""Commands of pipelines and of publishers, and what each asks Azure for, from the resources that a program declares.

A refresh reads every resource, a release writes what its rights reach, and each command has its blobs, images and
logins. Azure DevOps is no part of it: there, deploy and drift are readers of the project.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from delivery.drift.drift import UNREAD
from delivery.preview.record import Record, Recorded
from slipway.conditions import BACKEND

from .condition import Request
from .facts import Facts
from .grants import ASSIGNMENT, IDENTITY
from .kubernetes_actions import KUBERNETES, ask
from .limits import ASSIGNMENTS, BUDGET, Beyond, find_beyond, read_grant
from .needs import Need
from .scopes import locate, name_type, resolve

BLOBS: Final = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
_CLUSTERS: Final = "Microsoft.ContainerService/managedClusters"
_REGISTRIES: Final = "Microsoft.ContainerRegistry/registries"
_DECRYPT: Final = "Microsoft.KeyVault/vaults/keys/decrypt/action"
_CLUSTER: Final = "azure-native:containerservice:ManagedCluster"
_CONTAINER: Final = "azure-native:storage:BlobContainer"
_GROUP: Final = "azure-native:resources:ResourceGroup"
_METRICS: Final = "azure-native:monitor:AzureMonitorWorkspace"
_REGISTRY: Final = "azure-native:containerregistry:Registry"
_AZURE: Final = "azure-native:"
_CHANGES: Final = ("read", "write", "delete")
PIPELINE_IDENTITY: Final = "pipeline-identities-"

DRIFT: Final = "drift"
PREVIEW: Final = "release preview"
DEPLOY: Final = "release deploy, rollback"
BUILD: Final = "model pull, image push, release record"
WATCH: Final = "model show, watch"
PUBLISH: Final = "model publish, promote, rollback"


@dataclass(frozen=True)
class _Asking:
    """An identity that runs a command in one environment."""

    found: Recorded
    facts: Facts
    identity: str
    command: str

    def need(self, what: str, action: str, scope: str, cause: str, *, data: bool = False) -> Need:
        return self.requests(what, Request(action=action), scope, cause, data=data)

    def requests(self, what: str, request: Request, scope: str, cause: str, *, data: bool = False) -> Need:
        return Need(
            identity=self.identity,
            command=self.command,
            what=what,
            request=request,
            scope=scope,
            cause=cause,
            data=data,
        )

    def blobs(self, container: str, what: str, verbs: tuple[str, ...], *paths: str) -> Iterator[Need]:
        for path in paths:
            for verb in verbs:
                attributes = {f"@Resource[{BLOBS}:path]": path}
                asked = Request(action=f"{BLOBS}/{verb}", attributes=attributes)
                yield self.requests(f"{verb} {what}", asked, container, path, data=True)

    def lists(self, container: str, what: str) -> Need:
        asked = Request(action=f"{BLOBS}/read", operation="Blob.List")
        return self.requests(f"list {what}", asked, container, container.rpartition("/")[2], data=True)

    def one(self, type_: str) -> str:
        return locate(self.found, self.found.one(type_))

    def reads_state(self) -> Iterator[Need]:
        facts = self.facts
        stacks = [facts.stack, *([facts.earlier] if facts.earlier else [])]
        paths = [f".pulumi/stacks/{facts.project}/{stack}.json" for stack in stacks]
        yield from self.blobs(facts.state, "the state", ("read",), BACKEND, *paths)
        yield self.lists(facts.state, "the state")
        if facts.secrets_key:
            yield self.need("decrypt the stack's secrets", _DECRYPT, facts.secrets_key, "secrets", data=True)

    def writes_state(self) -> Iterator[Need]:
        facts = self.facts
        own = f"{facts.project}/{facts.stack}"
        yield from self.blobs(facts.state, "the state", ("write",), f".pulumi/stacks/{own}.json")
        folders = (".pulumi/history", ".pulumi/backups")
        yield from self.blobs(facts.state, "the state", ("write",), *(f"{one}/{own}/one.json" for one in folders))
        lock = f".pulumi/locks/organization/{own}/one.json"
        yield from self.blobs(facts.state, "the state's lock", ("read", "write", "delete"), lock)

    def previews(self) -> Iterator[Need]:
        """Yield what running the program asks for: the cluster as it runs, and a login to it."""
        cluster = self.one(_CLUSTER)
        yield self.need("read the running cluster", f"{_CLUSTERS}/read", cluster, "cluster")
        action = f"{_CLUSTERS}/listClusterUserCredential/action"
        yield self.need("log in to the cluster", action, cluster, "cluster")

    def objects(self, record: Record, *verbs: str) -> Iterator[Need]:
        cluster = self.one(_CLUSTER)
        for verb in verbs:
            for asked in ask(record.type, record.inputs, verb):
                place = f"{cluster}/namespaces/{asked.namespace}" if asked.namespace else cluster
                what = f"{verb} objects of Kubernetes"
                yield self.need(what, asked.action, place, record.key, data=True)

    def resources(self, record: Record, *verbs: str) -> Iterator[Need]:
        place = locate(self.found, record)
        noun = {ASSIGNMENT: "role assignments", BUDGET: "the budget"}.get(record.type, "resources of Azure")
        for verb in verbs:
            request = (
                read_grant(record.inputs, verb)
                if record.type == ASSIGNMENT
                else Request(action=f"{name_type(record)}/{verb}")
            )
            yield self.requests(f"{verb} {noun}", request, place, record.key)

    def everything(self, record: Record, *verbs: str) -> Iterator[Need]:
        if record.type.startswith(_AZURE):
            yield from self.resources(record, *verbs)
        elif record.type.startswith(KUBERNETES):
            yield from self.objects(record, *verbs)


def find_needs(found: Recorded, facts: Facts) -> list[Need]:
    """Return each need of each identity that the environment has, in the order of the commands."""
    drift, deploy, build = (f"{PIPELINE_IDENTITY}{purpose}" for purpose in ("drift", "deploy", "build"))
    needs = [
        *_drift(_Asking(found, facts, drift, DRIFT)),
        *_preview(_Asking(found, facts, drift, PREVIEW)),
        *_deploy(_Asking(found, facts, deploy, DEPLOY)),
    ]
    if any(one.name == build for one in found.all(IDENTITY)):
        needs += [*_build(_Asking(found, facts, build, BUILD)), *_watch(_Asking(found, facts, build, WATCH))]
    for group in facts.publishers:
        needs += _publish(_Asking(found, facts, group, PUBLISH))
    return needs


def _drift(asking: _Asking) -> Iterator[Need]:
    yield from asking.reads_state()
    yield from asking.previews()
    for record in asking.found.resources:
        if not is_unread(asking.found, record):
            yield from asking.everything(record, "read")
    group = asking.one(_GROUP)
    yield asking.need("read access that was granted by hand", f"{ASSIGNMENTS}/read", group, "resource group")


def _preview(asking: _Asking) -> Iterator[Need]:
    """Yield needs of a preview, which reads the state and not the cloud."""
    yield from asking.reads_state()
    yield from asking.previews()


def _deploy(asking: _Asking) -> Iterator[Need]:
    facts, registry = asking.facts, asking.one(_REGISTRY)
    yield from asking.reads_state()
    yield from asking.writes_state()
    history = f"_deployments/{facts.stack}/1"
    yield from asking.blobs(facts.releases, "releases", ("read",), "_releases/one/release.json")
    yield from asking.blobs(facts.releases, "deployments", ("read", "write"), f"{history}/begun.json")
    yield asking.lists(facts.releases, "releases")
    if facts.canary:
        asked = "Microsoft.Monitor/accounts/data/metrics/read"
        yield asking.need("read the gateway's figures", asked, asking.one(_METRICS), "metrics workspace", data=True)
    yield asking.need("look for the image", f"{_REGISTRIES}/pull/read", registry, "registry")
    if facts.earlier:
        source = f"${{{facts.earlier}.registryId}}"
        yield asking.need("find the registry", f"{_REGISTRIES}/read", registry, "registry")
        yield asking.need("import the image", f"{_REGISTRIES}/importImage/action", registry, "registry")
        yield asking.need("read the image", f"{_REGISTRIES}/pull/read", source, f"registry of {facts.earlier}")
    yield from asking.previews()
    for record in asking.found.resources:
        if not _beyond(asking.found, facts, record):
            yield from asking.everything(record, *_CHANGES)


def _build(asking: _Asking) -> Iterator[Need]:
    facts, registry = asking.facts, asking.one(_REGISTRY)
    yield from _models(asking, "read")
    for action in ("pull/read", "push/write"):
        yield asking.need("push the image", f"{_REGISTRIES}/{action}", registry, "registry")
    yield from asking.blobs(facts.releases, "releases", ("read", "write"), "_releases/one/release.json")
    yield asking.lists(facts.releases, "releases")


def _watch(asking: _Asking) -> Iterator[Need]:
    facts = asking.facts
    yield from _models(asking, "read")
    paths = ("_releases/one/release.json", f"_deployments/{facts.stack}/1/begun.json")
    yield from asking.blobs(facts.releases, "releases", ("read",), *paths)
    yield asking.lists(facts.releases, "releases")
    yield from asking.blobs(facts.releases, "builds that were asked for", ("read", "write"), "_asked/one/model-1.json")


def _publish(asking: _Asking) -> Iterator[Need]:
    yield from _models(asking, "read", "write")


def _models(asking: _Asking, *verbs: str) -> Iterator[Need]:
    """Yield needs of the model store; none where models are in S3."""
    for record in asking.found.all(_CONTAINER):
        place = locate(asking.found, record)
        yield from asking.blobs(place, "models", verbs, "model/1/manifest.json", "model/latest.json")
        yield asking.lists(place, "models")


def find_change(found: Recorded, facts: Facts, record: Record) -> list[Need]:
    """Return what an `up` by the identity that deploys asks for to make, change and remove one resource."""
    return list(_Asking(found, facts, f"{PIPELINE_IDENTITY}deploy", DEPLOY).everything(record, *_CHANGES))


def find_read(found: Recorded, facts: Facts, record: Record) -> list[Need]:
    """Return what a refresh by the identity that looks for drift asks for to read one resource."""
    return list(_Asking(found, facts, f"{PIPELINE_IDENTITY}drift", DRIFT).everything(record, "read"))


def find_exceptions(found: Recorded, facts: Facts) -> dict[Beyond, list[Record]]:
    """Return the resources that only a person changes in this environment, by the reason."""
    listed: dict[Beyond, list[Record]] = {}
    for record in found.resources:
        if reason := _beyond(found, facts, record):
            listed.setdefault(reason, []).append(record)
    return listed


def _beyond(found: Recorded, facts: Facts, record: Record) -> Beyond | None:
    if record.type.startswith(("slipway:", "pulumi:")):
        return None
    inputs: dict[str, object] = dict(record.inputs)
    if "scope" in inputs:
        inputs["scope"] = resolve(found, str(inputs["scope"]))
    return find_beyond(facts.rights, record.type, inputs, str(found.one(_GROUP).inputs["resourceGroupName"]))


def is_unread(found: Recorded, record: Record) -> bool:
    """Return whether drift leaves a resource out of its refresh."""
    types, parent = [record.type], record.parent
    while parent:
        types.insert(0, parent.partition("::")[0])
        parent = next((one.parent for one in found.resources if one.key == parent), None)
    end = f"::{'$'.join(types)}::{record.name}"
    return any(fnmatchcase(end, pattern.replace("**", "*")) for pattern in UNREAD)
