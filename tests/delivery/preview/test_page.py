"""The page in a real browser, opened from a file, without a network."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from delivery.preview.forms import html
from delivery.preview.report import Report
from tests.delivery.preview.estate import OTHER_DIGEST, changed
from tests.delivery.preview.test_forms import hostile_change, wide_change
from tests.delivery.preview.test_seeded_changes import both, put, release, remove
from tests.support import chromium

pytestmark = pytest.mark.browser

PICTURES = Path(__file__).parents[3] / "reports" / "preview"
_COVERED = """
() => [...document.querySelectorAll('#list summary, #list td, h1, .said li, .filter')]
  .filter((element) => element.scrollWidth > element.clientWidth + 1).map((element) => element.textContent)
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium.find()
    if path is None:
        pytest.skip(f"no Chromium on PATH: looked for {', '.join(chromium.NAMES)}")
    with chromium.launched(path) as started:
        yield started


class Visit:
    """Opens reports, and fails at the end if the page complained or asked anybody for anything."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._browser, self._folder = browser, folder
        self._contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def open(self, shown: Report, **options: object) -> Page:
        file = self._folder / "preview.html"
        file.write_text(html.render(shown), encoding="utf-8")
        context = self._browser.new_context(**{"viewport": {"width": 1440, "height": 950}} | options)  # type: ignore[arg-type]  # Playwright's own options
        self._contexts.append(context)
        context.set_default_timeout(chromium.PATIENCE_MS)
        page = context.new_page()
        page.on("console", lambda message: self.complaints.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        page.on(
            "request",
            lambda request: None if request.url == file.as_uri() else self.complaints.append(f"asked: {request.url}"),
        )
        page.goto(file.as_uri())
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()
        assert self.complaints == []


@pytest.fixture
def visit(browser: Browser, tmp_path: Path) -> Iterator[Visit]:
    found = Visit(browser, tmp_path)
    yield found
    found.close()


def mixed() -> Report:
    return changed(
        both(
            put("AgentPool/app", "vmSize", "Standard_D8s_v5"),
            put("StorageAccount/models", "allowSharedKeyAccess", True),  # noqa: FBT003 - the value
            put("BuildDefinition/release", "name", "release-all"),
            put("ResourceGroup/group", "tags", {"workload": "other"}),
            release(digest=OTHER_DIGEST, model="resnet/8"),
            remove("PublicIPAddress/address"),
        )
    )


def names(page: Page) -> list[str]:
    return page.locator(".item:visible > summary b").all_inner_texts()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_report_opens_without_a_complaint_and_lists_the_gravest_first(visit: Visit, scheme: str) -> None:
    page = visit.open(mixed(), color_scheme=scheme)

    expect(page.get_by_role("heading", level=1)).to_have_text("prod: public address is deleted, with its address")
    assert names(page) == ["address", "models", "app", "release", "app", "group"]
    expect(page.locator("#found")).to_have_text("6 changes")
    assert page.evaluate(_COVERED) == []
    page.screenshot(path=PICTURES / f"{scheme}.png")


def test_search_leaves_what_holds_every_word(visit: Visit) -> None:
    page = visit.open(mixed())
    page.keyboard.press("/")
    page.keyboard.type("storage SHARED")

    expect(page.locator("#found")).to_have_text("1 of 6 changes")
    assert names(page) == ["models"]
    assert page.locator("#list section[data-rank]:visible h2").all_inner_texts() == ["Security (1)"]
    lit = page.locator(".chip[data-n]:not(.dim) .name").all_text_contents()
    assert lit == ["models"]
    page.screenshot(path=PICTURES / "search.png")

    page.keyboard.press("Escape")
    expect(page.locator("#found")).to_have_text("6 changes")


def test_search_finds_values_inside_of_closed_changes(visit: Visit) -> None:
    page = visit.open(mixed())
    page.get_by_role("searchbox").fill("release-all")

    expect(page.locator("#found")).to_have_text("1 of 6 changes")


def test_a_filter_takes_a_rank_out_of_the_list_and_the_picture(visit: Visit) -> None:
    page = visit.open(mixed())
    button = page.get_by_role("button", name="Nothing of consequence (1)")
    button.click()

    expect(button).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#found")).to_have_text("5 of 6 changes")
    assert "group" not in names(page)
    assert page.get_by_role("button", name="Updated (2)").count() == 1


def test_a_chip_leads_to_its_change_by_mouse_and_by_keyboard(visit: Visit) -> None:
    page = visit.open(mixed())
    page.get_by_role("button", name="pipeline release, updated").click()
    chosen = page.locator(".item.on")
    expect(chosen.locator("b").first).to_have_text("release")
    expect(chosen).to_have_attribute("open", "")

    page.keyboard.press("ArrowDown")
    moved = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert moved != "pipeline release, updated"
    page.keyboard.press("Enter")
    assert page.locator(".chip.on").get_attribute("aria-label") == moved


def test_every_chip_says_what_it_is_and_what_becomes_of_it(visit: Visit) -> None:
    page = visit.open(mixed())
    labels = page.locator(".chip").evaluate_all("chips => chips.map((chip) => chip.getAttribute('aria-label'))")

    assert "node pool app, replaced" in labels
    assert "public address address, deleted" in labels
    assert any(re.fullmatch(r"unchanged \d+ more", label) for label in labels)
    assert all(labels)
    expect(page.get_by_role("searchbox", name="Search resources, properties and values")).to_be_visible()
    expect(page.get_by_role("region", name="Picture of the resources")).to_be_visible()


def test_zoom_and_fit(visit: Visit) -> None:
    page = visit.open(mixed())
    width = "() => document.querySelector('#view svg').getBoundingClientRect().width"
    fitted = page.evaluate(width)
    page.get_by_role("button", name="Zoom in").click()
    page.get_by_role("button", name="Zoom in").click()

    assert page.evaluate(width) == pytest.approx(fitted * 1.69, rel=0.01)
    page.get_by_role("button", name="Fit").click()
    assert page.evaluate(width) == pytest.approx(fitted, rel=0.01)


def test_a_phone_shows_everything_in_its_width(visit: Visit) -> None:
    page = visit.open(mixed(), viewport={"width": 360, "height": 740})

    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.screenshot(path=PICTURES / "phone.png")


def test_a_change_of_nothing_says_so(visit: Visit) -> None:
    page = visit.open(changed(lambda _estate: None))

    expect(page.get_by_role("heading", level=1)).to_have_text("prod: nothing changes")
    expect(page.get_by_text("Nothing changes.")).to_be_visible()
    expect(page.locator(".chip.same").first).to_be_visible()


def test_nothing_in_the_data_is_run(visit: Visit) -> None:
    page = visit.open(hostile_change())

    assert page.evaluate("document.querySelectorAll('img').length") == 0
    expect(page.locator("#found")).to_contain_text("changes")


def test_without_scripts_the_list_is_all_there(visit: Visit) -> None:
    page = visit.open(mixed(), java_script_enabled=False)

    assert page.locator(".item").count() == 6
    expect(page.locator(".item b").first).to_have_text("address")


def test_five_thousand_changes_can_be_searched_at_once(visit: Visit) -> None:
    page = visit.open(wide_change(5_000, 40))
    expect(page.locator("#found")).to_have_text("5000 changes")

    milliseconds = page.evaluate(
        """async () => {
          const field = document.getElementById('search'), found = document.getElementById('found');
          const begun = performance.now();
          field.value = 'z4711';
          field.dispatchEvent(new Event('input'));
          while (!found.textContent.startsWith('1 of')) await new Promise(requestAnimationFrame);
          return performance.now() - begun;
        }"""
    )

    assert milliseconds < 10_000  # 80 of them are the wait for the next key; a busy machine needs the rest
