"""The page suits models of other kinds: few classes, several labels at once, several outputs."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support import models
from tests.support.service import Service, running

from . import gestures
from .conftest import Visit

pytestmark = pytest.mark.browser

STANDS_OUT_NOT = "No class stands out. The picture may show something that this model has no name for."
UNLIKELY = "No class is more likely than not. The picture may show nothing that this model has a name for."
BY_ITSELF = "Judged one by one: they need not add up to 100%."


def ask(visit: Visit, *classes: tuple[str, float], model: dict[str, Any], **changes: Any) -> Page:
    """The page with the answer of a model that has `model` in /version."""
    visit.describe(model={"sha256": gestures.SHA256} | model)
    visit.answer(lambda route: route.fulfill(json=gestures.answer(*classes, **changes)))
    page = visit.open()
    gestures.choose(page, gestures.picture("red"))
    expect(page.locator("#result")).to_be_visible()
    return page


def test_a_model_with_fewer_classes_than_a_page_shows_answers_with_all_it_has(
    visit_of: Callable[[Service], AbstractContextManager[Visit]], tmp_path: Path
) -> None:
    models.write(tmp_path / "model", classes=2)
    with running(tmp_path / "model", tmp_path / "log") as service, visit_of(service) as visit:
        page = visit.open()
        gestures.choose(page, gestures.picture("red"))

        expect(page.locator(".label")).to_have_text(["red", "green"])
        expect(page.locator("#rest")).to_be_hidden()
        expect(page.locator("#doubt")).to_be_hidden()


@pytest.mark.parametrize("logits", [True, False], ids=["logits", "probabilities"])
def test_a_model_with_independent_labels_and_two_outputs_is_served_and_shown(
    visit_of: Callable[[Service], AbstractContextManager[Visit]], tmp_path: Path, *, logits: bool
) -> None:
    models.write(tmp_path / "model", logits=logits, classes=3, multi_label=True, further=("again",))
    with running(tmp_path / "model", tmp_path / "log") as service, visit_of(service) as visit:
        page = visit.open()
        gestures.choose(page, gestures.picture("blue"))

        expect(page.locator("#classes .label")).to_have_text(["blue", "red", "green"])
        expect(page.locator("#further")).to_contain_text("Further output: again")
        expect(page.locator("#further .share")).to_have_text(page.locator("#classes .share").all_inner_texts())
        expect(page.locator("#rest")).to_have_text(BY_ITSELF)
        expect(page.locator("#doubt")).to_be_hidden()


@pytest.mark.parametrize(
    ("model", "facts"),
    [
        ({}, "Plain colours · version\u00a01 · 5\u00a0classes"),
        ({"title": "", "classes": 1000}, "colours · version\u00a01 · 1,000\u00a0classes"),
        ({"classes": 1}, "Plain colours · version\u00a01 · 1\u00a0class"),
    ],
)
def test_the_model_is_named_with_its_classes(visit: Visit, model: dict[str, Any], facts: str) -> None:
    visit.describe(model=model)

    expect(visit.open().locator("#model-facts")).to_have_text(facts)


@pytest.mark.parametrize(("classes", "bars"), [(1, 1), (2, 2), (5, 5), (1000, 5)])
def test_the_page_waits_with_as_many_bars_as_an_answer_has(visit: Visit, classes: int, bars: int) -> None:
    visit.describe(model={"classes": classes})

    expect(visit.open().locator(".skeleton span:visible")).to_have_count(bars)


@pytest.mark.parametrize(
    ("classes", "rest"),
    [
        (2, ""),
        (3, "The other class: 10.0%"),
        (1000, "All 998 other classes together: 10.0%"),
    ],
)
def test_the_other_classes_have_what_is_left(visit: Visit, classes: int, rest: str) -> None:
    page = ask(visit, ("cat", 0.8), ("dog", 0.1), model={"classes": classes})

    expect(page.locator("#rest")).to_have_text(rest)
    expect(page.locator("#doubt")).to_be_hidden()


@pytest.mark.parametrize(
    ("classes", "best", "doubt"),
    [
        (1000, 0.19, STANDS_OUT_NOT),
        (1000, 0.21, ""),
        (5, 0.35, STANDS_OUT_NOT),
        (5, 0.37, ""),
        (2, 0.59, STANDS_OUT_NOT),
        (2, 0.61, ""),
        (1, 1.0, ""),
    ],
)
def test_a_first_class_near_chance_does_not_stand_out(visit: Visit, classes: int, best: float, doubt: str) -> None:
    page = ask(visit, ("cat", best), model={"classes": classes})

    expect(page.locator("#doubt")).to_have_text(doubt)


@pytest.mark.parametrize(("best", "doubt"), [(0.49, UNLIKELY), (0.5, ""), (0.97, "")])
def test_labels_that_are_independent_have_no_common_sum(visit: Visit, best: float, doubt: str) -> None:
    page = ask(visit, ("beach", best), ("dog", best), model={"classes": 40, "multi_label": True})

    expect(page.locator("#rest")).to_have_text(BY_ITSELF)
    expect(page.locator("#doubt")).to_have_text(doubt)


def test_a_single_independent_label_stands_without_a_comment_on_sums(visit: Visit) -> None:
    page = ask(visit, ("defect", 0.9), model={"classes": 1, "multi_label": True})

    expect(page.locator("#rest")).to_be_hidden()


def test_further_outputs_are_plain_lists_under_the_first(visit: Visit) -> None:
    outputs = {
        "age": [{"index": 3, "label": "20-29", "probability": 0.7}, {"index": 4, "label": "30-39", "probability": 0.2}],
        "mood": [{"index": 0, "label": "glad", "probability": 0.999}],
    }
    page = ask(visit, ("face", 0.9), ("back", 0.1), model={"classes": 2}, outputs=outputs)

    expect(page.locator("#answer")).to_match_aria_snapshot("""
        - region "Answer":
          - list "Likeliest classes":
            - listitem: face 90.0%
            - listitem: back 10.0%
          - 'heading "Further output: age" [level=2]'
          - list "Likeliest classes of age":
            - listitem: 20-29 70.0%
            - listitem: 30-39 20.0%
          - 'heading "Further output: mood" [level=2]'
          - list "Likeliest classes of mood":
            - listitem: glad 99.9%
          - heading /Time/ [level=2]
    """)
    expect(page.locator("meter")).to_have_count(2)


def test_outputs_of_an_older_answer_do_not_stay(visit: Visit) -> None:
    outputs = {"age": [{"index": 3, "label": "20-29", "probability": 0.7}]}
    page = ask(visit, ("face", 0.9), model={"classes": 2}, outputs=outputs)
    expect(page.locator("#further")).to_contain_text("20-29")
    visit.answer_again()
    gestures.choose(page, gestures.picture("red"))

    expect(page.locator(".label")).to_have_text(["red", "black", "green", "blue", "white"])
    expect(page.locator("#further")).to_be_empty()


def test_an_answer_of_a_newer_release_is_commented_once_its_facts_are_there(visit: Visit) -> None:
    page = visit.open()
    visit.describe(model={"sha256": gestures.SHA256, "classes": 1000, "version": "2"})
    visit.answer(lambda route: route.fulfill(json=gestures.answer(("a", 0.15), ("b", 0.05))))
    with page.expect_request("**/version") as asked:
        gestures.choose(page, gestures.picture("red"))

    assert asked.value.headers["accept"] == "application/json"
    expect(page.locator("#model-facts")).to_contain_text("version\u00a02 · 1,000\u00a0classes")
    expect(page.locator("#rest")).to_have_text("All 998 other classes together: 80.0%")
    expect(page.locator("#doubt")).to_have_text(STANDS_OUT_NOT)


def test_an_answer_of_a_model_without_facts_is_not_commented(visit: Visit) -> None:
    page = visit.open()
    visit.answer(lambda route: route.fulfill(json=gestures.answer(("a", 0.15), ("b", 0.05))))
    with page.expect_response("**/version"):
        gestures.choose(page, gestures.picture("red"))

    expect(page.locator(".label")).to_have_text(["a", "b"])
    expect(page.locator("#rest")).to_be_hidden()
    expect(page.locator("#doubt")).to_be_hidden()
