"""The subscription: whose it is, what is registered, what its user may do, where state lies, and room for machines."""

import shutil
from collections.abc import Iterator
from typing import Any

from delivery.az import AzError, az

from . import quota
from .finding import Finding, Purpose, missing, there, unknown
from .rights import NEEDED, may
from .target import Target

_DEPLOY = frozenset({Purpose.DEPLOY})
_CLOUD = frozenset({Purpose.DEPLOY, Purpose.PIPELINES})
PROVIDERS = (
    "Microsoft.AlertsManagement",
    "Microsoft.Compute",
    "Microsoft.Consumption",
    "Microsoft.ContainerRegistry",
    "Microsoft.ContainerService",
    "Microsoft.Dashboard",
    "Microsoft.Insights",
    "Microsoft.ManagedIdentity",
    "Microsoft.Monitor",
    "Microsoft.Network",
    "Microsoft.OperationalInsights",
    "Microsoft.OperationsManagement",
    "Microsoft.Storage",
)
"""Resource providers of the program's resources, and of what Azure makes beside them."""

NAMES = ("login", "subscription", "providers", "rights", "state", "quota")


def look(target: Target | None, reason: str = "") -> Iterator[Finding]:
    """Everything about the subscription. `reason` says why there is no target."""
    if not shutil.which("az"):
        yield from _unseen(NAMES, "the Azure CLI is missing", "install az, as said above")
        return
    try:
        account = az("account", "show")
    except AzError as error:
        yield missing("login", str(error), _CLOUD, "az login   # in a pipeline: the task AzureCLI@2")
        yield from _unseen(NAMES[1:], "nobody is logged in", "az login")
        return
    subscription = str(account.get("id"))
    yield there("login", str((account.get("user") or {}).get("name")), _CLOUD)
    yield _subscription(account)
    yield _providers(subscription, target.stack if target else "STACK")
    yield _rights(subscription)
    if target is None:
        yield from _unseen(NAMES[4:], reason, "name a stack that has a file: --stack")
        return
    yield _state(target, subscription)
    yield _quota(target, subscription)


def _unseen(names: tuple[str, ...], reason: str, remedy: str) -> Iterator[Finding]:
    for name in names:
        yield unknown(name, reason, _CLOUD if name in ("login", "subscription") else _DEPLOY, remedy)


def _subscription(account: dict[str, Any]) -> Finding:
    name, state = f"{account.get('name')} ({account.get('id')})", account.get("state")
    change = "az account set --subscription ID   # az account list shows all"
    if state != "Enabled":
        return missing("subscription", f"{name} is {state}", _CLOUD, change)
    return there("subscription", f"{name}; another: {change}", _CLOUD)


def _providers(subscription: str, stack: str) -> Finding:
    try:
        listed = az("provider", "list", "--subscription", subscription, "--query", "[].[namespace, registrationState]")
    except AzError as error:
        return unknown("providers", str(error), _DEPLOY, "ask for the role Reader on the subscription")
    states = {str(name).lower(): str(state) for name, state in listed or ()}
    lacking = [name for name in PROVIDERS if states.get(name.lower()) != "Registered"]
    if lacking:
        return missing(
            "providers", f"not registered: {', '.join(lacking)}", _DEPLOY, f"slipway bootstrap --stack {stack}"
        )
    return there("providers", f"all {len(PROVIDERS)} registered", _DEPLOY)


def _rights(subscription: str) -> Finding:
    address = f"/subscriptions/{subscription}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01"
    try:
        permissions = (az("rest", "--method", "get", "--url", address) or {}).get("value") or []
    except AzError as error:
        return unknown("rights", str(error), _DEPLOY, "ask an owner of the subscription")
    lacking = [what for what, action in NEEDED.items() if not may(permissions, action)]
    if lacking:
        give = " && ".join(
            f'az role assignment create --assignee ID --role "{role}" --scope /subscriptions/{subscription}'
            for role in ("Contributor", "Role Based Access Control Administrator")
        )
        return missing("rights", f"may not {', nor '.join(lacking)}", _DEPLOY, f"an owner runs: {give}")
    return there("rights", f"may {', '.join(NEEDED)}", _DEPLOY)


def _state(target: Target, subscription: str) -> Finding:
    """The container is asked for what is in it, with the login that the engine would use."""
    if target.state is None:
        return unknown("state", f"Pulumi.{target.stack}.yaml names no state backend", _DEPLOY, "pulumi login")
    state = target.state
    place = f"{state.account}/{state.container}"
    where = ("--account-name", state.account, "--container-name", state.container, "--auth-mode", "login")
    owner = state.subscription or subscription
    try:
        az("storage", "blob", "list", *where, "--num-results", "1", "--query", "length(@)")
    except AzError as error:
        if error.forbidden:
            scope = (
                f"/subscriptions/{owner}/resourceGroups/{state.group}/providers/Microsoft.Storage/storageAccounts/"
                f"{state.account}"
            )
            role = f'az role assignment create --assignee ID --role "Storage Blob Data Contributor" --scope {scope}'
            return missing("state", f"{place} refuses: {error}", _DEPLOY, role)
        return missing(
            "state", f"{place} cannot be reached: {error}", _DEPLOY, f"slipway bootstrap --stack {target.stack}"
        )
    return there("state", f"{place} answers", _DEPLOY)


def _quota(target: Target, subscription: str) -> Finding:
    """Room for every pool at its largest; what the stack's own cluster uses already counts as room."""
    where = ("--location", target.location, "--subscription", subscription)
    names = sorted({pool.vm_size for pool in target.pools})
    picked = " || ".join(f"name=='{name}'" for name in names)
    own = f"[?tags.workload=='{target.workload}' && tags.environment=='{target.stack}'].agentPoolProfiles[]"
    try:
        skus = az(
            "vm",
            "list-skus",
            *where,
            "--resource-type",
            "virtualMachines",
            "--all",
            "--query",
            f"[?{picked}]",
            seconds=300,
        )
        usage = az("vm", "list-usage", *where)
        running = az("aks", "list", "--subscription", subscription, "--query", own)
    except AzError as error:
        return unknown("quota", str(error), _DEPLOY, "ask for the role Reader on the subscription")
    known = quota.sizes(skus or ())
    refused = {name: known[name].refused if name in known else "no such size" for name in names}
    if faults := [f"{name}: {why}" for name, why in refused.items() if why]:
        another = f"az vm list-skus --location {target.location} --resource-type virtualMachines --output table"
        return missing("quota", f"cannot be had in {target.location}: {', '.join(faults)}", _DEPLOY, another)
    wanted = quota.needed(target.pools, known)
    used = quota.needed((_running(pool) for pool in running or ()), known)
    lacking = quota.short(wanted, usage or (), own=used)
    if lacking:
        said = ", ".join(
            f"{one.family}: {one.needed} processors needed, {one.left} of {one.limit} left" for one in lacking
        )
        return missing("quota", said, _DEPLOY, " && ".join(_raise(one, target, subscription) for one in lacking))
    said = ", ".join(f"{count} of {family}" for family, count in wanted.items())
    return there("quota", f"room for {said} in {target.location}", _DEPLOY)


def _running(pool: dict[str, Any]) -> quota.Pool:
    return quota.Pool(str(pool.get("name")), str(pool.get("vmSize")), int(pool.get("count") or 0), surge=0)


def _raise(lack: quota.Short, target: Target, subscription: str) -> str:
    scope = f"/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{target.location}"
    value = lack.limit + lack.needed - lack.left
    return (
        f"az quota update --resource-name {lack.family} --scope {scope} --limit-object value={value} "
        "--resource-type dedicated   # az extension add --name quota"
    )
