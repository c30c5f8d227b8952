"""Programs of our own on PATH, the Azure CLI among them: each answers what a test has written down for it."""

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# Each rule is the beginning of the arguments, an exit code, and what is said; the first that fits answers.
_AZ = """#!{python}
import json, pathlib, sys
given = " ".join(sys.argv[1:])
folder = pathlib.Path(__file__).parent
with (folder / "az.calls").open("a") as calls:
    calls.write(given + "\\n")
for begin, code, said in json.loads((folder / "az.json").read_text()):
    if given.startswith(begin):
        print(said if code else json.dumps(said), file=sys.stderr if code else sys.stdout)
        sys.exit(code)
sys.exit("ERROR: nobody expects az " + given)
"""


@dataclass
class Machine:
    """A folder that is all of PATH."""

    folder: Path
    rules: list[tuple[str, int, Any]] = field(default_factory=list)

    def has(self, name: str, said: str, code: int = 0) -> None:
        """A program that says one thing, whatever it is asked."""
        self.script(name, f"#!/bin/sh\necho '{said}'\nexit {code}\n")

    def script(self, name: str, text: str) -> None:
        """A program."""
        file = self.folder / name
        file.write_text(text, encoding="utf-8")
        file.chmod(0o755)

    def lacks(self, name: str) -> None:
        """Take a program away."""
        (self.folder / name).unlink()

    def az(self, begin: str, said: Any, code: int = 0) -> None:
        """Let `az` answer to arguments that begin so; what is said last comes first."""
        self.rules.insert(0, (begin, code, said))
        (self.folder / "az.json").write_text(json.dumps(self.rules), encoding="utf-8")
        if not (self.folder / "az").exists():
            self.script("az", _AZ.format(python=sys.executable))

    @property
    def calls(self) -> list[str]:
        """What `az` was asked."""
        return (self.folder / "az.calls").read_text(encoding="utf-8").splitlines()
