# ruff: noqa: INP001  # a script beside the page that it writes, not a package
"""Writes docs/reference/dated-facts.md: `python -m docs.reference.dated_facts_page`.

The one list of what the repository believes of others until a day. tests/docs/test_dated_facts.py fails after it.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from delivery.paths import ROOT
from slipway.kubernetes_versions import CALENDAR

PAGE = Path(__file__).with_name("dated-facts.md")

_HALF_YEAR = date(2027, 5, 31)
_YEAR = date(2027, 11, 30)

_HEAD = """# Facts that age

Beliefs of the repository about Azure and its tools, each with its last day. A test fails on the day after: look the
fact up again, mend it where it stands, and write a later day into `docs/reference/dated_facts_page.py`. Renovate
proposes new versions in between. Made by `make reference`.

| fact | value | in | believed until | looked up in |
| --- | --- | --- | --- | --- |
"""


@dataclass(frozen=True, kw_only=True)
class Dated:
    """A fact in a file: `pattern` finds it, and its first group is the value."""

    name: str
    file: str
    pattern: str
    until: date
    source: str

    def values(self) -> list[str]:
        """Each different value that the file has."""
        text = (ROOT / self.file).read_text(encoding="utf-8")
        return sorted({match.group(1) for match in re.finditer(self.pattern, text, re.MULTILINE)})


def facts() -> Iterator[Dated]:
    """Every one of them."""
    for stack in ("dev", "prod"):
        yield _kubernetes(f"tests/sample/Pulumi.{stack}.yaml")
    yield from _TABLES
    yield from _PINS
    for file in sorted(str(path.relative_to(ROOT)) for path in (ROOT / "pipelines").rglob("*.yml")):
        if (found := _tasks(file)).values():
            yield found


def page() -> str:
    """The whole page."""
    return _HEAD + "".join(map(_row, facts()))


def _row(fact: Dated) -> str:
    values = ", ".join(f"`{value}`" for value in fact.values())
    return f"| {fact.name} | {values} | `{fact.file}` | {fact.until} | {fact.source} |\n"


def _kubernetes(file: str) -> Dated:
    """The sample's version, as long as AKS makes clusters of it."""
    pattern = r'kubernetesVersion: "(\d+\.\d+)'
    [version] = re.findall(pattern, (ROOT / file).read_text(encoding="utf-8"))
    until = CALENDAR[version].standard
    return Dated(name="Kubernetes of the sample", file=file, pattern=pattern, until=until, source="AKS's calendar")


def _tasks(file: str) -> Dated:
    return Dated(
        name="tasks of Azure Pipelines",
        file=file,
        pattern=r"- task: (\w+@\d+)",
        until=_YEAR,
        source="Azure Pipelines task reference",
    )


_TABLES = (
    Dated(
        name="AKS's calendar",
        file="infra/slipway/kubernetes_versions.py",
        pattern=r"^AS_OF = date\((\d+, \d+, \d+)\)",
        until=_HALF_YEAR,
        source="Supported Kubernetes versions in AKS",
    ),
    Dated(
        name="sizes of machines, newest series",
        file="infra/slipway/machines.py",
        pattern=r'_Series\(name="(D\{\}s_v6)"',
        until=_YEAR,
        source="Sizes for virtual machines in Azure",
    ),
    Dated(
        name="regions",
        file="infra/slipway/regions.py",
        pattern=r'"List of Azure regions" \((\w+ \d{4})\)',
        until=_HALF_YEAR,
        source="List of Azure regions",
    ),
    Dated(
        name="ids of roles",
        file="tests/infra/test_roles.py",
        pattern=r'"Azure built-in roles", of (\d+ \w+ \d{4})',
        until=_YEAR,
        source="Azure built-in roles",
    ),
    Dated(
        name="words that Azure keeps",
        file="infra/slipway/config/reserved_rules.py",
        pattern=r'"(visualstudio|xbox)"',
        until=_YEAR,
        source="Resolve errors for reserved resource names",
    ),
)
"""Tables of Azure that the program carries."""

_PINS = (
    Dated(
        name="API versions of Azure",
        file="requirements.in",
        pattern=r"^pulumi-azure-native==([\d.]+)",
        until=_HALF_YEAR,
        source="[API versions of Azure](azure-api-versions.md)",
    ),
    Dated(
        name="base image",
        file="app/Dockerfile",
        pattern=r"^ARG BASE_IMAGE=\S+/(python:\S+)@sha256",
        until=_HALF_YEAR,
        source="Docker Hub, python",
    ),
    Dated(
        name="Python of the agents",
        file="pipelines/steps/prepare.yml",
        pattern=r'versionSpec: "([\d.]+)"',
        until=date(2027, 10, 31),
        source="Status of Python versions",
    ),
    Dated(
        name="Microsoft's agents",
        file="delivery/pipelines/facts.py",
        pattern=r'"vmImage": "(ubuntu-[\d.]+)"',
        until=_YEAR,
        source="Microsoft-hosted agents",
    ),
)
"""Versions of others that the repository has chosen."""

if __name__ == "__main__":
    sys.exit(0 if PAGE.write_text(page(), encoding="utf-8") else 1)
