"""A service that has no room says when to come back; the page does so, within reason."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from . import gestures
from .conftest import Visit

pytestmark = pytest.mark.browser


def test_a_busy_service_is_asked_again_when_it_said(enter: Callable[..., Visit]) -> None:
    visit = enter()
    asked: list[Route] = []

    def busy_twice(route: Route) -> None:
        asked.append(route)
        if len(asked) <= 2:
            gestures.refusing(503, retry_after="20")(route)
        else:
            route.continue_()

    visit.page.clock.install()
    visit.answer(busy_twice)
    page = visit.open()
    gestures.choose(page, gestures.picture("blue"))
    for times in (1, 2):
        expect(page.locator("#countdown")).to_have_text("Asking again in 20 s")
        page.clock.run_for(19_000)
        expect(page.locator("#countdown")).to_have_text("Asking again in 1 s")
        assert len(asked) == times
        page.clock.run_for(1_000)

    expect(page.locator(".label").first).to_have_text("blue")


def test_a_date_to_come_back_that_is_over_means_soon(enter: Callable[..., Visit]) -> None:
    visit = enter()
    visit.page.clock.install()
    visit.answer(gestures.refusing(503, retry_after="Thu, 01 Jan 1970 00:00:00 GMT"))
    page = visit.open()
    gestures.choose(page, gestures.picture("blue"))

    expect(page.locator("#countdown")).to_have_text("Asking again in 1 s")


def test_a_busy_service_is_left_alone_after_a_few_times(enter: Callable[..., Visit]) -> None:
    visit = enter()
    visit.page.clock.install()
    visit.answer(gestures.refusing(503, retry_after="1"))
    page = visit.open()
    gestures.choose(page, gestures.picture("blue"))
    for _ in range(3):
        expect(page.locator("#countdown")).to_have_text("Asking again in 1 s")
        page.clock.run_for(1_000)

    expect(page.locator("#countdown")).to_be_hidden()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    assert len(visit.questions) == 4


def test_a_newer_picture_ends_the_waiting(enter: Callable[..., Visit]) -> None:
    visit = enter()
    visit.page.clock.install()
    visit.answer(gestures.refusing(503, retry_after="20"))
    page = visit.open()
    gestures.choose(page, gestures.picture("red"))
    expect(page.locator("#countdown")).to_have_text("Asking again in 20 s")
    visit.answer_again()
    gestures.choose(page, gestures.picture("green"))
    expect(page.locator(".label").first).to_have_text("green")

    page.clock.run_for(60_000)

    expect(page.locator(".label").first).to_have_text("green")
    assert len(visit.questions) == 2
