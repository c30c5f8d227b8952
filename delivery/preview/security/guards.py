"""Guards fail closed: what is not known to be harmless is to be looked at."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cache
from typing import Final

from delivery.preview import paths
from delivery.preview.model import Change, Difference, Effect, Json, Kind, Operation, Part
from delivery.preview.paths import at
from delivery.preview.phrases import between

from .harmless import HARMLESS, HARMLESS_OPTIONS

_WORDS: Final = ("tags", "description", "displayName", "title")
_QUIET_ANNOTATIONS: Final = ("description", "kubernetes.io/description", "kubernetes.io/change-cause", "slipway/build")
_ORDER_COUNTS: Final = ("command", "args", "initContainers", "steps")
_VARIABLES: Final = re.compile(
    r"env\[[^\]]*(?:PROXY|PRELOAD|LD_|PATH|PYTHON|CERT|CA_BUNDLE|SSL|TLS|TOKEN|USER|HOME)[^\]]*\]", re.IGNORECASE
)
"""Names of variables that turn what a process runs, trusts or calls."""

_GONE: Final = {
    "ActionGroup": "no alert is sent through it",
    "BlobServiceProperties": "deleted or overwritten blobs may be gone at once",
    "DiagnosticSetting": "its logs are no longer written",
    "LimitRange": "containers have no limits of their own",
    "MaintenanceConfiguration": "updates may come at any hour",
    "ManagementLockByScope": "no longer stops deletions",
    "ManagementLockAtResourceLevel": "no longer stops deletions",
    "ManagementLockAtResourceGroupLevel": "no longer stops deletions",
    "NetworkSecurityGroup": "its rules no longer hold",
    "PolicyAssignment": "is no longer enforced",
    "PrivateEndpoint": "nothing is reached through it any more",
    "PrometheusRuleGroup": "its alerts end",
    "ResourceQuota": "its namespace has no bounds",
    "SecurityPolicy": "callers need no token and no key any more",
}
"""Clauses about a guard that is deleted."""

_NEW: Final = """
    *:CacheRule *:CredentialSet *:ScopeMap *:Token *:Webhook *:LocalUser *:Key *:TrustedAccessRoleBinding
    *:VirtualNetworkPeering *:RouteTable *:Route *:PrivateEndpointConnection *:PrivateLinkService *:AccessPolicy
    *:VirtualMachine* *Extension *:ManagementPolicy *:ObjectReplicationPolicy *:Servicehook*
    kubernetes:*:Ingress kubernetes:*WebhookConfiguration kubernetes:*:DaemonSet
"""
"""Types that give access, or act on others, by being there."""


def protection(change: Change) -> Iterator[Effect]:
    """Yield protection taken away or given: the engine's, locks, and what is kept when it leaves the program."""
    old, new = change.old, change.new
    if old and new:
        if old.protected != new.protected:
            yield Effect("is protected", loosens=False) if new.protected else Effect("is no longer protected")
        if old.options.get("retainOnDelete") and not new.options.get("retainOnDelete"):
            yield Effect("is no longer kept when it is deleted from the program")
        levels = ("ReadOnly", "CanNotDelete")
        before, after = at(old, "level"), at(new, "level")
        if ":ManagementLock" in change.state.type and before in levels and after in levels and before != after:
            weaker = levels.index(after) > levels.index(before)
            yield Effect(f"level is {after}, not {before}", loosens=weaker, explains=("level",))


def unexplained(change: Change, effects: Sequence[Effect]) -> Iterator[Effect]:
    """Yield what no other rule has told: a guard that goes, access that comes, a property not known to be harmless."""
    resource_type = change.state.type
    if change.operation is Operation.DELETE:
        if text := _GONE.get(resource_type.rpartition(":")[2]):
            yield Effect(text)
        return
    if change.old is None or change.new is None:
        if change.operation is not Operation.SAME and any(
            fnmatchcase(resource_type, pattern) for pattern in _NEW.split()
        ):
            yield Effect("look at this: it gives access, or acts on others")
        return
    for found in change.differences:
        if found.replaces or found.ignored or (found.unknown and change.because):
            continue
        for difference in _leaves(found):
            pattern = _pattern(difference.path)
            if not _explained(pattern, effects) and not ordinary(difference, resource_type):
                yield Effect(f"look at this: {between(difference)}", explains=(pattern,))


def words_only(difference: Difference, resource_type: str) -> bool:
    """Return whether the property is words for people only, or its order."""
    steps = _steps(difference.path)
    if difference.part is Part.OPTION or ".template." in paths.pattern(steps):
        return False
    if difference.kind is Kind.REORDERED:
        return str(steps[-1]) not in _ORDER_COUNTS
    if steps[0] in _WORDS or steps[-1] in ("description", "displayName"):
        return True
    return resource_type.startswith("kubernetes:") and steps[0] == "metadata" and _quiet(steps, resource_type)


def ordinary(difference: Difference, resource_type: str) -> bool:
    """Return whether the property is known to guard nothing."""
    pattern = _pattern(difference.path)
    if difference.part is Part.OPTION:
        return pattern.partition(".")[0].partition("[")[0] in HARMLESS_OPTIONS
    if words_only(difference, resource_type):
        return True
    if difference.kind is Kind.REORDERED:
        return str(_steps(difference.path)[-1]) not in _ORDER_COUNTS
    if _VARIABLES.search(difference.path):
        return False
    return any(known == "*" or paths.within(pattern, known) for known in _known(resource_type))


def _quiet(steps: paths.Path, resource_type: str) -> bool:
    """Return whether a label or an annotation only tells. A namespace's labels decide about admission and networks."""
    kind, name = (*map(str, steps[1:3]), "", "")[:2]
    if kind == "labels":
        return name.startswith("app.kubernetes.io/") or not resource_type.endswith((":Namespace", ":Node"))
    return kind == "annotations" and name in _QUIET_ANNOTATIONS


def _leaves(difference: Difference) -> Iterator[Difference]:
    """Yield the properties of an object that comes or goes as a whole, so that none hides behind another."""
    removed = difference.kind is Kind.REMOVED
    value = difference.old if removed else difference.new
    steps = _steps(difference.path)
    inside: dict[str, Json] = {}
    if not difference.secret and (removed or difference.kind is Kind.ADDED):
        if isinstance(value, dict) and not str(steps[-1]).startswith("["):
            inside = value
        elif isinstance(value, list) and (key := paths.naming_key(value)):
            inside = {paths.member(key, item): item for item in value}
    for step, item in inside.items():
        sides = (item, None) if removed else (None, item)
        yield from _leaves(replace(difference, path=paths.show((*steps, step)), old=sides[0], new=sides[1]))
    if not inside:
        yield difference


def _explained(pattern: str, effects: Sequence[Effect]) -> bool:
    told = (path for effect in effects for path in effect.explains)
    return any(
        path == "*"
        or paths.within(pattern, path)
        or paths.within(path, pattern)
        # Pods stand in templates at several depths.
        or (".template." in f".{pattern}" and f".{path}" in f".{pattern}")
        for path in told
    )


@cache
def _known(resource_type: str) -> tuple[str, ...]:
    return tuple(
        path for pattern, known in HARMLESS.items() if fnmatchcase(resource_type, pattern) for path in known.split()
    )


@cache
def _pattern(path: str) -> str:
    return paths.pattern(_steps(path))


@cache
def _steps(path: str) -> paths.Path:
    return paths.parse(path)
