"""The page says in plain words that something failed, claims no cause that it cannot know, and advises."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, Route, expect

from tests.support import pictures

from . import gestures
from .conftest import Visit

pytestmark = pytest.mark.browser

TAKES = "This service takes JPEG, PNG, WebP or GIF, up to 10.4 MB and 64 megapixels."


def expect_failure(page: Page, title: str, advice: str, *, again: bool) -> None:
    expect(page.locator("#failure-title")).to_have_text(title)
    expect(page.locator("#failure-advice")).to_have_text(advice)
    expect(page.get_by_role("alert").filter(has_text=title)).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_be_visible(visible=again)
    expect(page.locator("#result")).to_be_hidden()
    expect(page.locator("#answer")).to_have_attribute("aria-busy", "false")


ERRORS = {
    400: ("The service did not accept the request", "Something on the way may have changed it. Try again.", True),
    404: ("The service refused the request", "The status is 404. Reload this page, then try again.", False),
    408: ("Sending took too long", "The connection may be slow. Try again, or send a smaller picture.", True),
    413: ("This picture is too big", f"{TAKES} Save it smaller and try again.", False),
    415: (
        "This is not a picture that the service reads",
        f"{TAKES} Save it in one of these formats and try again.",
        False,
    ),
    422: (
        "The service cannot classify this picture",
        "The file may be damaged or have an unusual shape. Save it again, or choose another one.",
        False,
    ),
    429: ("Too many pictures in a short time", "Wait a little, then try again.", True),
    500: ("Something failed on the server's side", "The status is 500. Try again in a while.", True),
    503: ("The service cannot answer now", "It may be busy, starting or stopping.", True),
}
"""Title and advice for a status, and true where the page offers to try again."""


def test_every_error_of_the_service_is_explained(visit: Visit) -> None:
    page = visit.open()
    for status, (title, advice, again) in ERRORS.items():
        visit.answer(gestures.refusing(status))
        gestures.choose(page, gestures.picture("red"))

        expect_failure(page, title, advice, again=again)
        expect(page.locator("#failure-detail")).to_have_text("The service says: the reason · Request d4f1")
        visit.answer_again()


@pytest.mark.parametrize(
    ("name", "content", "title"),
    [
        ("notes.txt", b"no picture at all", "This is not a picture that the service reads"),
        ("torn.jpg", pictures.plain("red", (640, 480), "JPEG")[:400], "The service cannot classify this picture"),
        ("line.png", pictures.plain("red", (4000, 16)), "The service cannot classify this picture"),
    ],
)
def test_the_service_itself_refuses_what_is_no_good_picture(page: Page, name: str, content: bytes, title: str) -> None:
    gestures.choose(page, gestures.file(name, content))

    expect(page.locator("#failure-title")).to_have_text(title)
    expect(page.locator("#failure-detail")).to_contain_text("The service says: ")


def test_an_error_page_of_something_on_the_way_is_not_shown(visit: Visit) -> None:
    visit.answer(lambda route: route.fulfill(status=502, content_type="text/html", body="<h1>Bad gateway</h1>"))
    page = visit.open()
    gestures.choose(page, gestures.picture("red"))

    expect_failure(
        page, "Something failed on the server's side", "The status is 502. Try again in a while.", again=True
    )
    expect(page.locator("#failure-detail")).to_be_hidden()


@pytest.mark.parametrize("body", ["<h1>Welcome to the hotel</h1>", '{"welcome": "to the hotel"}', "null"])
def test_an_answer_of_something_else_is_a_failure(visit: Visit, body: str) -> None:
    visit.answer(lambda route: route.fulfill(status=200, body=body))
    page = visit.open()
    gestures.choose(page, gestures.picture("red"))

    expect(page.locator("#failure-title")).to_have_text("The answer cannot be read")


def test_a_fault_of_the_page_blames_the_page_and_is_left_in_the_console(visit: Visit) -> None:
    page = visit.open()
    page.evaluate("() => { URL.createObjectURL = () => { throw new Error('a fault'); }; }")
    gestures.choose(page, gestures.picture("red"))

    advice = "Reload it, then try again. The browser's console holds the cause."
    expect_failure(page, "This page has failed", advice, again=True)
    assert [complaint.splitlines()[0] for complaint in visit.complaints] == ["console error: Error: a fault"]
    visit.complaints.clear()


def test_a_lost_connection_is_said_and_trying_again_helps(visit: Visit) -> None:
    page = visit.open()
    visit.answer(lambda route: route.abort("connectionrefused"))
    gestures.choose(page, gestures.picture("green"))
    expect_failure(page, "The connection to the service failed", "Check your connection, then try again.", again=True)

    visit.answer_again()
    page.get_by_role("button", name="Try again").click()

    expect(page.locator(".label").first).to_have_text("green")
    expect(page.locator("#failure")).to_be_hidden()


@pytest.mark.parametrize(
    ("limits", "found"),
    [
        ({"max_body_bytes": 100}, "It has 200 bytes."),
        ({"max_pixels": 3071}, "It has 64 \u00d7 48 pixels."),
    ],
)
def test_a_picture_beyond_the_limits_is_not_even_sent(visit: Visit, limits: dict[str, int], found: str) -> None:
    visit.describe(limits=limits)
    page = visit.open()
    gestures.choose(page, gestures.file("red.png", pictures.plain("red").ljust(200, b"\0")))

    expect(page.locator("#failure-title")).to_have_text("This picture is too big")
    expect(page.locator("#failure-advice")).to_contain_text(f"{found} This service takes JPEG")
    assert visit.questions == []


@pytest.mark.parametrize(
    ("fault", "title", "again"),
    [
        # A file that was moved since it was chosen.
        (
            "Blob.prototype.arrayBuffer = () => Promise.reject(new DOMException('', 'NotReadableError'))",
            "This file cannot be opened",
            False,
        ),
        # The half minute that an answer may take, over at once.
        ("AbortSignal.timeout = () => AbortSignal.abort()", "There was no answer within half a minute", True),
    ],
)
def test_what_the_browser_reports_is_explained(page: Page, fault: str, title: str, *, again: bool) -> None:
    page.evaluate(f"() => {{ {fault} }}")
    gestures.choose(page, gestures.picture("red"))

    expect(page.locator("#failure-title")).to_have_text(title)
    expect(page.get_by_role("button", name="Try again")).to_be_visible(visible=again)


def test_an_empty_file_is_not_sent(visit: Visit) -> None:
    page = visit.open()
    gestures.choose(page, gestures.file("empty.png", b""))

    expect_failure(page, "This file is empty", "Choose another one.", again=False)
    assert visit.questions == []


@pytest.mark.parametrize(
    ("hand_over", "files", "words"),
    [
        (
            gestures.drop,
            [],
            "No file was dropped. Save the picture first, or copy the picture itself and paste it here.",
        ),
        (gestures.drop, [gestures.picture("red")] * 2, "These are several files. Drop one picture at a time."),
        (gestures.paste, [], "There is no picture to paste. Copy a picture first, then paste it here."),
    ],
)
def test_what_is_no_picture_leaves_the_answer_alone(
    visit: Visit, hand_over: Any, files: list[FilePayload], words: str
) -> None:
    page = visit.open()
    gestures.choose(page, gestures.picture("blue"))
    expect(page.locator("#result")).to_be_visible()

    hand_over(page, *files)

    expect(page.locator("#notice")).to_have_text(words)
    expect(page.locator("#notice")).to_have_role("alert")
    expect(page.locator(".label").first).to_have_text("blue")
    assert len(visit.questions) == 1
    gestures.choose(page, gestures.picture("red"))
    expect(page.locator("#notice")).to_be_empty()


def test_a_dropped_folder_is_named_as_such(page: Page) -> None:
    page.evaluate("() => { DataTransferItem.prototype.webkitGetAsEntry = () => ({ isDirectory: true }); }")
    gestures.drop(page, gestures.file("holiday", b""))

    expect(page.locator("#notice")).to_have_text("This is a folder. Drop one picture out of it.")


@pytest.mark.parametrize(
    ("reply", "title", "advice"),
    [
        (
            lambda route: route.abort("connectionrefused"),
            "The connection to the service failed",
            "Check your connection, then try again.",
        ),
        (
            gestures.refusing(404),
            "This sample did not arrive",
            "The status is 404. Try again, or choose a picture of your own.",
        ),
    ],
    ids=["connection", "status"],
)
def test_a_sample_that_does_not_arrive_leaves_no_picture_behind(
    visit: Visit, reply: Callable[[Route], None], title: str, advice: str
) -> None:
    page = visit.open()
    gestures.choose(page, gestures.picture("blue"))
    expect(page.locator("#result")).to_be_visible()
    page.route("**/samples/cat.jpg", reply)

    page.get_by_role("button", name="Cat").click()

    expect_failure(page, title, advice, again=True)
    expect(page.locator("#shown")).to_be_hidden()
    expect(page.get_by_text("Drop a picture here")).to_be_visible()


def test_the_page_works_without_the_facts(visit: Visit) -> None:
    visit.page.route("**/version", gestures.refusing(503))
    page = visit.page
    page.goto(f"{visit.origin}/")
    gestures.choose(page, gestures.picture("green"))

    expect(page.locator(".label").first).to_have_text("green")
    expect(page.locator("#rest")).to_be_empty()
