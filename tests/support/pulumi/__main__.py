"""`pulumi` as a program. AZ_STATE names the file of stacks and Azure; the stack files are the current folder's."""

import json
import os
import re
import sys
from pathlib import Path
from typing import Any, NoReturn

from delivery.failure import FailureError
from delivery.preview import project
from delivery.stack_config import read_stack
from slipway.config.stack import StackConfig

_STACK = {"--stack": True, "-s": True}
_OPTIONS = {
    "stack init": {"--secrets-provider": True},
    "stack output": {**_STACK, "--json": False},
    "stack change-secrets-provider": {"--stack": True},
    "stack rm": {"--preserve-config": False, "--yes": False},
    "state unprotect": {**_STACK, "--all": False},
    "preview": {**_STACK, "--json": False, "--refresh": False, "--diff": False},
    "up": {**_STACK, "--yes": False, "--refresh": False, "--replace": True},
    "destroy": {**_STACK, "--yes": False},
}
"""Commands that pages show, and their options: those that take a value are true."""

_PROVIDER = re.compile(
    r"azurekeyvault://(?P<vault>[a-z0-9-]+)\.vault\.azure\.net/keys/(?P<key>\w+)/(?P<version>[0-9a-f]{32})"
)


def fail(words: str) -> NoReturn:
    """End as the engine does."""
    sys.exit(f"error: {words}")


def parse(arguments: list[str]) -> tuple[str, list[str], dict[str, str]]:
    """Return the command, its arguments and its options."""
    name = next((one for one in _OPTIONS if arguments[: len(one.split())] == one.split()), "")
    if not name:
        fail(f'unknown command {" ".join(arguments)!r} for "pulumi"')
    rest, values, options = arguments[len(name.split()) :], [], {}
    while rest:
        word = rest.pop(0)
        if not word.startswith("-"):
            values.append(word)
        elif word not in _OPTIONS[name]:
            fail(f"unknown flag: {word}")
        else:
            options[word] = rest.pop(0) if _OPTIONS[name][word] else "true"
    return name, values, options


def main() -> None:
    """Answer one call."""
    file = Path(os.environ["AZ_STATE"])
    state = json.loads(file.read_text(encoding="utf-8"))
    name, values, options = parse(sys.argv[1:])
    _check_backend(state)
    stack = options.get("--stack") or options.get("-s") or ""
    try:
        match name:
            case "stack init":
                _init(state, values[0], options.get("--secrets-provider", ""))
            case "stack output":
                _output(state, _known(state, stack), values)
            case "stack change-secrets-provider":
                _known(state, stack)
                _check_provider(state, values[0])
            case "state unprotect":
                _known(state, stack)["unprotected"] = True
            case "destroy":
                _destroy(state, stack)
            case "stack rm":
                if _known(state, values[0]):
                    fail(f"'{values[0]}' still has resources; removal rejected. Use --force to force removal")
                del state["stacks"][values[0]]
            case _:
                _up(state, stack, dry=name == "preview")
    except FailureError as error:
        fail(str(error))
    file.write_text(json.dumps(state, indent=1), encoding="utf-8")


def _check_backend(state: dict[str, Any]) -> None:
    found = re.fullmatch(
        r"azblob://(?P<container>[\w-]+)\?storage_account=(?P<account>\w+)", os.environ["PULUMI_BACKEND_URL"]
    )
    account = state["accounts"].get(found["account"]) if found else None
    if found is None or account is None or found["container"] not in account["containers"]:
        fail('read ".pulumi/meta.yaml": the container does not exist')
    if not any(one["role"] == "Storage Blob Data Contributor" for one in state["assignments"]):
        fail("AuthorizationPermissionMismatch")


def _check_provider(state: dict[str, Any], address: str) -> None:
    found = _PROVIDER.fullmatch(address)
    if found is None or state["vaults"].get(found["vault"], {}).get(found["key"]) != found["version"]:
        fail(f"secrets (code=Unknown): found no key {address}")


def _init(state: dict[str, Any], stack: str, provider: str) -> None:
    if stack in state["stacks"]:
        fail(f"stack '{stack}' already exists")
    _check_provider(state, provider)
    file = Path(f"Pulumi.{stack}.yaml")
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    file.write_text(f"secretsprovider: {provider}\nencryptedkey: c3RhbmQtaW4=\n{text}", encoding="utf-8")
    state["stacks"][stack] = {}
    print(f"Created stack '{stack}'")  # noqa: T201  # the program's output


def _known(state: dict[str, Any], stack: str) -> dict[str, Any]:
    if stack not in state["stacks"]:
        fail(f"no stack named '{stack}' found")
    found: dict[str, Any] = state["stacks"][stack]
    return found


def _output(state: dict[str, Any], outputs: dict[str, Any], values: list[str]) -> None:
    del state
    if not values:
        print(json.dumps(outputs, indent=2))  # noqa: T201  # the program's output
    elif values[0] not in outputs:
        fail(f"current stack does not have output property '{values[0]}'")
    else:
        print(outputs[values[0]])  # noqa: T201  # the program's output


def _up(state: dict[str, Any], stack: str, *, dry: bool) -> None:
    _known(state, stack)
    config = read_stack(project.read(Path.cwd()), stack)
    earlier = config.environment.promotes_from
    if earlier and not state["stacks"].get(earlier):
        fail(f"stack {earlier} has no output registryId: run `pulumi up -s {earlier}` to its end")
    if config.cluster.security.host_encryption and not state["features"]:
        fail("SubscriptionNotEnabledEncryptionAtHost")
    if config.pipelines:
        _check_pipelines(state, config)
    if not dry:
        state["stacks"][stack] = {
            "environment": stack,
            "resourceGroupName": config.group_name,
        }
        if config.pipelines:
            _declare_policies(state, config)
    print(f"{'Previewing' if dry else 'Updating'} ({stack})")  # noqa: T201  # the program's output


def _destroy(state: dict[str, Any], stack: str) -> None:
    """Destroy what may go: protected resources must be freed first."""
    outputs = _known(state, stack)
    config = read_stack(project.read(Path.cwd()), stack)
    if config.protects_shared and not outputs.get("unprotected"):
        fail("resource cannot be deleted because it is protected")
    state["stacks"][stack] = {}


def _check_pipelines(state: dict[str, Any], config: StackConfig) -> None:
    assert config.pipelines
    projects, hub = state["devops"]["projects"], config.pipelines.hub
    if hub and hub.project.name not in projects:
        fail(f"Project with name {hub.project.name} does not exist")
    approval = config.pipelines.checks.approval
    if approval and not projects:
        fail("Could not resolve the approvers")


def _declare_policies(state: dict[str, Any], config: StackConfig) -> None:
    assert config.pipelines
    policies, hub = state["devops"]["policies"], config.pipelines.hub
    if hub:
        folder = Path(state["repositories"]) / f"{hub.source.name}.git"
        policies["reviewers"] = hub.source.reviewers
        (folder / "policies").touch()
    if config.pipelines.checks.approval:
        policies["approvers"] = list(config.pipelines.checks.approval.approvers)


if __name__ == "__main__":
    main()
