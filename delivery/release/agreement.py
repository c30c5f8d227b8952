"""Agreement of the engine's state with a release. Pure data."""

from collections.abc import Iterator, Mapping
from typing import Any

_DEPLOYMENT = "kubernetes:apps/v1:Deployment"
_READABLE = (
    _DEPLOYMENT,
    "kubernetes:core/v1:Service",
    "kubernetes:core/v1:ServiceAccount",
    "kubernetes:core/v1:Namespace",
)


def find_doubts(state: Mapping[str, Any], outputs_digest: str, repository: str, digest: str) -> Iterator[str]:
    """Yield each sign that the stack runs, or will run, another image of `repository` than the one with `digest`.

    `state` is the engine's export. Old pods may answer well while their Deployment already names the next image.
    """
    if outputs_digest != digest:
        yield f"the stack's outputs name {outputs_digest or 'no release'}"
    for resource in state.get("resources") or ():
        if resource.get("type") == _DEPLOYMENT:
            for image in _images(resource.get("inputs")):
                if f"/{repository}@" in image and not image.endswith(digest):
                    yield f"the Deployment {_name(resource)} asks for {image}"
    for operation in state.get("pending_operations") or ():
        name = _name(operation.get("resource") or {})
        yield f"the engine began with {name} ({operation.get('type', 'an operation')}) and did not finish it"


def find_object(state: Mapping[str, Any]) -> str:
    """Return the URN of an object in the environment's namespace that every identity may read; empty without one."""
    found = {
        str(resource.get("type")): str(resource.get("urn"))
        for resource in state.get("resources") or ()
        if resource.get("type") in _READABLE and not resource.get("external")
    }
    return next((found[type_] for type_ in _READABLE if type_ in found), "")


def _images(inputs: Any) -> Iterator[str]:  # noqa: ANN401  # a resource's inputs are JSON of any shape
    try:
        containers = inputs["spec"]["template"]["spec"]["containers"]
        yield from (str(container["image"]) for container in containers)
    except (KeyError, TypeError):
        return


def _name(resource: Mapping[str, Any]) -> str:
    return str(resource.get("urn", "?")).rpartition("::")[2]
