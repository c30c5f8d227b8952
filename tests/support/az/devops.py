"""The Azure DevOps of the stand-in: a project with people, a repository that enforces its policies, and runs."""

import json
import subprocess
from pathlib import Path
from typing import Any

from .cloud import State, handles
from .parsing import AzureError, Call

_PUSHED = "refs/heads/main"
_BUILDERS = ("slipway-build", "slipway-release", "slipway-drift", "slipway-model")

_HOOK = """#!/bin/sh
# Azure Repos refuses a direct push to a branch with a blocking policy.
if [ "$1" = refs/heads/main ] && [ -e "$GIT_DIR/policies" ]; then
  echo "TF402455: Pushes to this branch are not permitted; you must use a pull request to update this branch." >&2
  exit 1
fi
"""


def empty_organization() -> State:
    """Return an organisation without a project, which both people are members of."""
    return {
        "organization": "",
        "project": "",
        "projects": {},
        "policies": {},
        "requests": [],
        "runs": [],
        "approvals": [],
    }


def repository(state: State, project: str) -> Path:
    """Return the folder of a project's repository."""
    return Path(state["repositories"]) / f"{project}.git"


def _project(state: State, call: Call) -> dict[str, Any]:
    devops = state["devops"]
    organization = call.get("--organization") or devops["organization"]
    name = call.get("--project") or devops["project"]
    if not organization:
        raise AzureError("--organization must be specified. The value should be the URI of your organization")
    if name not in devops["projects"]:
        raise AzureError(f"TF200016: The following project does not exist: {name}.")
    found: dict[str, Any] = devops["projects"][name]
    return found


@handles("extension add")
def _add_extension(state: State, call: Call) -> Any:
    if call.one("--name") != "azure-devops":
        raise AzureError("No extension found with name")
    state["extensions"] = ["azure-devops"]


@handles("devops configure")
def _configure(state: State, call: Call) -> Any:
    for default in call.options.get("--defaults", []):
        key, _, value = default.partition("=")
        if key not in ("organization", "project"):
            raise AzureError(f"Default '{key}' is not supported.")
        state["devops"][key] = value


@handles("devops project list")
def _list_projects(state: State, call: Call) -> Any:
    del call
    return {"value": [{"name": name} for name in state["devops"]["projects"]]}


@handles("devops project create")
def _create_project(state: State, call: Call) -> Any:
    name = call.one("--name")
    if name in state["devops"]["projects"]:
        raise AzureError(f"TF200019: The following project already exists on the server: {name}.")
    groups = {"Contributors": [], "Project Administrators": [state["me"]]}
    state["devops"]["projects"][name] = {"groups": groups, "name": name}
    folder = repository(state, name)
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(folder)], check=True)
    hook = folder / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(_HOOK, encoding="utf-8")
    hook.chmod(0o755)
    return {"name": name}


@handles("repos show")
def _show_repository(state: State, call: Call) -> Any:
    project = _project(state, call)
    if call.one("--repository") != project["name"]:
        raise AzureError("TF401019: The Git repository does not exist or you do not have permissions")
    return {"name": project["name"], "remoteUrl": repository(state, project["name"]).as_uri()}


def _descriptor(name: str) -> str:
    return f"vssgp.{name.replace(' ', '-')}"


@handles("devops security group list")
def _list_groups(state: State, call: Call) -> Any:
    groups = _project(state, call)["groups"]
    return {
        "graphGroups": [
            {"displayName": name, "descriptor": _descriptor(name), "originId": _origin(name)} for name in groups
        ]
    }


def _origin(name: str) -> str:
    return f"dddddddd-0000-0000-0000-{sum(map(ord, name)):012}"


@handles("devops security group create")
def _create_group(state: State, call: Call) -> Any:
    groups = _project(state, call)["groups"]
    name = call.one("--name")
    if name in groups:
        raise AzureError(f"VS860016: A group with name {name} already exists.")
    groups[name] = []
    return {"displayName": name, "descriptor": _descriptor(name), "originId": _origin(name)}


@handles("devops security group membership add")
def _add_to_group(state: State, call: Call) -> Any:
    groups = _project(state, call)["groups"]
    person = next((one for one, email in state["people"].items() if email == call.one("--member-id")), "")
    name = next((one for one in groups if _descriptor(one) == call.one("--group-id")), "")
    if not person or not name:
        raise AzureError("VS860016: Could not resolve the member or the group.")
    groups[name].append(person)


@handles("repos pr create")
def _create_request(state: State, call: Call) -> Any:
    project = _project(state, call)
    folder = repository(state, project["name"])
    source = f"refs/heads/{call.one('--source-branch')}"
    _commit(folder, source)
    reviewers = call.options.get("--reviewers", [])
    if unknown := set(reviewers) - set(state["people"].values()):
        raise AzureError(f"Could not resolve identity: {', '.join(unknown)}")
    request = {
        "pullRequestId": len(state["devops"]["requests"]) + 1,
        "project": project["name"],
        "source": source,
        "by": state["me"],
        "votes": [],
        "complete": call.get("--auto-complete") == "true",
        "status": "active",
    }
    state["devops"]["requests"].append(request)
    _settle(state, request)
    return request


@handles("repos pr set-vote")
def _vote(state: State, call: Call) -> Any:
    found = [one for one in state["devops"]["requests"] if str(one["pullRequestId"]) == call.one("--id")]
    if not found:
        raise AzureError("TF401180: The requested pull request was not found.")
    project = state["devops"]["projects"][found[0]["project"]]
    if state["me"] not in {person for members in project["groups"].values() for person in members}:
        raise AzureError("TF401027: You need the Git 'PullRequestContribute' permission to perform this action.")
    if call.one("--vote") == "approve":
        found[0]["votes"].append(state["me"])
    _settle(state, found[0])
    return {"vote": 10}


def _commit(folder: Path, ref: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), "rev-parse", "--verify", "--quiet", ref], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise AzureError(f"TF401398: The pull request cannot be activated because {ref} no longer exists.")
    return done.stdout.strip()


def _settle(state: State, request: dict[str, Any]) -> None:
    """Complete a pull request that is to complete by itself, once its policies are kept."""
    reviewers = state["devops"]["policies"].get("reviewers", 0)
    others = set(request["votes"]) - {request["by"]}
    if not request["complete"] or request["status"] != "active" or len(others) < reviewers:
        return
    folder = repository(state, request["project"])
    new, old = _commit(folder, request["source"]), _commit(folder, _PUSHED)
    merged = ["git", "-C", str(folder), "merge-base", "--is-ancestor", old, new]
    if subprocess.run(merged, check=False).returncode:
        raise AzureError("the stand-in merges forward only", 99)
    for update in (["update-ref", _PUSHED, new], ["update-ref", "-d", request["source"]]):
        subprocess.run(["git", "-C", str(folder), *update], check=True)
    request["status"] = "completed"
    _release(state, request["by"])


def _release(state: State, person: str) -> None:
    """Record what a push to main starts: a build, a release, and the wait for an approval of it."""
    for name in ("slipway-build", "slipway-release"):
        state["devops"]["runs"].append(
            {"definition": {"name": name}, "buildNumber": "20261201.1", "status": "completed"}
        )
    for approvers in state["devops"]["policies"].get("approvers", []):
        number = len(state["devops"]["approvals"]) + 1
        state["devops"]["approvals"].append(
            {"id": f"approval-{number}", "of": approvers, "by": person, "status": "pending"}
        )


@handles("pipelines run")
def _run_pipeline(state: State, call: Call) -> Any:
    _project(state, call)
    if not state["devops"]["policies"] or call.one("--name") not in _BUILDERS:
        raise AzureError(f"There were no build definitions matching name {call.get('--name')!r}")
    run = {"definition": {"name": call.one("--name")}, "buildNumber": "20261201.1", "status": "notStarted"}
    state["devops"]["runs"].append(run)
    return run


@handles("pipelines show")
def _show_pipeline(state: State, call: Call) -> Any:
    _project(state, call)
    if not state["devops"]["policies"] or call.one("--name") not in _BUILDERS:
        raise AzureError(f"There were no build definitions matching name {call.get('--name')!r}")
    return {"id": 1 + _BUILDERS.index(call.one("--name")), "name": call.one("--name")}


@handles("pipelines runs list")
def _list_runs(state: State, call: Call) -> Any:
    _project(state, call)
    return state["devops"]["runs"]


@handles("devops invoke")
def _invoke(state: State, call: Call) -> Any:
    _project(state, call)
    if (call.one("--area"), call.one("--resource")) != ("pipelinesapproval", "approvals"):
        raise AzureError("--area and --resource combination is not correct")
    if call.get("--http-method") != "PATCH":
        wanted = dict(one.split("=") for one in call.options.get("--query-parameters", []))
        return {"value": [one for one in state["devops"]["approvals"] if one["status"] == wanted.get("state")]}
    changes = json.loads(Path(call.one("--in-file")).read_text(encoding="utf-8"))
    for change in changes:
        _approve(state, call, change)
    return {"value": changes}


def _approve(state: State, call: Call, change: dict[str, str]) -> None:
    found = next((one for one in state["devops"]["approvals"] if one["id"] == change["approvalId"]), None)
    if found is None or change["status"] not in ("approved", "rejected"):
        raise AzureError(f"Approval {change['approvalId']} does not exist.")
    groups = _project(state, call)["groups"]
    allowed = {person for name, members in groups.items() for person in members if _origin(name) == found["of"]}
    if state["me"] not in allowed or state["me"] == found["by"]:
        raise AzureError("TF400813: The user is not authorized to approve this run.")
    found["status"] = change["status"]
