"""Project and stack files, read as an engine reads them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from delivery.failure import FailureError, NotFoundError
from delivery.stack_file import read_mapping


@dataclass(frozen=True)
class Project:
    """A Pulumi project in a folder: its name, the folder of its entry, and the config that every stack shares."""

    root: Path
    name: str
    main: Path
    shared: Mapping[str, str]

    @property
    def stacks(self) -> list[str]:
        """The stacks that have a file here."""
        return sorted(path.name.split(".")[1] for path in self.root.glob("Pulumi.*.yaml"))

    @property
    def first(self) -> str:
        """The stack that promotes from none; by name where several do. NotFoundError where none does."""
        found = [stack for stack in self.stacks if self.promotes_from(stack) is None]
        if not found:
            named = ", ".join(self.stacks) or "none"
            raise NotFoundError(f"{self.root}: no stack without environment.promotesFrom; stacks here are {named}")
        return found[0]

    def promotes_from(self, stack: str) -> str | None:
        """The stack whose releases this one takes over. What is malformed here is the program's to report."""
        try:
            environment = json.loads(self.config(stack).get("slipway:environment", "{}"))
        except ValueError:
            return None
        earlier = environment.get("promotesFrom") if isinstance(environment, dict) else None
        return earlier if isinstance(earlier, str) else None

    def later(self, stack: str) -> list[str]:
        """Return the stacks that promote from this one, directly or through others."""
        found = [stack]
        for earlier in found:  # grows while it is read
            found += [one for one in self.stacks if one not in found and self.promotes_from(one) == earlier]
        return found[1:]

    @property
    def chain(self) -> list[str]:
        """Every stack with a file here, each after the one that it promotes from, as far as there is an order."""
        roots = [stack for stack in self.stacks if self.promotes_from(stack) not in self.stacks]
        ordered = [stack for root in roots for stack in (root, *self.later(root))]
        return [*ordered, *(stack for stack in self.stacks if stack not in ordered)]

    def config(self, stack: str) -> dict[str, str]:
        """Return a stack's config as an engine passes it: JSON for all but strings. NotFoundError without a file."""
        path = self.root / f"Pulumi.{stack}.yaml"
        if not path.is_file():
            raise NotFoundError(f"{path.name}: no such stack file; stacks here are {', '.join(self.stacks) or 'none'}")
        given = read_mapping(path).get("config") or {}
        if not isinstance(given, dict):
            raise FailureError(f"{path.name}: config: found {given!r}, allowed: a mapping of keys to values")
        return {**self.shared, **{str(key): _text(value) for key, value in given.items()}}


def read(root: Path) -> Project:
    """The project in `root`. NotFoundError or FailureError name what is missing or malformed in Pulumi.yaml."""
    path = root / "Pulumi.yaml"
    if not path.is_file():
        raise NotFoundError(f"{path}: no Pulumi project here")
    found = read_mapping(path)
    shared = {key: _text(_default(entry)) for key, entry in (found.get("config") or {}).items()}
    return Project(root, str(found.get("name", root.name)), root / str(found.get("main", ".")), shared)


def _default(entry: object) -> object:
    if isinstance(entry, dict):
        return entry.get("value", entry.get("default"))
    return entry


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
