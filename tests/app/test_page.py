"""The page's files: what is sent, under which headers, and that they ask for nothing outside this service."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image

from app.scoring.application import create_app
from app.scoring.service import Service
from app.scoring.settings import Settings
from app.scoring.views import page
from delivery.examples.folder import read_folder
from tests.support.apps import SAMPLE

SAMPLES = page.FOLDER / "samples"
SENT = sorted(page.FILES)
TEXTS = [name for name in SENT if not name.endswith(".jpg")]
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app(Service(Settings(model_dir=Path("no-model-is-needed")))).test_client()


class Document(HTMLParser):
    """The references, declarations and unclosed elements of a page."""

    VOID = frozenset({"meta", "link", "img", "input", "br", "hr"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"<{tag}> repeats an attribute"
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes another element"

    def values(self, attribute: str) -> list[str]:
        return [value for _, attributes in self.elements if (value := attributes.get(attribute)) is not None]


@pytest.fixture(scope="module")
def document() -> Document:
    return Document((page.FOLDER / page.INDEX).read_text(encoding="utf-8"))


def test_a_browser_gets_the_page_at_the_root(client: FlaskClient) -> None:
    answer = client.get("/", headers=HTML)

    assert (answer.status_code, answer.content_type) == (200, "text/html; charset=utf-8")
    assert answer.data == (page.FOLDER / page.INDEX).read_bytes()
    assert "Accept" in answer.vary


@pytest.mark.parametrize("name", [name for name in SENT if name != page.INDEX])
def test_a_file_of_the_page_comes_with_its_type_and_is_asked_for_again_cheaply(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/page/{name}")
    again = client.get(f"/page/{name}", headers={"If-None-Match": answer.headers["ETag"]})
    changed = client.get(f"/page/{name}", headers={"If-None-Match": '"of another release"'})

    assert (answer.status_code, answer.data) == (200, (page.FOLDER / name).read_bytes())
    assert answer.content_type == page.MEDIA_TYPES[Path(name).suffix]
    assert answer.headers["Cache-Control"] == "no-cache"
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", answer.headers["ETag"])
    assert changed.status_code == 200


@pytest.mark.parametrize("path", ["/", "/page/page.js", "/page/icon.svg"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_headers_let_a_file_speak_to_this_service_only(client: FlaskClient, path: str, method: str) -> None:
    headers = client.open(path, method=method, headers=HTML).headers

    policy = dict(rule.split(" ", 1) for rule in headers["Content-Security-Policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' blob:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "index.html",
        "samples",
        "samples/",
        "samples/README.md",
        "nothing.js",
        "../views/page.py",
        "..%2fviews%2fpage.py",
        "%2e%2e/manifest.py",
        "page.js/",
    ],
)
def test_nothing_else_is_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/page/{name}").status_code == 404


def test_every_file_that_the_page_refers_to_is_sent(document: Document) -> None:
    references = {value for name in ("src", "href") for value in document.values(name) if value.startswith("page/")}
    samples = {f"page/samples/{name}" for name in document.values("data-file")}
    imports = {
        f"page/{name}"
        for script in page.FOLDER.glob("*.js")
        for name in re.findall(r'from "\./([\w.]+)"', script.read_text(encoding="utf-8"))
    }

    assert references | samples | imports == {f"page/{name}" for name in SENT if name != page.INDEX}


def test_the_links_lead_to_routes_of_the_service(client: FlaskClient, document: Document) -> None:
    links = {attributes["href"] for tag, attributes in document.elements if tag == "a"}

    assert links == {"openapi.json", "version"}
    assert {client.get(f"/{link}").status_code for link in links} <= {200, 503}  # 503: no model is loaded here


@pytest.mark.parametrize("name", TEXTS)
def test_no_file_names_an_address_outside(name: str) -> None:
    text = (page.FOLDER / name).read_text(encoding="utf-8")

    outside = set(re.findall(r"(?:[a-z]+:)?//[\w.-]+\.[\w./-]+", text))

    assert outside <= {"http://www.w3.org/2000/svg"}, "a namespace is a name, nothing else is allowed"


def test_the_document_is_well_formed_and_free_of_inline_code(document: Document) -> None:
    tags = [tag for tag, _ in document.elements]
    names = {name for _, attributes in document.elements for name in attributes}

    assert document.open == []
    assert "style" not in names
    assert "style" not in tags
    assert not {name for name in names if name.startswith("on")}
    assert [attributes["src"] for tag, attributes in document.elements if tag == "script"] == ["page/page.js"]
    assert [tag for tag in tags if tag in ("h1", "main", "title")] == ["title", "main", "h1"]
    assert ("html", {"lang": "en"}) in document.elements


def test_ids_are_unique_and_every_reference_finds_one(document: Document) -> None:
    ids = document.values("id")
    referring = [*document.values("aria-labelledby"), *(v[1:] for v in document.values("href") if v.startswith("#"))]
    wanted = {
        name
        for script in page.FOLDER.glob("*.js")
        for name in re.findall(r'element\("([\w-]+)"\)', script.read_text(encoding="utf-8"))
    }

    assert len(ids) == len(set(ids))
    assert wanted
    assert (set(referring) | wanted) - set(ids) == set()


def test_everything_to_operate_or_to_look_at_has_a_name(document: Document) -> None:
    for tag, attributes in document.elements:
        if tag == "img":
            assert "alt" in attributes, attributes
        if tag == "input":
            assert attributes.get("aria-label"), attributes
        if tag == "button":
            assert attributes.get("type") == "button", attributes


def test_the_samples_are_small_and_each_is_an_example() -> None:
    notes = (SAMPLES / "README.md").read_text(encoding="utf-8")
    samples = {path.name for path in SAMPLES.glob("*.jpg")}

    assert {example.request.file for example in read_folder(SAMPLE.folder / "examples").examples.values()} == samples
    for name in samples:
        assert (SAMPLES / name).stat().st_size <= 60_000
        with Image.open(SAMPLES / name) as picture:
            assert max(picture.size) <= 640
        assert f"`{name}`" in notes, "its author and licence"


def test_the_page_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    client = create_app(Service(Settings(model_dir=Path("no-model-is-needed")))).test_client()
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"{path} is read during a request"))

    assert client.get("/", headers=HTML).status_code == 200
    assert client.get("/page/page.js").status_code == 200
