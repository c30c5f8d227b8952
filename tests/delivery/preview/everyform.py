"""One report in every form there is."""

import io
import json

from rich.console import Console

from delivery.preview.drawing import draw
from delivery.preview.forms import html, markdown, svg, terminal
from delivery.preview.nodes import nodes
from delivery.preview.report import Report, to_json


def on_terminal(shown: Report, width: int = 120, *, everything: bool = True, terminal_like: bool = False) -> str:
    said = io.StringIO()
    console = Console(file=said, width=width, force_terminal=terminal_like, color_system="truecolor")
    terminal.write(shown, console, everything=everything)
    return said.getvalue()


def every_form(shown: Report) -> dict[str, str]:
    """The text of each form; the JSON also with its escapes undone."""
    published = to_json(shown).decode()
    return {
        "wide terminal": on_terminal(shown, 200, terminal_like=True),
        "narrow terminal": on_terminal(shown, 40),
        "comment on GitHub": markdown.render(shown, markdown.GITHUB, "https://example.com/"),
        "comment on Azure Repos": markdown.render(shown, markdown.AZURE_DEVOPS),
        "page": html.render(shown),
        "picture": svg.picture(draw(nodes(shown)), shown.headline),
        "JSON": published,
        "JSON, read": json.dumps(json.loads(published), ensure_ascii=False),
    }
