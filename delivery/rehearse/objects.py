"""The Kubernetes objects of a scratch environment: the first stack's, under a name of its own.

An environment is a stack file, so a scratch one is a copy of a stack file under another name, rendered by the program
itself. Only that is changed afterwards which Azure would have given: where the image is, and the names of objects that
belong to the whole cluster.
"""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from delivery.paths import ROOT
from delivery.preview import project

POOL = "slipway/pool"
"""The label of nodes that the workload asks for."""

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Objects:
    """Objects to apply, in their order, and what is left out, in words."""

    applied: list[Manifest]
    left_out: tuple[str, ...]

    @property
    def namespace(self) -> str:
        """Return the namespace of the workload."""
        return str(self.one("Namespace")["metadata"]["name"])

    @property
    def shared(self) -> list[tuple[str, str]]:
        """Kind and name of each object that belongs to the whole cluster, the namespace excepted."""
        return [
            (str(one["kind"]), str(one["metadata"]["name"]))
            for one in self.applied
            if "namespace" not in one["metadata"] and one["kind"] != "Namespace"
        ]

    def one(self, kind: str) -> Manifest:
        """The only object of its kind."""
        [found] = [one for one in self.applied if one["kind"] == kind]
        return found


def render(name: str, release: Mapping[str, Any], image: str, *, pooled: bool) -> Objects:
    """The objects of environment `name` with `release`, whose image is `image`. `pooled`: nodes have the pool's label.

    Needs Pulumi's SDK. Raises FailureError where the program refuses.
    """
    from delivery.preview import kubernetes_files, render as rendering  # noqa: I001, PLC0415 - the SDK takes seconds to load

    with tempfile.TemporaryDirectory(prefix="slipway-scratch-") as folder:
        _copy(Path(folder), name)
        recorded = rendering.render(Path(folder), name, release)
    return fit([dict(one) for one in kubernetes_files.manifests(recorded)], name, image, pooled=pooled)


def fit(manifests: list[Manifest], name: str, image: str, *, pooled: bool) -> Objects:
    """`manifests` as they can be applied to a cluster that is not Azure's and that others use too."""
    shared = [one for one in manifests if one["kind"] == "PriorityClass"]
    text = json.dumps(manifests)
    for one in shared:
        own = one["metadata"]["name"]
        text = text.replace(f'"{own}"', f'"{own}-{name}"')
    applied: list[Manifest] = json.loads(text)
    [namespace] = [one["metadata"]["name"] for one in applied if one["kind"] == "Namespace"]
    foreign = [one for one in applied if one["metadata"].get("namespace", namespace) != namespace]
    left_out = [f"{one['kind']} {one['metadata']['name']} of {one['metadata']['namespace']}" for one in foreign]
    applied = [one for one in applied if one not in foreign]
    [pod] = [one["spec"]["template"]["spec"] for one in applied if one["kind"] == "Deployment"]
    [container] = pod["containers"]
    container["image"] = image
    if not pooled and (wanted := pod.get("nodeSelector", {}).pop(POOL, None)):
        left_out.append(f"the wish for nodes labelled {POOL}={wanted}")
    return Objects(applied, tuple(left_out))


def _copy(folder: Path, name: str) -> None:
    """A project of one stack, whose program is this one."""
    settings = yaml.safe_load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))
    settings["main"] = str(ROOT / settings["main"])
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    (folder / f"Pulumi.{name}.yaml").write_bytes((ROOT / f"Pulumi.{project.read(ROOT).first}.yaml").read_bytes())
