"""Parts of a contract that contradict each other are refused."""

from typing import Any

import pytest

from .conftest import Refused

MANAGEMENT = {"ports": {"management": 5001}}
COUNT = {"variable": "COUNT", "type": "integer", "description": "A count."}
ALERT = {"name": "OwnAlert", "severity": "warning", "minutes": 5, "expression": "x{${app}} > 1", "summary": "x"}
GAUGE = {"series": "x", "alert": "XFull", "summary": "x", "title": "x", "description": "x"}
PANEL = {"title": "x", "description": "x", "queries": [{"expression": "x{${app}}"}]}


def metrics(**content: Any) -> dict[str, Any]:
    return {**MANAGEMENT, "metrics": content}


def test_metrics_on_the_public_port_are_refused(refused: Refused) -> None:
    [told] = refused({"metrics": {"path": "/metrics"}})

    assert told.startswith("metrics: found metrics on the public port 5000, allowed: no metrics, or ports.management")
    assert refused(metrics(path="/metrics")) == []


def test_a_management_port_may_be_named_though_it_is_the_public_one(refused: Refused) -> None:
    assert refused({"ports": {"management": 5000}}) == []


def test_a_probe_asks_a_port_that_exists(refused: Refused) -> None:
    probe = {"probes": {"readiness": {"path": "/health", "port": "management"}}}

    assert refused(probe) == [
        "probes.readiness.port: found management, allowed: public, or ports.management of its own"
    ]
    assert refused({**probe, **MANAGEMENT}) == []


def test_a_variable_is_set_by_one_thing_alone(refused: Refused) -> None:
    model = {"folder": "/model", "file": "model.bin", "variable": "MODEL"}
    settings = {"one": {**COUNT, "variable": "MODEL"}, "two": {**COUNT, "variable": "PORT"}}

    assert refused({"model": model, "environment": {"PORT": "port"}, "settings": settings}) == [
        "settings.one.variable: found MODEL, allowed: a variable that nothing else sets; model.variable sets this one",
        "settings.two.variable: found PORT, allowed: a variable that nothing else sets; environment.PORT sets this one",
    ]


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ({"default": 3}, ""),
        ({"default": "3"}, 'settings.count.default: found "3", allowed: a value that the setting takes'),
        ({"default": 3, "most": 2}, "settings.count.default: found 3, allowed: a value that the setting takes"),
        ({"default": [3]}, "settings.count.default: found [3], allowed: one value: text, a number, true or false"),
        ({"default": 3, "defaultFrom": "cores"}, "settings.count.defaultFrom: found default and defaultFrom"),
        ({"default": 3, "required": True}, "settings.count.required: found required beside default"),
        ({"least": 3, "most": 2}, "settings.count.least: found 3, allowed: at most the setting's most, 2"),
        (
            {"choices": ["a"]},
            "settings.count.choices: found choices of a setting of type integer, allowed: choices of text",
        ),
        (
            {"type": "string", "least": 1},
            "settings.count.least: found least of a setting of type string, allowed: least",
        ),
        ({"type": "string", "pattern": "["}, "settings.count.pattern: found [, allowed: a regular expression"),
        ({"type": "string", "choices": ["a"], "default": "b"}, 'settings.count.default: found "b", allowed: a value'),
        ({"type": "string", "pattern": "a+", "default": "b"}, 'settings.count.default: found "b", allowed: a value'),
        ({"type": "boolean", "default": False}, ""),
        ({"type": "boolean", "default": 0}, "settings.count.default: found 0, allowed: a value that the setting takes"),
        ({"defaultFrom": "port"}, 'settings.count.defaultFrom: found "port", allowed: cores, memoryBytes'),
    ],
)
def test_a_setting_agrees_with_itself(refused: Refused, setting: dict[str, Any], told: str) -> None:
    found = refused({"settings": {"count": {**COUNT, **setting}}})

    assert len(found) == bool(told)
    assert all(line.startswith(told) for line in found)


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ({"default": 3}, []),
        ({"required": True}, []),
        ({"defaultFrom": "cores"}, []),
        ({}, ["found count, which may have no value, allowed: a setting with a default, or one that is required"]),
        ({"type": "string"}, ["found count, whose type is string, allowed: a setting of type integer or number"]),
    ],
)
def test_what_is_counted_always_has_a_number(refused: Refused, setting: dict[str, Any], told: list[str]) -> None:
    parts = [{"of": ["cores", "count"], "description": "x"}]

    found = refused({"settings": {"count": {**COUNT, **setting}}, "memory": parts})

    assert found == [f"memory.0.of.1: {words}" for words in told]


def test_the_largest_body_is_a_number_that_the_app_always_has(refused: Refused) -> None:
    contract = {"settings": {"count": COUNT}, "requests": {"largestBody": "count"}}

    assert refused(contract) == [
        (
            "requests.largestBody: found count, which may have no value, "
            "allowed: a setting with a default, or one that is required"
        )
    ]


def test_a_counted_setting_that_does_not_exist_is_named_with_the_likeliest(refused: Refused) -> None:
    contract = {"settings": {"count": {**COUNT, "default": 1}}, "requests": {"longest": ["cont"]}}

    assert refused(contract) == [
        "requests.longest.0: found cont, allowed: a setting of the contract: count (did you mean count?)"
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"alerts": [ALERT]}, ""),
        (
            {"alerts": [{**ALERT, "expression": "x > 1"}]},
            "metrics.alerts.0.expression: found no matchers, allowed: ${app}",
        ),
        (
            {"alerts": [{**ALERT, "expression": "x{${ap}, ${kube}}"}]},
            "metrics.alerts.0.expression: found ${ap}, allowed: app, kube, pod, serviceLevel.availability",
        ),
        (
            {"alerts": [{**ALERT, "expression": "x{${latency}}"}]},
            "metrics.alerts.0.expression: found ${latency}, allowed",
        ),
        ({"alerts": [{**ALERT, "summary": "${x}"}]}, "metrics.alerts.0.summary: found ${x}, allowed: app, kube, pod"),
        ({"alerts": [ALERT, ALERT]}, "metrics.alerts.1.name: found OwnAlert, allowed: a name that no other alert has"),
        ({"alerts": [{**ALERT, "name": f"Own{n}"} for n in "abcdefgh"]}, "metrics.alerts: found"),
        ({"saturation": [GAUGE]}, "metrics.saturation.0: found neither bound nor boundFrom, allowed: one of both"),
        ({"saturation": [{**GAUGE, "bound": 1, "boundFrom": "x"}]}, "metrics.saturation.0"),
        ({"saturation": [{**GAUGE, "bound": 1, "summary": "${app}"}]}, "metrics.saturation.0.summary: found ${app}"),
        ({"code": {"series": "x", "labels": ["a"], "identity": "b", "legend": "x"}}, "metrics.code.identity: found b"),
        ({"rows": [{"title": "x", "panels": [PANEL]}]}, ""),
        (
            {"rows": [{"title": "x", "panels": [{**PANEL, "queries": [{"expression": "x"}]}]}]},
            "metrics.rows.0.panels.0.queries.0.expression: found no matchers",
        ),
        (
            {"stages": {"series": "x", "label": "s", "shown": ["a"], "waiting": "b", "waitingFor": "x"}},
            "metrics.stages.waiting: found b, allowed: one of a",
        ),
    ],
)
def test_series_and_expressions_hold_together(refused: Refused, content: dict[str, Any], told: str) -> None:
    found = refused(metrics(**content))

    assert bool(found) == bool(told)
    assert not told or found[0].startswith(told)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("python check.py ${url}", []),
        ("python check.py '${url}", ['found "python check.py \'${url}", allowed: one command line']),
        (
            "python check.py ${uri}",
            ["found ${uri}, allowed: ${image}, ${url}, ${managementUrl}, ${name}, ${examples}"],
        ),
    ],
)
def test_a_command_can_be_filled_in(refused: Refused, line: str, told: list[str]) -> None:
    found = refused({"checks": {"image": line}})

    assert len(found) == len(told)
    assert all(one.startswith(f"checks.image: {words}") for one, words in zip(found, told, strict=True))
