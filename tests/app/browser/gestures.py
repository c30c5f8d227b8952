"""Gestures that hand a picture to the page, and answers that stand in for the service's."""

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import FilePayload, JSHandle, Page, Route

from tests.support import pictures

_TRANSFER = """files => {
  const transfer = new DataTransfer();
  for (const { name, type, bytes } of files) transfer.items.add(new File([new Uint8Array(bytes)], name, { type }));
  return transfer;
}"""
_PASTE = "(body, clipboardData) => body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }))"


SHA256 = "ab" * 32
"""The model that gives `answer`."""


def picture(colour: str) -> FilePayload:
    """A plain picture as a file of the person's machine."""
    return file(f"{colour}.png", pictures.plain(colour))


def file(name: str, content: bytes, media_type: str = "image/png") -> FilePayload:
    """Any file of the person's machine."""
    return FilePayload(name=name, mimeType=media_type, buffer=content)


def choose(page: Page, *files: FilePayload) -> None:
    """Pick in the dialogue that the button opens."""
    with page.expect_file_chooser() as dialogue:
        page.get_by_role("button", name="Choose a picture").click()
    dialogue.value.set_files(list(files))


def drop(page: Page, *files: FilePayload) -> None:
    """Drag files over the window and let go beside the frame."""
    carried = _transfer(page, *files)
    page.dispatch_event("body", "dragover", {"dataTransfer": carried})
    page.dispatch_event("body", "drop", {"dataTransfer": carried})


def paste(page: Page, *files: FilePayload) -> None:
    """Paste from the clipboard, wherever the focus is."""
    page.locator("body").evaluate(_PASTE, _transfer(page, *files))


def answer(*classes: tuple[str, float], **changes: Any) -> dict[str, Any]:  # parts of a JSON document
    """An answer as the service gives it."""
    return {
        "model": {"name": "colours", "version": "1", "sha256": SHA256},
        "code": {"commit": "c0ffee", "build": "77"},
        "image": {"format": "PNG", "width": 64, "height": 48},
        "classes": [
            {"index": index, "label": label, "probability": probability}
            for index, (label, probability) in enumerate(classes)
        ],
        "timings_ms": {"queue": 0.1, "decode": 2.0, "inference": 5.0, "total": 8.0},
        "request_id": "d4f1",
    } | changes


def refusing(status: int, retry_after: str | None = None) -> Callable[[Route], None]:
    """Answer with a problem document."""
    headers = {"Content-Type": "application/problem+json"} | ({"Retry-After": retry_after} if retry_after else {})
    problem = json.dumps({"detail": "the reason", "request_id": "d4f1"})
    return lambda route: route.fulfill(status=status, headers=headers, body=problem)


def _transfer(page: Page, *files: FilePayload) -> JSHandle:
    parts = [{"name": f["name"], "type": f["mimeType"], "bytes": list(f["buffer"])} for f in files]
    return page.evaluate_handle(_TRANSFER, parts)
