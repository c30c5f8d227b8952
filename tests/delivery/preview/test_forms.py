"""The terminal, the Markdown, the JSON and the page's text: what each holds, and what none lets through."""

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # ships no types
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delivery.preview.compare import compare
from delivery.preview.forms import html, markdown
from delivery.preview.forms.words import sides
from delivery.preview.model import Difference, Kind
from delivery.preview.report import Report, report, schema, to_json
from delivery.preview.states import parse
from tests.delivery.preview.day import TODAY
from tests.delivery.preview.estate import ACR_PULL, GROUP, OTHER_DIGEST, REGISTRIES, Edit, changed
from tests.delivery.preview.everyform import every_form, on_terminal
from tests.delivery.preview.test_seeded_changes import both, put, release, remove

SCHEMA = Path(__file__).parents[3] / "docs" / "reference" / "preview.schema.json"
HOSTILE = "\x1b[31m##vso[task.setvariable]x\n::error::<img src=x onerror=alert(1)>\u202e`</script>[a](b)@all #1 ```"


def rich_change(*more: Edit) -> Report:
    return changed(
        both(
            put("AgentPool/app", "vmSize", "Standard_D8s_v5"),
            put("StorageAccount/models", "allowSharedKeyAccess", True),  # noqa: FBT003 - the value
            release(digest=OTHER_DIGEST, model="resnet/8"),
            remove("PublicIPAddress/address"),
            lambda estate: estate.outputs.update(endpointUrl="http://other/"),
            *more,
        )
    )


def wide_change(count: int, size: int) -> Report:
    """So many updated resources, each with a value so long."""

    def state(text: str) -> bytes:
        resources = [
            {"type": "x:y:Z", "name": f"z{n}", "parent": None, "inputs": {"v": f"{text}{n}" * size}, "options": {}}
            for n in range(count)
        ]
        return json.dumps({"format": 1, "project": "p", "stack": "s", "resources": resources, "outputs": {}}).encode()

    return report(compare(parse(state("é"), "test"), parse(state("b"), "test"), "test"), TODAY)


@pytest.mark.parametrize("width", [40, 60, 89, 90, 120, 250])
def test_a_terminal_of_any_width_holds_every_line(width: int) -> None:
    lines = on_terminal(rich_change(), width).splitlines()

    assert max(map(len, lines)) <= width
    assert "Lost: data, addresses" in " ".join(lines)


def test_a_terminal_shows_ranks_in_their_order_then_policy_and_what_stops() -> None:
    text = on_terminal(rich_change())
    order = ["Lost: data", "Security", "Replaced or deleted", "Updated", "Outputs", "Policy", "Stopped"]

    places = [text.index(title) for title in order]
    assert places == sorted(places)
    assert "exit code 11" in text
    assert "replaces" in text


def test_a_log_gets_no_colours_and_no_trailing_spaces() -> None:
    text = on_terminal(rich_change())

    assert "\x1b" not in text
    assert not re.search(r" $", text, re.MULTILINE)
    assert "\x1b[" in on_terminal(rich_change(), terminal_like=True)


def test_long_lists_are_cut_and_say_so() -> None:
    shown = wide_change(100, 1)

    assert "and 60 more: --all shows them" in on_terminal(shown, everything=False)
    assert "z99" in on_terminal(shown, everything=True)


def hostile_change() -> Report:
    def edit(estate: Any) -> None:
        estate.inputs("ConfigMap/settings")["data"] = {HOSTILE: HOSTILE}
        estate.outputs[HOSTILE] = HOSTILE
        estate["AgentPool/app"]["name"] = HOSTILE

    return changed(edit)


def test_no_terminal_or_agent_takes_somebody_elses_words_for_an_order() -> None:
    for width in (40, 120):
        text = on_terminal(hostile_change(), width)

        assert "\x1b" not in text
        assert "\u202e" not in text
        assert not re.search(r"##\[|##vso\[", text)
        assert not re.search(r"^\s*::", text, re.MULTILINE)


def test_no_markdown_comes_of_somebody_elses_words() -> None:
    text = markdown.render(hostile_change(), markdown.GITHUB)
    outside = re.sub(r"^  (`{3,})diff\n(?:.*\n)*?  \1$", "", text, flags=re.MULTILINE)
    outside = re.sub(r"(`+) .*? \1", "", outside)

    assert "##vso[" not in text
    assert "<img" not in outside
    assert "](b)" not in outside
    assert "@all" not in outside
    assert "#1" not in outside


class _Page(HTMLParser):
    """What a browser would make of the page: elements, and addresses that it would ask for."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.addresses += [
            text or "" for name, text in attrs if name in ("src", "href", "action", "data", "xlink:href", "style")
        ]
        assert not [name for name, _ in attrs if name.startswith("on")]


def test_the_page_asks_nobody_for_anything_and_runs_nothing_of_its_data() -> None:
    page = _Page()
    text = html.render(hostile_change())
    page.feed(text)

    assert {"img", "link", "iframe", "object", "form"} & set(page.elements) == set()
    assert page.elements.count("script") == 2  # the needs, which are data, and the page's own
    assert [address for address in page.addresses if not address.startswith("#")] == []
    assert "url(" not in text.replace("url(#tip)", "")
    assert "@import" not in text
    assert "default-src 'none'" in text


def test_the_picture_is_sound_xml_whatever_the_names_are() -> None:
    picture = ET.fromstring(every_form(hostile_change())["picture"])

    assert picture.tag == "{http://www.w3.org/2000/svg}svg"


@given(count=st.integers(0, 400), size=st.integers(1, 300), limit=st.sampled_from([2_000, 10_000, 65_536, 150_000]))
@settings(max_examples=40)
def test_markdown_never_exceeds_its_limit_and_leads_to_what_it_leaves_out(count: int, size: int, limit: int) -> None:
    text = markdown.render(wide_change(count, size), limit, "https://example.com/run")

    assert len(text.encode()) <= limit
    assert text.startswith("<!-- slipway-preview: p/s -->\n### s: ")
    assert "[the whole report](https://example.com/run)" in text.replace("The whole", "the whole")


def test_cut_markdown_keeps_the_gravest_and_counts_the_rest() -> None:
    text = markdown.render(wide_change(2_000, 50), markdown.GITHUB, "https://example.com/")

    shown = len(re.findall(r"^- `~` ", text, re.MULTILINE))
    assert 50 < shown < 2_000
    assert f"{2_000 - shown} of 2000 changes, are left out here" in text


def test_markdown_of_an_enormous_policy_still_fits() -> None:
    shown = rich_change()
    many = shown.violations * 5_000

    assert len(markdown.render(replace(shown, violations=many), markdown.GITHUB).encode()) <= markdown.GITHUB


def test_the_json_is_what_its_published_schema_says() -> None:
    published = json.loads(SCHEMA.read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(published)

    for shown in (rich_change(), hostile_change(), wide_change(3, 1), changed(lambda _estate: None)):
        document = json.loads(to_json(shown))
        validator.validate(document)
        assert not validator.is_valid(document | {"format": "another"})
        assert not validator.is_valid({key: value for key, value in document.items() if key != "headline"})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (ACR_PULL, "role AcrPull"),
        ("7f951dda-4ed3-4680-a7ca-43fe172d538d", "AcrPull"),
        (f"{REGISTRIES}/crscoringprod", f"registries/crscoringprod in {GROUP}"),
        (REGISTRIES.partition("/providers")[0], f"resource group {GROUP}"),
        ("/subscriptions/11111111-2222-3333-4444-555555555555", "the subscription"),
        ("${kubelet.principalId}", "principalId of kubelet"),
        ("5b6f0d3e-9c1a-4e57-8f2d-0a4c6b8e1d37", "5b6f0d3e…"),
        ("Standard_D4s_v5", "Standard_D4s_v5"),
    ],
)
def test_ids_are_shown_by_the_names_that_they_stand_for(text: str, shown: str) -> None:
    assert sides(Difference("path", Kind.CHANGED, "before", text), 200)[1] == shown


def test_two_ids_that_would_look_alike_are_shown_whole() -> None:
    ids = ("5b6f0d3e-9c1a-4e57-8f2d-0a4c6b8e1d37", "5b6f0d3e-0000-4e57-8f2d-0a4c6b8e1d37")

    assert sides(Difference("path", Kind.CHANGED, *ids), 200) == ids


def test_the_published_schema_is_current() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == schema(), "slipway preview schema > docs/…"


def test_the_json_tells_everything_about_a_change() -> None:
    document = json.loads(to_json(rich_change()))
    pool = next(item for item in document["items"] if item["name"] == "app" and item["noun"] == "node pool")

    assert (pool["operation"], pool["rank"], pool["key"]) == (
        "replace",
        "replace",
        "slipway:index:Cluster$azure-native:containerservice:AgentPool::app",
    )
    assert pool["differences"] == [
        {
            "path": "vmSize",
            "kind": "changed",
            "old": "Standard_D4s_v5",
            "new": "Standard_D8s_v5",
            "replaces": True,
            "secret": False,
            "unknown": False,
            "part": "input",
            "ignored": False,
            "refused": "",
        }
    ]
    assert document["gates"][1] == {
        "name": "policy",
        "exit_code": 11,
        "stop": "A mandatory rule is broken.",
        "shut": True,
        "reasons": ["storage-shared-keys-off: models"],
    }
