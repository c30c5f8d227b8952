"""Contradictions inside a setting, and counts of settings that have no number."""

import re
from collections.abc import Iterator

from pydantic import TypeAdapter, ValidationError

from slipway.config.problems import shown, suggestion

from .app import Contract
from .choosing import value_type
from .lines import Place
from .settings import Setting
from .words import Fact

_Contradiction = tuple[Place, str, str]

_NUMBERS = ("integer", "number")


def settings_fit_their_type(contract: Contract) -> Iterator[_Contradiction]:
    """Bounds belong to numbers, choices and patterns to text; a default keeps to them."""
    for name, setting in contract.settings.items():
        place: Place = ("settings", name)
        misplaced = list(_misplaced(setting))
        for key, owner in misplaced:
            yield (*place, key), f"{key} of a setting of type {setting.type}", f"{key} of {owner} alone"
        if not misplaced:
            yield from _values(place, setting)


def _misplaced(setting: Setting) -> Iterator[tuple[str, str]]:
    given = setting.model_dump(exclude_defaults=True, by_alias=True)
    for key in ("least", "moreThan", "most", "atMost", "defaultFrom"):
        if key in given and setting.type not in _NUMBERS:
            yield key, "numbers"
    for key in ("choices", "pattern"):
        if key in given and setting.type != "string":
            yield key, "text"


def _values(place: Place, setting: Setting) -> Iterator[_Contradiction]:
    defaults = [key for key, value in (("default", setting.default), ("defaultFrom", setting.default_from)) if value]
    if setting.required and defaults:
        yield (
            (*place, "required"),
            f"required beside {defaults[0]}",
            "one of both: a default is for what may be left out",
        )
    if setting.default is not None and setting.default_from is not None:
        yield (*place, "defaultFrom"), "default and defaultFrom", "one of both"
    if setting.least is not None and setting.most is not None and setting.least > setting.most:
        yield (*place, "least"), f"{setting.least:g}", f"at most the setting's most, {setting.most:g}"
        return
    if setting.pattern is not None:
        try:
            re.compile(setting.pattern)
        except re.error as error:
            yield (*place, "pattern"), setting.pattern, f"a regular expression ({error})"
            return
    if setting.default is not None:
        try:
            TypeAdapter(value_type(setting)).validate_python(setting.default, strict=True)
        except ValidationError as error:
            [detail] = error.errors(include_url=False)
            yield (*place, "default"), shown(setting.default), f"a value that the setting takes: {detail['msg']}"


def what_is_counted_is_a_number(contract: Contract) -> Iterator[_Contradiction]:
    """Memory, times and bounds are computed from settings that always have a number."""
    for place, name in _counted(contract):
        if name == Fact.CORES and place[0] == "memory":
            continue
        setting = contract.settings.get(name)
        if setting is None:
            yield place, name, f"a setting of the contract: {suggestion(name, list(contract.settings))}"
        elif setting.type not in _NUMBERS:
            yield place, f"{name}, whose type is {setting.type}", "a setting of type integer or number"
        elif setting.default is None and setting.default_from is None and not setting.required:
            yield place, f"{name}, which may have no value", "a setting with a default, or one that is required"


def _counted(contract: Contract) -> Iterator[tuple[Place, str]]:
    for index, part in enumerate(contract.memory):
        yield from ((("memory", index, "of", inner), name) for inner, name in enumerate(part.of))
    yield from ((("requests", "longest", index), name) for index, name in enumerate(contract.requests.longest))
    if contract.requests.largest_body:
        yield ("requests", "largestBody"), contract.requests.largest_body
    metrics = contract.metrics
    if metrics is None:
        return
    if metrics.stages and metrics.stages.most:
        yield ("metrics", "stages", "most"), metrics.stages.most
    for index, gauge in enumerate(metrics.saturation):
        if gauge.bound_from:
            yield ("metrics", "saturation", index, "boundFrom"), gauge.bound_from


RULES = (settings_fit_their_type, what_is_counted_is_a_number)
