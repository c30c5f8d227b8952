"""What the pages say about stack files is accepted by the program: keys that they name, and snippets that they show."""

import json
import re
from functools import cache

import pytest
import yaml

from delivery.preview import project
from slipway.config.load import parse, sections
from tests.docs.support.pages import PAGES, Fence, Page, page
from tests.infra.sections import merged
from tests.support.sample import SAMPLE

KEY = re.compile(r"slipway:[a-z]\w*(?:\.[\w\[\]<>*-]+)*")
SNIPPET = re.compile(r"# Pulumi\.([a-z0-9]+)\.yaml(, in place of the section)?\n")
LIKE = {"staging": ("prod", ()), "prod2": ("prod", ()), "anna": ("dev", ("slipway:pipelines",))}
"""Stacks that pages make up: what they are copies of, and the sections that the page has taken out."""

SNIPPETS = [
    pytest.param(found, id=f"{one}:{found.line}")
    for one in PAGES
    for found in one.fences
    if found.language == "yaml" and SNIPPET.match(found.text)
]


@cache
def keys() -> re.Pattern[str]:
    """Every key of stack files, from the page that is made of the types. Entries of maps may have any name."""
    reference, found = page("docs/reference/config.md"), []
    for section in sections():
        name = f"slipway:{section}"
        rows = reference.rows(f"`{name}`")
        assert rows, f"no table of {name}"
        found += [name, *(f"{name}.{key}" for key, *_ in rows)]
    return re.compile(
        "|".join(re.escape(key).replace("<name>", r"[\w-]+").replace(r"\[\]", r"(\[\])?") for key in found)
    )


@pytest.mark.parametrize("one", PAGES, ids=str)
def test_every_key_that_a_page_names_exists(one: Page) -> None:
    named = {key for span in one.spans for key in KEY.findall(span)}
    assert {key for key in named if not keys().fullmatch(key)} == set()


def test_a_key_that_does_not_exist_is_noticed() -> None:
    assert keys().fullmatch("slipway:cluster.pools.app.vmSize")
    assert keys().fullmatch("slipway:cluster.upgrades.freezes.start")
    assert not keys().fullmatch("slipway:cluster.pools.app.vmsize")
    assert not keys().fullmatch("slipway:clutser")


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_a_stack_file_with_the_snippet_in_it_is_accepted(snippet: Fence) -> None:
    matched = SNIPPET.match(snippet.text)
    assert matched
    stack, replaces = matched.groups()
    origin, without = LIKE.get(stack, (stack, ()))
    config = yaml.safe_load((SAMPLE / f"Pulumi.{origin}.yaml").read_text(encoding="utf-8"))["config"]
    changes = yaml.safe_load(snippet.text)["config"]
    kept = {key: value for key, value in config.items() if key not in without and not (replaces and key in changes)}
    texts = {key: json.dumps(value) for key, value in merged(kept, changes).items()}
    assert parse(stack, {**project.read(SAMPLE).shared, **texts}).stack == stack


def test_snippets_are_found() -> None:
    assert len(SNIPPETS) >= 8
