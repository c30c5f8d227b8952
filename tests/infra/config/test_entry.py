"""`slipway:entry`: how callers get in."""

from typing import Any

import pytest

from slipway.config import entry
from slipway.config.entry import Entry
from tests.infra.config.sections import refused, section, told

PLAIN: dict[str, Any] = {"kind": "service", "plainHttp": True}


def test_the_plain_way_in_is_accepted_where_it_is_spelled_out() -> None:
    assert refused(Entry, PLAIN, "slipway:entry") == []
    assert told(entry.plain_is_spelled_out(section(Entry, PLAIN))) == []


@pytest.mark.parametrize("content", [{"kind": "service"}, {"kind": "service", "plainHttp": False}], ids=str)
def test_plain_http_by_silence_is_refused(content: dict[str, Any]) -> None:
    assert told(entry.plain_is_spelled_out(section(Entry, content))) == [
        "entry.plainHttp: found false, allowed: true, because kind service leads to the app over plain HTTP"
    ]


def test_an_unknown_way_in_is_refused() -> None:
    [problem] = refused(Entry, {"kind": "ingress"}, "slipway:entry")

    assert problem.startswith("slipway:entry.kind: found \"ingress\", allowed: 'service'")
