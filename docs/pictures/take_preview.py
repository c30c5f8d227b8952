# ruff: noqa: INP001  # a script beside its pictures, not a package
"""Retake the pictures of the preview: `python -m docs.pictures.take_preview`.

Needs what the tests need, and Chromium. The change is made up: the small environment of the tests, with a bigger
machine, a new model, an open door and a tag.
"""

import tempfile
from pathlib import Path
from typing import Literal

from delivery.preview.forms import html
from tests.delivery.preview.estate import OTHER_DIGEST, changed
from tests.delivery.preview.test_seeded_changes import both, put, release, remove
from tests.support import chromium

FOLDER = Path(__file__).parent
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def main() -> None:
    """Write preview-light.png and preview-dark.png beside this file."""
    path = chromium.find()
    if path is None:
        raise SystemExit(f"no Chromium on PATH: looked for {', '.join(chromium.NAMES)}")
    edit = both(
        put("AgentPool/app", "vmSize", "Standard_D8s_v5"),
        put("StorageAccount/models", "networkRuleSet.defaultAction", "Allow"),
        put("BuildDefinition/release", "name", "release-all"),
        put("ResourceGroup/group", "tags", {"workload": "scoring", "environment": "prod", "costCentre": "42"}),
        release(digest=OTHER_DIGEST, model="resnet/8"),
        remove("PublicIPAddress/address"),
    )
    with tempfile.TemporaryDirectory() as folder, chromium.launched(path) as browser:
        file = Path(folder) / "preview.html"
        file.write_text(html.render(changed(edit)), encoding="utf-8")
        for scheme in SCHEMES:
            page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
            page.goto(file.as_uri())
            page.screenshot(path=FOLDER / f"preview-{scheme}.png")


if __name__ == "__main__":
    main()
