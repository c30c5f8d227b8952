"""The Azure CLI of a simulated cloud: what commands ask it about Azure DevOps and the account."""

import json
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from delivery.simulator.arm import SUBSCRIPTION
from delivery.simulator.cloud import Cloud, Resource

_KINDS = {
    "projects": "project",
    "git/repositories": "git",
    "pipelines/environments": "environment",
    "build/definitions": "buildDefinition",
    "distributedtask/variablegroups": "variableGroup",
    "serviceendpoint/endpoints": "serviceEndpoint",
}


def answer(cloud: Cloud, arguments: list[str]) -> object:
    """Return the document that `az` prints. KeyError: the simulated one has no such command."""
    if arguments[:2] == ["account", "show"]:
        return {"id": SUBSCRIPTION}
    if arguments[:3] == ["rest", "--method", "get"]:
        return _list(cloud, arguments[arguments.index("--uri") + 1])
    raise KeyError(" ".join(arguments))


def _list(cloud: Cloud, uri: str) -> object:
    place, _, path = urlsplit(uri).path.partition("/_apis/")
    project, kind = place.strip("/").split("/")[1:], _KINDS[path]
    names = [values[0] for name, values in parse_qs(urlsplit(uri).query).items() if name.lower().endswith("name")]
    found = [one for one in cloud.all("azuredevops:%") if f"/{kind}" in one.id and _lies_in(one, project)]
    listed = [{"id": one.id.rpartition("/")[2], "name": _name(one), **_path(one)} for one in found]
    return {"value": [one for one in listed if not names or one["name"] in names]}


def _lies_in(found: Resource, project: list[str]) -> bool:
    return not project or found.body.get("projectId") == project[0]


def _name(found: Resource) -> str:
    return str(found.body.get("serviceEndpointName") or found.body.get("name"))


def _path(found: Resource) -> dict[str, str]:
    return {"path": str(found.body.get("path") or "\\")} if "/buildDefinition/" in found.id else {}


if __name__ == "__main__":
    print(json.dumps(answer(Cloud(Path(sys.argv[1])), sys.argv[2:])))  # noqa: T201  # the command's output
