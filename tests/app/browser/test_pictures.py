"""A picture comes in by every way, and its answer tells what it is, how long it took and who says so."""

import json
import shlex
import shutil
import subprocess
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, Route, expect

from tests.support import pictures
from tests.support.service import Service
from tests.support.waiting import PATIENCE

from . import gestures
from .conftest import Visit

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("hand_over", [gestures.choose, gestures.drop, gestures.paste], ids=lambda way: way.__name__)
def test_a_picture_is_shown_and_answered(visit: Visit, hand_over: Callable[[Page, FilePayload], None]) -> None:
    page = visit.open()
    picture = gestures.picture("red")
    hand_over(page, picture)

    expect(page.locator("#classes li")).to_have_count(5)
    expect(page.locator("#classes li").first.locator(".label")).to_have_text("red")
    expect(page.get_by_role("img", name="The picture red.png")).to_be_visible()
    expect(page.locator("#caption")).to_have_text(f"red.png · PNG, 64 \u00d7 48 · {len(picture['buffer'])} bytes")
    assert page.locator("#shown").evaluate("image => image.naturalWidth") == 64
    assert len(visit.questions) == 1
    assert visit.questions[0].url.endswith("/v1/classify")
    assert visit.questions[0].method == "POST"
    assert visit.questions[0].headers["content-type"] == "image/png"


def test_the_picture_is_sent_as_it_is(visit: Visit) -> None:
    sent: list[bytes | None] = []

    def listen_in(route: Route) -> None:
        sent.append(route.request.post_data_buffer)
        route.continue_()

    visit.answer(listen_in)
    page = visit.open()
    picture = gestures.picture("blue")
    gestures.choose(page, picture)

    expect(page.locator(".label").first).to_have_text("blue")
    assert sent == [picture["buffer"]]


def test_a_picture_dropped_elsewhere_does_not_replace_the_page(page: Page) -> None:
    drop = "new DragEvent('drop', { dataTransfer: new DataTransfer(), bubbles: true, cancelable: true })"

    assert page.locator("footer").evaluate(f"footer => !footer.dispatchEvent({drop})"), "not left to the browser"


def test_the_answer_tells_probabilities_time_and_origin(visit: Visit) -> None:
    page = visit.open()
    purple = pictures.encoded(Image.new("RGB", (64, 48), (150, 40, 130)), "PNG")
    gestures.choose(page, gestures.file("purple.png", purple))

    expect(page.locator("#result")).to_be_visible()
    shares = page.locator(".share").all_inner_texts()
    meters = page.locator("meter").evaluate_all("meters => meters.map(({ value }) => value)")
    assert shares == [f"{value * 100:.1f}%" for value in meters]
    assert meters == sorted(meters, reverse=True)
    assert sum(meters) == pytest.approx(1, abs=1e-5)

    times = dict(
        zip(page.locator("#times dt").all_inner_texts(), page.locator("#times dd").all_inner_texts(), strict=True)
    )
    assert [name for name in times if name != "Other"] == ["Queue", "Decode", "Inference", "Network"]
    assert all(value.endswith((" ms", " s")) for value in times.values())
    expect(page.locator("#round-trip")).to_contain_text("s")

    origin = dict(
        zip(page.locator("#origin dt").all_inner_texts(), page.locator("#origin dd").all_inner_texts(), strict=True)
    )
    response = visit.questions[0].response()
    assert response is not None
    body = response.json()
    assert origin == {
        "Model": "colours, version 1",
        "SHA-256": f"{body['model']['sha256'][:16]}…",
        "Commit": "c0ffee",
        "Build": "77",
        "Request": body["request_id"],
    }


@pytest.mark.parametrize(
    ("total", "names"), [(7.1, "Queue Decode Inference Network"), (8, "Queue Decode Inference Other Network")]
)
def test_the_strip_of_time_is_whole(visit: Visit, total: float, names: str) -> None:
    timings = {"queue": 0.1, "decode": 2.0, "inference": 5.0, "total": total}
    visit.answer(lambda route: route.fulfill(json=gestures.answer(("red", 1.0), timings_ms=timings)))
    page = visit.open()
    gestures.choose(page, gestures.picture("red"))
    expect(page.locator("#times dt")).to_have_text(names.split())

    edges = page.locator("#strip rect").evaluate_all(
        "parts => parts.map((part) => [part.x.baseVal.value, part.width.baseVal.value])"
    )

    assert len(edges) == len(names.split())
    assert edges[0][0] == 0
    for (x, width), (following, _) in zip(edges, [*edges[1:], (100, 0)], strict=True):
        assert x + width == pytest.approx(following, abs=0.01)


def test_what_is_unlikely_or_certain_is_not_rounded_to_0_or_100_percent(visit: Visit) -> None:
    shares = (("sure", 0.99996), ("rare", 0.00004), ("never", 0.0))
    visit.answer(lambda route: route.fulfill(json=gestures.answer(*shares)))
    page = visit.open()
    gestures.choose(page, gestures.picture("red"))

    expect(page.locator(".share")).to_have_text(["> 99.9%", "< 0.1%", "0.0%"])


@pytest.mark.parametrize("name", ["Cat", "Palace"])
def test_a_sample_is_a_click_away(page: Page, name: str) -> None:
    sample = page.get_by_role("button", name=name)
    sample.click()

    expect(page.locator("#result")).to_be_visible()
    expect(sample).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#shown")).to_have_attribute("alt", name)
    expect(page.locator("#caption")).to_contain_text(f"{name.lower()}.jpg · JPEG, ")
    gestures.paste(page, gestures.picture("red"))
    expect(sample).to_have_attribute("aria-pressed", "false")


def test_a_newer_picture_ends_the_older_question(visit: Visit) -> None:
    page = visit.open()
    with visit.unanswered():
        with page.expect_request("**/v1/classify*") as older:
            gestures.choose(page, gestures.picture("red"))
        with page.expect_event("requestfailed") as ended:
            gestures.choose(page, gestures.picture("blue"))

        assert ended.value == older.value
        assert ended.value.failure == "net::ERR_ABORTED"
        expect(page.locator(".label").first).to_have_text("blue")
        assert len(visit.questions) == 2


def test_an_older_answer_is_not_left_beside_a_newer_picture(visit: Visit) -> None:
    page = visit.open()
    gestures.choose(page, gestures.picture("red"))
    expect(page.locator("#result")).to_be_visible()

    with visit.unanswered():
        gestures.choose(page, gestures.picture("blue"))
        expect(page.get_by_role("img", name="The picture blue.png")).to_be_visible()
        expect(page.locator("#result")).to_be_hidden()
        expect(page.locator("#waiting")).to_be_visible()


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on PATH")
def test_the_command_for_developers_gets_the_shown_answer(page: Page) -> None:
    page.get_by_role("button", name="Flower").click()
    expect(page.locator("#result")).to_be_visible()
    page.locator(".developer summary").click()
    command = page.locator("#command").inner_text()

    done = subprocess.run(["sh", "-c", command], capture_output=True, check=True, timeout=PATIENCE)

    assert json.loads(done.stdout)["classes"][0]["label"] == page.locator(".label").first.inner_text().lower()


def test_the_command_quotes_what_the_shell_would_read_otherwise(page: Page, service: Service) -> None:
    name = 'it\'s $(my) "cat".png'
    gestures.choose(page, gestures.file(name, pictures.plain("red")))
    expect(page.locator("#result")).to_be_visible()

    words = shlex.split((page.locator("#command").text_content() or "").replace("\\\n", " "))

    data = ["--data-binary", f"@{name}"]
    assert words == ["curl", "-H", "Content-Type: image/png", *data, f"{service.url}/v1/classify"]
