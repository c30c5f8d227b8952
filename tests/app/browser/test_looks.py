"""Both themes, phone and desk: readable, whole, and still where people asked for stillness."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from . import gestures
from .conftest import Visit

pytestmark = pytest.mark.browser

PHONE = {"is_mobile": True, "has_touch": True, "device_scale_factor": 2}
LONG = "Great Pyrenees with an extraordinarily long name, and supercalifragilisticexpialidocious-without-a-break"

# Text against what is painted behind it, by the formula of WCAG 2: 4.5 is needed, 3 for large text.
_FAINT = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const paint = (colours) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const luminance = ([r, g, b]) => [r, g, b]
    .map((part) => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const ground = (element) => getComputedStyle(element).backgroundColor;
  const grounds = (element) => element ? [...grounds(element.parentElement), ground(element)] : [];
  const faint = [], seen = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || seen.has(element)) continue;
    if (!element.checkVisibility({ visibilityProperty: true })) continue;
    seen.add(element);
    const style = getComputedStyle(element), size = parseFloat(style.fontSize);
    const both = [paint(grounds(element)), paint([...grounds(element), style.color])];
    const [light, dark] = both.map(luminance).sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    const needed = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    if (ratio < needed) faint.push(`${element.tagName} ${element.id} ${element.className} ${ratio.toFixed(2)}`);
  }
  return { faint, texts: seen.size };
}"""

_OVERFLOW = """() => [...document.querySelectorAll("body *")]
  .filter((element) => element.checkVisibility() && !element.closest(".visually-hidden, pre, svg"))
  .map((element) => [element, element.getBoundingClientRect()])
  .filter(([, { left, right }]) => left < 0 || right > innerWidth + 0.5)
  .map(([element]) => `${element.tagName} ${element.id} ${element.className}`)"""

_SMALL = """() => [...document.querySelectorAll("button, summary, a")]
  .filter((element) => element.checkVisibility())
  .map((element) => [element.id || element.textContent.trim() || element.dataset.file, element.getBoundingClientRect()])
  .filter(([, { width, height }]) => width < 24 || height < 24)
  .map(([name]) => name)"""


def show_answer(visit: Visit, page: Page) -> None:
    visit.describe(model={"sha256": gestures.SHA256})
    odd = gestures.answer(
        (LONG, 0.184),
        ("kuvasz", 0.12),
        outputs={"o" * 90: [{"index": 0, "label": LONG, "probability": 0.5}]},
        model={"name": "m" * 63, "version": "999999999", "sha256": gestures.SHA256},
        code={"commit": "c0ffee" * 6, "build": "b" * 90},
        request_id="r" * 64,
    )
    visit.answer(lambda route: route.fulfill(json=odd))
    gestures.choose(page, gestures.file("n" * 120 + ".png", b"not shown"))
    expect(page.locator("#doubt")).to_be_visible()
    page.locator(".developer summary").click()
    page.locator(".credits summary").click()


def show_failure(visit: Visit, page: Page) -> None:
    problem = {"detail": "d" * 300, "request_id": "r" * 64}
    visit.answer(lambda route: route.fulfill(status=503, headers={"Retry-After": "30"}, body=json.dumps(problem)))
    gestures.choose(page, gestures.picture("red"))
    expect(page.locator("#countdown")).to_be_visible()
    gestures.paste(page)
    expect(page.locator("#notice")).not_to_be_empty()


STATES: dict[str, Callable[[Visit, Page], None]] = {
    "invitation": lambda _visit, _page: None,
    "answer": show_answer,
    "failure": show_failure,
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(enter: Callable[..., Visit], scheme: str) -> None:
    visit = enter(color_scheme=scheme)
    page = visit.open()
    for state, show in STATES.items():
        show(visit, page)
        found = page.evaluate(_FAINT)
        assert found["faint"] == [], state
        assert found["texts"] > 10, state
        visit.keep(f"{scheme}-{state}")


def test_the_two_themes_differ(enter: Callable[..., Visit]) -> None:
    grounds = [
        enter(color_scheme=scheme).open().evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    ]

    assert grounds == ["rgb(244, 242, 236)", "rgb(14, 22, 28)"]


@pytest.mark.parametrize(
    "size", [(320, 640), (360, 740), (740, 360), (800, 1100), (1280, 800)], ids=lambda s: f"{s[0]}x{s[1]}"
)
def test_nothing_runs_out_of_the_window_or_is_too_small_to_hit(
    enter: Callable[..., Visit], size: tuple[int, int]
) -> None:
    width, height = size
    phone: dict[str, Any] = PHONE if min(size) < 500 else {}
    visit = enter(viewport={"width": width, "height": height}, **phone)
    page = visit.open()
    for state, show in STATES.items():
        show(visit, page)
        assert page.evaluate("document.documentElement.scrollWidth") == width, state
        assert page.evaluate(_OVERFLOW) == [], state
        assert page.evaluate(_SMALL) == [], state
        visit.keep(f"{width}x{height}-{state}")


def test_a_phone_is_offered_its_camera_and_a_desk_is_not(enter: Callable[..., Visit]) -> None:
    camera = enter(**PHONE).open().get_by_role("button", name="Take a photo")
    expect(camera).to_be_visible()
    with camera.page.expect_file_chooser() as dialogue:
        camera.tap()
    assert dialogue.value.element.get_attribute("capture") == "environment"
    dialogue.value.set_files([gestures.picture("green")])
    expect(camera.page.locator(".label").first).to_have_text("green")

    expect(enter().open().get_by_role("button", name="Take a photo")).to_be_hidden()


def test_picture_and_answer_are_in_view_together_on_a_phone(enter: Callable[..., Visit]) -> None:
    page = enter(**PHONE, viewport={"width": 360, "height": 740}).open()
    page.get_by_role("button", name="Cat").tap()
    expect(page.locator("#result")).to_be_visible()

    expect(page.locator("#shown")).to_be_in_viewport(ratio=0.99)
    expect(page.locator("#classes li").nth(1)).to_be_in_viewport(ratio=0.99)


def test_desk_shows_picture_and_classes_side_by_side(page: Page) -> None:
    gestures.choose(page, gestures.picture("red"))
    expect(page.locator("#result")).to_be_visible()
    picture, classes = page.locator("#stage").bounding_box(), page.locator("#classes").bounding_box()

    assert picture is not None
    assert classes is not None
    assert picture["x"] + picture["width"] < classes["x"]
    assert picture["y"] < classes["y"] + classes["height"] < 800


@pytest.mark.parametrize(("motion", "animations"), [("reduce", 0), ("no-preference", 5)])
def test_bars_grow_only_where_motion_is_welcome(enter: Callable[..., Visit], motion: str, animations: int) -> None:
    page = enter(reduced_motion=motion).open()
    gestures.choose(page, gestures.picture("red"))
    expect(page.locator("meter")).to_have_count(5)

    names = page.locator("meter").evaluate_all("meters => meters.map((meter) => getComputedStyle(meter).animationName)")

    assert names.count("grow") == animations
    assert names.count("none") == 5 - animations


def test_the_bars_are_as_long_as_their_probability(page: Page) -> None:
    page.get_by_role("button", name="Cat").click()
    expect(page.locator("meter")).to_have_count(5)
    page.set_viewport_size({"width": 1280, "height": 1000})

    track = page.locator(".track").first
    box = track.bounding_box()
    assert box is not None
    # Seen, not asked: a row of pixels low in the track, first in the bar's colour, then in the track's.
    low = box["y"] + box["height"] * 0.75
    seen = page.screenshot(clip={"x": box["x"], "y": low, "width": box["width"], "height": 1})
    with Image.open(io.BytesIO(seen)) as row:
        reds = row.convert("RGB").getchannel("R").tobytes()
    value = page.locator("meter").first.evaluate("meter => meter.value")

    assert sum(red < 205 for red in reds) / len(reds) == pytest.approx(value, abs=0.01)


def test_the_window_is_marked_while_a_picture_is_dragged_over_it(page: Page) -> None:
    carried = page.evaluate_handle("new DataTransfer()")
    page.dispatch_event("body", "dragover", {"dataTransfer": carried})
    expect(page.get_by_text("Drop it")).to_be_visible()
    expect(page.get_by_text("Drop a picture here")).to_be_hidden()

    page.dispatch_event("body", "dragleave", {})
    expect(page.get_by_text("Drop it")).to_be_hidden()
