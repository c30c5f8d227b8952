"""A stack of another app is refused in that app's words."""

import json

import pytest

from delivery.preview import project
from slipway.config.load import parse
from slipway.config.problems import ConfigError
from tests.support.sample import SAMPLE

CONTRACT = "tests/apps/tone/app.yaml"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, ["app.settings.language: found nothing, allowed: a value: The language of the texts"]),
        ({"language": "fr"}, ['app.settings.language: found "fr", allowed: en or de']),
        (
            {"language": "de", "maxWord": 3},
            ["app.settings.maxWord: found an unknown key, allowed: language, maxWords (did you mean maxWords?)"],
        ),
        (
            {"language": "de", "maxWords": 0},
            ["app.settings.maxWords: found 0, allowed: at least 1"],
        ),
    ],
)
def test_settings_are_those_of_its_contract(settings: dict[str, object], told: list[str]) -> None:
    texts = project.read(SAMPLE).config("dev")
    section = {"slipway:app": json.dumps({"contract": CONTRACT, "settings": settings})}

    with pytest.raises(ConfigError) as refused:
        parse("dev", {**texts, **section})

    assert [str(problem) for problem in refused.value.problems] == [f"slipway:{one}" for one in told]


def test_what_only_the_sample_has_is_told_with_the_key() -> None:
    texts = project.read(SAMPLE).config("dev")
    workload = json.loads(texts["slipway:workload"]) | {"tracing": {"service": "collector", "namespace": "watch"}}
    section = {"slipway:app": json.dumps({"contract": CONTRACT, "settings": {"language": "de"}})}

    with pytest.raises(ConfigError) as refused:
        parse("dev", {**texts, **section, "slipway:workload": json.dumps(workload)})

    assert [problem.path for problem in refused.value.problems] == [
        "slipway:monitoring.serviceLevel.availability",
        "slipway:monitoring.serviceLevel.p99Seconds",
        "slipway:monitoring.serviceLevel.queueSeconds",
        "slipway:workload.tracing",
    ]
