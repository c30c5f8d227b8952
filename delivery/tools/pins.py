"""pipelines/tools.json: each tool's version, address and checksum."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from delivery.failure import FailureError
from delivery.paths import ROOT, short

FILE = ROOT / "pipelines" / "tools.json"
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Tool(BaseModel):
    """One archive. It is unpacked into the folder `into`; `path` inside it goes onto PATH."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9-]+$")
    version: str = Field(pattern=r"^v?[0-9]+\.[0-9]+\.[0-9]+$")
    url: str = Field(pattern=r"^https://.+\.(tar\.gz|zip)$")
    sha256: str = Field(pattern=r"^([0-9a-f]{64})?$")
    into: str = Field(pattern=r"^[a-z][a-z0-9{}./-]*$")
    path: str | None = None

    @property
    def address(self) -> str:
        """The archive's URL."""
        return self.url.format(version=self.version)

    @property
    def folder(self) -> str:
        """The folder that the archive is unpacked into, below the tools' own."""
        return self.into.format(version=self.version)


class _Pins(BaseModel):
    model_config = ConfigDict(extra="forbid")

    tools: tuple[Tool, ...]


def read_pins(file: Path | None = None) -> tuple[Tool, ...]:
    """Return the tools of a file, by default the repository's. Raises FailureError with the place of each mistake."""
    file = file or FILE
    try:
        return _Pins.model_validate_json(file.read_text(encoding="utf-8")).tools
    except FileNotFoundError:
        raise FailureError(f"{short(file)}: is not there") from None
    except ValidationError as error:
        found = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise FailureError(f"{short(file)}: {found}") from None


def write_pins(tools: Sequence[Tool], sums: Mapping[str, str], file: Path = FILE) -> None:
    """Write the tools with their checksums, by name."""
    pinned = [{**tool.model_dump(exclude_none=True), "sha256": sums[tool.name]} for tool in tools]
    file.write_text(json.dumps({"tools": pinned}, indent=2) + "\n", encoding="utf-8")
