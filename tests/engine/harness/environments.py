"""The program's environments in one cloud, from the repository's own stack files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from delivery.simulator.ground import Ground

from .workspace import Stack, Workspace


def release(number: int, *, model: int = 1) -> dict[str, Any]:
    """The `slipway:release` of a build; the same number and model are the same image."""
    sign = f"{number}{model}"
    return {
        "repository": "scoring",
        "digest": f"sha256:{sign * 32}",
        "commit": str(number) * 40,
        "buildId": f"20261123.{number}",
        "model": {"name": "sample", "version": str(model), "sha256": str(model) * 64},
    }


@dataclass(frozen=True)
class Environments:
    workspace: Workspace

    @classmethod
    def laid(cls, workspace: Workspace, *names: str) -> "Environments":
        """With what people make by hand for each of `names`; nothing is deployed."""
        found = cls(workspace)
        for name in names:
            found.add(name)
        return found

    def add(self, name: str) -> Stack:
        stack = Stack.new(self.workspace, name)
        Ground(self.workspace.cloud).lay(stack.config)
        return stack

    def copy(self, name: str, new: str, **sections: dict[str, Any]) -> Stack:
        """Another environment like `name`, some keys of its sections changed."""
        document = yaml.safe_load(self[name].file.read_text())
        for section, changes in sections.items():
            document["config"][f"slipway:{section}"] |= changes
        document["config"].pop("slipway:release", None)
        (self.workspace.project / f"Pulumi.{new}.yaml").write_text(
            yaml.safe_dump({"config": document["config"]})  # each stack has its own salt
        )
        return self.add(new)

    def __getitem__(self, name: str) -> Stack:
        return Stack(self.workspace, name)

    def fork(self, root: Path) -> "Environments":
        return Environments(self.workspace.fork(root))
