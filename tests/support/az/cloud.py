"""The Azure of the stand-in: a subscription and a directory, in a dictionary that a file keeps between calls."""

import json
import re
from collections.abc import Callable
from typing import Any

from .parsing import AzureError, Call

SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
ADA, BOB = "aaaaaaaa-0000-0000-0000-000000000001", "bbbbbbbb-0000-0000-0000-000000000002"
"""Object ids of two people."""

State = dict[str, Any]
Handler = Callable[[State, Call], Any]

HANDLERS: dict[str, Handler] = {}

_NEEDED = {"storage account create": "Microsoft.Storage", "keyvault create": "Microsoft.KeyVault"}
_SCOPE = re.compile(r"/subscriptions/[0-9a-f-]{36}(/resourceGroups/[^/]+(/providers/.+)?)?")
_ROLES = {
    "Key Vault Crypto Officer": "14b46e9e-c2b7-41b4-b07b-48a6ebf60603",
    "Storage Blob Data Contributor": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
}


def empty() -> State:
    """Return a subscription as Azure hands it over: nothing registered, nothing made."""
    return {
        "people": {ADA: "ada@contoso.com", BOB: "bob@contoso.com"},
        "registered": ["Microsoft.Resources", "Microsoft.Authorization"],
        "features": [],
        "groups": [],
        "accounts": {},
        "taken": [],
        "vaults": {},
        "assignments": [],
        "directory": {},
        "refused": {},
        "stacks": {},
    }


def handles(name: str) -> Callable[[Handler], Handler]:
    """Register the function that answers a command."""

    def register(handler: Handler) -> Handler:
        HANDLERS[name] = handler
        return handler

    return register


def run(state: State, call: Call, person: str) -> Any:
    """Return the answer to a call of a person. Raises AzureError."""
    for beginning, words in state["refused"].items():
        if call.command.startswith(beginning):
            raise AzureError(words)
    needed = _NEEDED.get(call.command)
    if needed and needed not in state["registered"]:
        raise AzureError(f"(MissingSubscriptionRegistration) The subscription is not registered to use '{needed}'")
    if call.command not in HANDLERS:
        raise AzureError(f"the stand-in has no answer for az {call.command}", 99)
    return HANDLERS[call.command]({**state, "me": person}, call)


@handles("account show")
def _show_account(state: State, call: Call) -> Any:
    del call
    return {
        "id": SUBSCRIPTION,
        "name": "Dev",
        "state": "Enabled",
        "user": {"name": state["people"][state["me"]], "type": "user"},
    }


@handles("login")
def _log_in(state: State, call: Call) -> Any:
    return [_show_account(state, call)]


@handles("account set")
def _set_account(state: State, call: Call) -> Any:
    del state
    if call.one("--subscription") not in ("Dev", SUBSCRIPTION):
        raise AzureError(f"The subscription of '{call.one('--subscription')}' doesn't exist in cloud 'AzureCloud'.")


@handles("vm list-usage")
def _list_usage(state: State, call: Call) -> Any:
    del state, call
    return [{"name": {"value": "standardDASv5Family"}, "currentValue": 0, "limit": 100}]


@handles("ad signed-in-user show")
def _show_me(state: State, call: Call) -> Any:
    del call
    return {"id": state["me"], "userPrincipalName": state["people"][state["me"]]}


@handles("provider list")
def _list_providers(state: State, call: Call) -> Any:
    del call
    return [{"namespace": name, "registrationState": "Registered"} for name in state["registered"]]


@handles("provider register")
def _register_provider(state: State, call: Call) -> Any:
    name = call.one("--namespace")
    if not name.startswith("Microsoft."):
        raise AzureError(f"(InvalidResourceNamespace) The resource namespace '{name}' is invalid.")
    if name not in state["registered"]:
        state["registered"].append(name)


@handles("feature list")
def _list_features(state: State, call: Call) -> Any:
    del call
    for feature in state["features"]:
        feature["asked"] += 1  # Azure takes its time: it is registered once it was asked about twice
    return [
        {"name": one["name"], "properties": {"state": "Registered" if one["asked"] > 1 else "Registering"}}
        for one in state["features"]
    ]


@handles("feature register")
def _register_feature(state: State, call: Call) -> Any:
    state["features"].append({"name": f"{call.one('--namespace')}/{call.one('--name')}", "asked": 0})


@handles("group list")
def _list_groups(state: State, call: Call) -> Any:
    del call
    return [{"name": name} for name in state["groups"]]


@handles("group create")
def _create_group(state: State, call: Call) -> Any:
    if call.one("--name") not in state["groups"]:
        state["groups"].append(call.one("--name"))
    return {"name": call.one("--name")}


@handles("storage account list")
def _list_accounts(state: State, call: Call) -> Any:
    del call
    return [{"name": name} for name in state["accounts"]]


@handles("storage account create")
def _create_account(state: State, call: Call) -> Any:
    name, group = call.one("--name"), call.one("--resource-group")
    if group not in state["groups"]:
        raise AzureError(f"(ResourceGroupNotFound) Resource group '{group}' could not be found.")
    if name in state["taken"]:
        raise AzureError(f"(StorageAccountAlreadyTaken) The storage account named {name} is already taken.")
    if not re.fullmatch(r"[a-z0-9]{3,24}", name):
        raise AzureError(f"(AccountNameInvalid) {name} is not a valid storage account name.")
    keys = call.get("--allow-shared-key-access") != "false"
    state["accounts"][name] = {"group": group, "keys": keys, "kept": False, "containers": []}


def _account(state: State, name: str) -> dict[str, Any]:
    if name not in state["accounts"]:
        raise AzureError(f"The storage account '{name}' was not found.", 3)
    found: dict[str, Any] = state["accounts"][name]
    return found


@handles("storage account blob-service-properties show")
def _show_blob_service(state: State, call: Call) -> Any:
    kept = _account(state, call.one("--account-name"))["kept"]
    return {
        "isVersioningEnabled": kept or None,
        "deleteRetentionPolicy": {"enabled": kept},
        "containerDeleteRetentionPolicy": {"enabled": kept} if kept else None,
    }


@handles("storage account blob-service-properties update")
def _update_blob_service(state: State, call: Call) -> Any:
    on = {"--enable-versioning", "--enable-delete-retention", "--enable-container-delete-retention"}
    _account(state, call.one("--account-name"))["kept"] = all(call.get(option) == "true" for option in on)


@handles("storage container-rm list")
def _list_containers(state: State, call: Call) -> Any:
    return [{"name": name} for name in _account(state, call.one("--storage-account"))["containers"]]


@handles("storage container-rm create")
def _create_container(state: State, call: Call) -> Any:
    containers = _account(state, call.one("--storage-account"))["containers"]
    if call.one("--name") not in containers:
        containers.append(call.one("--name"))


@handles("keyvault list")
def _list_vaults(state: State, call: Call) -> Any:
    del call
    return [{"name": name} for name in state["vaults"]]


@handles("keyvault create")
def _create_vault(state: State, call: Call) -> Any:
    name = call.one("--name")
    if call.one("--resource-group") not in state["groups"]:
        raise AzureError("(ResourceGroupNotFound) Resource group could not be found.")
    if name in state["vaults"]:
        raise AzureError(f"The specified vault: {name} already exists.")
    state["vaults"][name] = {}


@handles("role assignment list")
def _list_assignments(state: State, call: Call) -> Any:
    scope = call.one("--scope")
    return [
        {"roleDefinitionName": one["role"], "scope": one["scope"]}
        for one in state["assignments"]
        if one["who"] == call.one("--assignee-object-id") and scope.startswith(one["scope"])
    ]


@handles("role assignment create")
def _create_assignment(state: State, call: Call) -> Any:
    role, scope, who = call.one("--role"), call.one("--scope"), call.one("--assignee-object-id")
    if role not in _ROLES:
        raise AzureError(f"Role '{role}' doesn't exist.")
    if not _SCOPE.fullmatch(scope):
        raise AzureError(f"(LinkedInvalidPropertyId) Property id '{scope}' is invalid.")
    if who not in state["people"]:
        raise AzureError(f"(PrincipalNotFound) Principal {who} does not exist in the directory.")
    state["assignments"].append({"who": who, "role": role, "scope": scope})


@handles("ad group create")
def _create_directory_group(state: State, call: Call) -> Any:
    name = call.one("--display-name")
    if " " in call.one("--mail-nickname"):
        raise AzureError("Invalid value specified for property 'mailNickname' of resource 'Group'.")
    found = next((one for one, facts in state["directory"].items() if facts["name"] == name), "")
    number = found or f"cccccccc-0000-0000-0000-{len(state['directory']):012}"
    state["directory"].setdefault(number, {"name": name, "members": []})
    return {"id": number, "displayName": name}


def _directory_group(state: State, name: str) -> str:
    for number, facts in state["directory"].items():
        if name in (number, facts["name"]):
            return str(number)
    raise AzureError(f"No group matches the name of '{name}'", 3)


@handles("ad group show")
def _show_directory_group(state: State, call: Call) -> Any:
    number = _directory_group(state, call.one("--group"))
    return {"id": number, "displayName": state["directory"][number]["name"]}


@handles("ad group member add")
def _add_member(state: State, call: Call) -> Any:
    members = state["directory"][_directory_group(state, call.one("--group"))]["members"]
    if call.one("--member-id") in members:
        raise AzureError("One or more added object references already exist for the following modified properties")
    members.append(call.one("--member-id"))


@handles("ad user get-member-groups")
def _list_my_groups(state: State, call: Call) -> Any:
    who = call.one("--id")
    return [
        {"id": number, "displayName": facts["name"]}
        for number, facts in state["directory"].items()
        if who in facts["members"]
    ]


_KEYS = re.compile(
    r"/subscriptions/[0-9a-f-]{36}/resourceGroups/[^/]+/providers/Microsoft\.KeyVault/vaults/(?P<vault>[^/?]+)"
    r"/keys(/(?P<key>[^/?]+))?\?api-version=2024-11-01"
)


@handles("rest")
def _rest(state: State, call: Call) -> Any:
    found = _KEYS.fullmatch(call.one("--url"))
    if found is None or found["vault"] not in state["vaults"]:
        raise AzureError(f"Not Found({call.one('--url')})", 3)
    keys = state["vaults"][found["vault"]]
    if call.one("--method") == "put":
        facts = json.loads(call.one("--body"))["properties"]
        if facts["kty"] != "RSA" or facts["keySize"] not in (2048, 3072, 4096):
            raise AzureError("Bad Request(the key's properties)")
        keys.setdefault(found["key"], "0123456789abcdef0123456789abcdef")
    if not found["key"]:
        return {"value": [{"name": name} for name in keys]}
    if found["key"] not in keys:
        raise AzureError(f"Not Found({call.one('--url')})", 3)
    address = f"https://{found['vault']}.vault.azure.net/keys/{found['key']}"
    return {
        "name": found["key"],
        "properties": {"keyUri": address, "keyUriWithVersion": f"{address}/{keys[found['key']]}"},
    }


@handles("keyvault key rotate")
def _rotate_key(state: State, call: Call) -> Any:
    keys, name = state["vaults"].get(call.one("--vault-name"), {}), call.one("--name")
    scope = f"/vaults/{call.one('--vault-name')}"
    roles = [one for one in state["assignments"] if one["who"] == state["me"] and one["scope"].endswith(scope)]
    if name not in keys:
        raise AzureError(f"(KeyNotFound) A key with (name/id) {name} was not found in this key vault.")
    if not any(one["role"] == "Key Vault Crypto Officer" for one in roles):
        raise AzureError("(Forbidden) Caller is not authorized to perform action on resource.")
    keys[name] = f"{int(keys[name], 16) + 1:032x}"


@handles("identity delete")
def _delete_identity(state: State, call: Call) -> Any:
    _made_by_stack(state, call.one("--resource-group"), call.one("--name"))


@handles("identity federated-credential delete")
def _delete_credential(state: State, call: Call) -> Any:
    _made_by_stack(state, call.one("--resource-group"), call.one("--identity-name"))


def _made_by_stack(state: State, group: str, identity: str) -> None:
    """Raise AzureError for an identity that no stack has made."""
    for outputs in state["stacks"].values():
        if outputs.get("resourceGroupName") == group and identity.startswith(group.replace("rg-", "id-", 1)):
            return
    raise AzureError(f"(ResourceNotFound) The Resource '{identity}' under resource group '{group}' was not found.", 3)
