"""The page without a mouse and without sight: keys, focus, names, announcements."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from . import gestures
from .conftest import Visit

pytestmark = pytest.mark.browser

SAMPLES = ["Cat", "Cup of coffee", "Man with a camera", "Rocket", "Flower", "Palace"]


def focused(page: Page) -> Locator:
    return page.locator("*:focus")


def test_the_tab_key_reaches_everything_once_and_shows_where_it_is(page: Page) -> None:
    stops = []
    for _ in range(6):
        page.keyboard.press("Tab")
        stop = focused(page)
        stops.append(stop.get_attribute("id") or stop.inner_text() or stop.locator("img").get_attribute("alt"))
        outline = stop.evaluate("element => getComputedStyle(element).outline")
        assert "solid 3px" in outline, stops

    # The command and its button are inside the closed disclosure.
    assert stops == ["choose", "Cat", "As curl", "API description", "Version", "Picture credits"]


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_key_opens_the_file_dialogue(page: Page, key: str) -> None:
    page.get_by_role("button", name="Choose a picture").focus()
    with page.expect_file_chooser() as dialogue:
        page.keyboard.press(key)

    assert not dialogue.value.is_multiple()
    dialogue.value.set_files([gestures.picture("blue")])
    expect(page.locator(".label").first).to_have_text("blue")


def test_arrow_keys_walk_the_samples_and_wrap(page: Page) -> None:
    samples = page.get_by_role("toolbar", name="Or try an everyday picture").get_by_role("button")
    expect(samples).to_have_count(len(SAMPLES))
    page.get_by_role("button", name="Choose a picture").focus()
    page.keyboard.press("Tab")
    walk = {
        "ArrowRight": "Cup of coffee",
        "ArrowDown": "Man with a camera",
        "ArrowLeft": "Cup of coffee",
        "End": "Palace",
    }
    for key, name in [
        *walk.items(),
        ("ArrowRight", "Cat"),
        ("ArrowLeft", "Palace"),
        ("Home", "Cat"),
        ("ArrowUp", "Palace"),
    ]:
        page.keyboard.press(key)
        expect(samples.and_(focused(page))).to_have_accessible_name(name)

    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    expect(focused(page)).to_have_accessible_name("Palace")


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_sample_is_chosen_by_key_and_keeps_the_focus(page: Page, key: str) -> None:
    page.get_by_role("button", name="Rocket").focus()
    page.keyboard.press(key)

    expect(page.locator("#result")).to_be_visible()
    expect(focused(page)).to_have_accessible_name("Rocket")


def test_the_answer_is_announced_and_a_failure_alerts(visit: Visit) -> None:
    page = visit.open()
    status = page.locator("#announcement")
    expect(status).to_have_role("status")
    visit.answer(lambda route: route.fulfill(json=gestures.answer(("tabby", 0.7312), ("tiger cat", 0.2))))
    gestures.choose(page, gestures.picture("red"))
    expect(status).to_have_text("Answer: tabby 73.1%, tiger cat 20.0%.")

    visit.answer_again()
    gestures.choose(page, gestures.file("notes.txt", b"words"))
    expect(page.get_by_role("alert").filter(has_text="not a picture that the service reads")).to_be_visible()
    expect(status).to_be_empty()


def test_the_seconds_of_a_countdown_are_outside_the_alert(page: Page) -> None:
    assert page.locator("[role=alert] #countdown, [aria-live] #countdown").count() == 0


def test_a_screen_reader_finds_the_answer_as_a_list_and_terms(visit: Visit) -> None:
    visit.answer(lambda route: route.fulfill(json=gestures.answer(("tabby", 0.75), ("lynx", 0.125))))
    page = visit.open()
    gestures.choose(page, gestures.picture("red"))

    expect(page.locator("main")).to_match_aria_snapshot("""
        - heading "What is in this picture?" [level=1]
        - region "Picture":
          - figure /red.png/:
            - img "The picture red.png"
            - text: /red.png/
          - alert
          - button "Choose a picture"
          - heading "Or try an everyday picture" [level=2]
          - toolbar "Or try an everyday picture":
            - button "Cat"
            - button "Cup of coffee"
            - button "Man with a camera"
            - button "Rocket"
            - button "Flower"
            - button "Palace"
        - region "Answer":
          - list "Likeliest classes":
            - listitem: tabby 75.0%
            - listitem: lynx 12.5%
          - heading /Time/ [level=2]
          - term: Queue
          - definition: 0.1 ms
          - heading "Answered by" [level=2]
          - term: Model
          - definition: colours, version 1
        - group:
          - text: As
          - code: curl
    """)


@pytest.mark.parametrize("clipboard", ["allowed", "missing"])
def test_the_command_is_copied_with_or_without_https(enter: Callable[..., Visit], clipboard: str) -> None:
    visit = enter(permissions=["clipboard-read", "clipboard-write"])
    if clipboard == "missing":  # as on a page served over plain http
        visit.page.add_init_script("Object.defineProperty(Navigator.prototype, 'clipboard', { value: undefined })")
    page = visit.open()
    page.locator(".developer summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Copy").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#copied")).to_have_text("Copied")

    # What was copied is what a paste brings.
    page.evaluate(
        "addEventListener('paste', (event) => { document.body.ariaLabel = event.clipboardData.getData('text'); })"
    )
    page.keyboard.press("Control+V")

    assert page.locator("body").get_attribute("aria-label") == page.locator("#command").text_content()
