# ruff: noqa: INP001  # a script beside the page that it writes, not a package
"""Writes docs/reference/config.md from the types that check the stack files: `python -m docs.reference.config_page`."""

import sys
from pathlib import Path

from docs.reference.tables import rows, table
from slipway.config.app import App
from slipway.config.base import Section
from slipway.config.load import CHECKOUT, NAMESPACE, sections
from slipway.contract import read
from slipway.contract.choosing import settings_type

SAMPLE = "app/app.yaml"
"""The contract whose settings the page shows: other apps have others."""

PAGE = Path(__file__).with_name("config.md")

_HEAD = """# Stack files

Every key of `Pulumi.<stack>.yaml`, made by `make reference` from the types that check it. Keys without a default are
required inside their section. A wrong file is refused whole, before the first resource, with every mistake named.
[stack.schema.json](stack.schema.json) is the same for editors, which find it by the first line of each sample file.
`settings` of `slipway:app` are those of the sample, `app/app.yaml`; another [app contract](app-contract.md) has others.
"""


def page() -> str:
    """The whole page."""
    parts = [_HEAD]
    for name, (section, required) in sections().items():
        parts.append(f"## `{NAMESPACE}:{name}`\n\n{_first(section)}{'' if required else ' Optional.'}\n")
        own = rows(settings_type(read(CHECKOUT / SAMPLE)), "settings.") if section is App else ()
        parts.append("\n".join([*table(section), *own]) + "\n")
    return "\n".join(parts)


def _first(section: type[Section]) -> str:
    doc = " ".join((section.__doc__ or "").split())
    return doc.split(". ", 1)[1] if doc.startswith("`") and ". " in doc else doc


if __name__ == "__main__":
    sys.exit(0 if PAGE.write_text(page(), encoding="utf-8") else 1)
