# ruff: noqa: INP001  # a script beside its pictures, not a package
"""Retake the pictures of the page: `python -m docs.pictures.take MODEL_FOLDER`.

MODEL_FOLDER is a model version, such as the one that `make rehearse` pulls to `.slipway/model`. Needs what the tests
need, and Chromium.
"""

import argparse
import io
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, expect

from app.scoring import manifest
from app.scoring.views import page as page_view
from tests.support import chromium
from tests.support.service import running

FOLDER = Path(__file__).parent
PHONE = {"is_mobile": True, "has_touch": True, "device_scale_factor": 2}


def nothing(_page: Page) -> None:
    """The page as it opens."""


def sample(name: str) -> Callable[[Page], None]:
    """Choose a sample. Twice, as the first answer of a new process takes longer than those that people see."""

    def click(page: Page) -> None:
        for _ in range(2):
            page.get_by_role("button", name=name).click()
            expect(page.locator("#result")).to_be_visible()

    return click


def no_picture(page: Page) -> None:
    """Send what the service refuses."""
    page.locator("#file").set_input_files(
        FilePayload(name="invoice.pdf", mimeType="application/pdf", buffer=b"%PDF-2.0")
    )
    expect(page.locator("#failure")).to_be_visible()


@dataclass(frozen=True)
class Shot:
    """One picture: `name`.png after `act`, as wide as `width` and as high as the page is."""

    name: str
    act: Callable[[Page], None]
    width: int = 1280
    scheme: Literal["light", "dark"] = "light"
    device: dict[str, Any] = field(default_factory=dict)


SHOTS = (
    Shot("invitation", nothing),
    Shot("light", sample("Cup of coffee")),
    Shot("dark", sample("Cat"), scheme="dark"),
    Shot("phone", sample("Palace"), width=360, device=PHONE),
    Shot("phone-dark", sample("Rocket"), width=360, scheme="dark", device=PHONE),
    Shot("error", no_picture, scheme="dark"),
)


def commit() -> str:
    """The commit that is checked out, for the page to show."""
    asked = ["git", "rev-parse", "HEAD"]
    return subprocess.run(asked, cwd=FOLDER, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603  # a fixed command


def take(browser: Browser, url: str, shot: Shot) -> Path:
    """Take one picture of the page at `url`."""
    context = browser.new_context(
        color_scheme=shot.scheme,
        reduced_motion="reduce",
        viewport={"width": shot.width, "height": 900},
        **shot.device,
    )
    page = context.new_page()
    page.goto(url)
    expect(page.locator("#model-facts")).not_to_be_empty()
    shot.act(page)
    # A window as high as the page, rather than Playwright's full-page picture, which forgets that a phone has touch.
    page.set_viewport_size({"width": shot.width, "height": page.evaluate("document.documentElement.scrollHeight")})
    page.mouse.move(0, 0)
    taken = page.screenshot()
    context.close()
    path = FOLDER / f"{shot.name}.png"
    with Image.open(io.BytesIO(taken)) as picture:
        few = picture.convert("RGB")
        few.quantize(palette=palette(few, shot.scheme)).save(path, optimize=True)
    return path


def palette(picture: Image.Image, scheme: str) -> Image.Image:
    """256 colours: those of the theme as they are, which a photo would crowd out, and what suits the rest best."""
    light, dark = (page_view.FOLDER / "theme.css").read_text(encoding="utf-8").split("@media")
    theme = [bytes.fromhex(colour) for colour in re.findall(r"#([0-9a-f]{6});", light if scheme == "light" else dark)]
    found = bytes(picture.quantize(256 - len(theme)).getpalette() or [])
    # Pillow may take a neighbour of an exact match: there must be none.
    rest = [colour for at in range(0, len(found), 3) if not _is_near(colour := found[at : at + 3], theme)]
    made = Image.new("P", (1, 1))
    made.putpalette(b"".join([*theme, *rest]))
    return made


def _is_near(colour: bytes, others: list[bytes]) -> bool:
    return any(max(abs(a - b) for a, b in zip(colour, other, strict=True)) < 8 for other in others)


def main() -> int:
    """Take every picture. Exits 2 where the model or the browser is missing."""
    parser = argparse.ArgumentParser(
        prog="python -m docs.pictures.take", description="Retake the pictures of the page."
    )
    parser.add_argument("model", type=Path, metavar="MODEL_FOLDER", help="folder of one model version")
    model = parser.parse_args().model
    try:
        manifest.read(model)
    except manifest.ManifestError as error:
        parser.error(str(error))
    path = chromium.find()
    if path is None:
        parser.error(f"no Chromium on PATH: looked for {', '.join(chromium.NAMES)}")
    with (
        tempfile.TemporaryDirectory() as folder,
        running(model.resolve(), Path(folder) / "log", commit=commit(), build="local") as service,
        chromium.launched(path) as browser,
    ):
        for shot in SHOTS:
            taken = take(browser, f"{service.url}/", shot)
            sys.stdout.write(f"{taken.name} {taken.stat().st_size / 1000:.0f} kB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
