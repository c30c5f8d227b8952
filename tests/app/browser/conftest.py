"""The page in a real browser, in front of the real service with the colour model."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request, Route, expect

from tests.support import chromium
from tests.support.service import ROOT, Service

_ASKED = "**/v1/classify*"
_DESCRIBED = "**/version"
# Chromium itself writes this for every error status; the service's own errors are part of what is tested.
_ERROR_STATUS = "Failed to load resource"


@dataclass
class Visit:
    """One page, its requests for an answer, and its complaints, of which there must be none."""

    page: Page
    origin: str
    questions: list[Request] = field(default_factory=list)
    """Every request for an answer that was sent."""
    complaints: list[str] = field(default_factory=list)
    """Console messages, uncaught errors, requests to anywhere else."""

    def keep(self, name: str) -> None:
        """Take a picture for people to look at, in `reports/page/`."""
        self.page.screenshot(path=ROOT / "reports" / "page" / f"{name}.png", full_page=True)

    def describe(self, **changes: dict[str, Any]) -> None:
        """Change parts of what /version says, such as `limits` or `model`, from the next time that it is asked."""

        def changed(route: Route) -> None:
            version = route.fetch().json()
            route.fulfill(json=version | {part: version[part] | change for part, change in changes.items()})

        self.page.route(_DESCRIBED, changed)

    def answer(self, reply: Callable[[Route], object]) -> None:
        """Answer questions in the service's place."""
        self.page.route(_ASKED, reply)

    @contextmanager
    def unanswered(self) -> Iterator[None]:
        """Leave the next question without an answer; later ones reach the service."""
        held: list[Route] = []
        self.answer(lambda route: route.continue_() if held else held.append(route))
        try:
            yield
        finally:
            self.answer_again()
            for route in held:
                with suppress(Error):  # the page has given it up already
                    route.abort()

    def answer_again(self) -> None:
        """Let the service answer."""
        self.page.unroute(_ASKED)

    def open(self) -> Page:
        """The page, once it knows its model."""
        self.page.goto(f"{self.origin}/")
        expect(self.page.locator("#model-facts")).not_to_be_empty()
        return self.page

    def heard(self, message: ConsoleMessage) -> None:
        if not message.text.startswith(_ERROR_STATUS):
            self.complaints.append(f"console {message.type}: {message.text}")

    def failed(self, error: Error) -> None:
        self.complaints.append(f"uncaught: {error}")

    def requested(self, request: Request) -> None:
        if not request.url.startswith((f"{self.origin}/", f"blob:{self.origin}/")):
            self.complaints.append(f"request to {request.url}")
        if "/v1/classify" in request.url:
            self.questions.append(request)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium.find()
    if path is None:
        pytest.skip(f"no Chromium on PATH: looked for {', '.join(chromium.NAMES)}")
    with chromium.launched(path) as started:
        yield started


@pytest.fixture
def enter(browser: Browser, service: Service) -> Iterator[Callable[..., Visit]]:
    """Start a visit of its own, with options of a browser context such as its viewport. Nothing may go wrong in it."""
    with ExitStack() as stack:

        def start(**options: Any) -> Visit:
            context = browser.new_context(**{"reduced_motion": "reduce"} | options)
            stack.callback(context.close)
            context.set_default_timeout(chromium.PATIENCE_MS)
            return stack.enter_context(_visiting(context.new_page(), service))

        yield start


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    """One tab at a desk for many visits, as a new one takes longer than most of them."""
    context = browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(chromium.PATIENCE_MS)
    yield context.new_page()
    context.close()


@pytest.fixture
def visit(tab: Page, service: Service) -> Iterator[Visit]:
    """A visit at a desk, not yet opened."""
    with _visiting(tab, service) as visit:
        yield visit


@pytest.fixture
def visit_of(tab: Page) -> Callable[[Service], AbstractContextManager[Visit]]:
    """Start a visit at a desk to another service than the shared one."""
    return partial(_visiting, tab)


@pytest.fixture
def page(visit: Visit) -> Page:
    """The page, opened at a desk."""
    return visit.open()


@contextmanager
def _visiting(page: Page, service: Service) -> Iterator[Visit]:
    visit = Visit(page, service.url)
    listeners = {
        "console": visit.heard,
        "pageerror": visit.failed,
        "request": visit.requested,
        # A dialogue that opens before a listener is there is lost; this listens from the start.
        "filechooser": lambda _dialogue: None,
    }
    for event, listener in listeners.items():
        page.on(event, listener)  # type: ignore[call-overload]  # one overload for each event's literal name
    yield visit
    page.unroute_all(behavior="ignoreErrors")
    page.goto("about:blank")  # or what is still under way would be counted in the next visit
    for event, listener in listeners.items():
        page.remove_listener(event, listener)
    assert visit.complaints == []
