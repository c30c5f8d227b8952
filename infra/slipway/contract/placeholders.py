"""Placeholders of expressions: which there are, and how they are filled in."""

from collections.abc import Iterator, Mapping

from slipway.config.problems import suggestion

from .app import Contract
from .checks import PLACEHOLDER
from .lines import Place
from .metrics import Metrics

PROMISES = ("availability", "p99Seconds", "queueSeconds", "leastFailures")
"""Keys of `slipway:monitoring.serviceLevel`."""

_SOURCES = ("app", "kube", "requests", "latency")
"""Matchers that keep an expression to the environment's own series."""


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with each placeholder replaced; a contract that was read has none that `values` lacks."""
    return PLACEHOLDER.sub(lambda found: values[found[1]], text)


def expressions_can_be_filled_in(contract: Contract) -> Iterator[tuple[Place, str, str]]:
    """Each placeholder is known, and each expression keeps to the environment's own series."""
    metrics = contract.metrics
    if metrics is None:
        return
    numbers = [name for name, one in contract.settings.items() if one.type in ("integer", "number")]
    known = [*_sources(metrics), "pod", *(f"serviceLevel.{one}" for one in PROMISES)]
    known += [f"settings.{name}" for name in numbers]
    for place, text in _expressions(metrics):
        names = PLACEHOLDER.findall(text)
        yield from _unknown(place, names, known)
        if not set(names) & set(_SOURCES):
            yield place, "no matchers", "${app} or ${kube} between the braces of each series"
    for place, text in _words(metrics):
        yield from _unknown(place, PLACEHOLDER.findall(text), ["bound", "pod"] if "saturation" in place else known)


def _unknown(place: Place, names: list[str], known: list[str]) -> Iterator[tuple[Place, str, str]]:
    for name in names:
        if name not in known:
            yield place, f"${{{name}}}", suggestion(name, known)


def _words(metrics: Metrics) -> Iterator[tuple[Place, str]]:
    for index, gauge in enumerate(metrics.saturation):
        yield ("metrics", "saturation", index, "summary"), gauge.summary
    for index, alert in enumerate(metrics.alerts):
        yield ("metrics", "alerts", index, "summary"), alert.summary
    for row, content in enumerate(metrics.rows):
        for panel, drawn in enumerate(content.panels):
            for query, line in enumerate(drawn.queries):
                yield ("metrics", "rows", row, "panels", panel, "queries", query, "legend"), line.legend


def _sources(metrics: Metrics) -> list[str]:
    given = {"requests": metrics.requests, "latency": metrics.latency}
    return [name for name in _SOURCES if name not in given or given[name]]


def _expressions(metrics: Metrics) -> Iterator[tuple[Place, str]]:
    for index, alert in enumerate(metrics.alerts):
        yield ("metrics", "alerts", index, "expression"), alert.expression
    for row, content in enumerate(metrics.rows):
        for panel, drawn in enumerate(content.panels):
            for query, line in enumerate(drawn.queries):
                place: Place = ("metrics", "rows", row, "panels", panel, "queries", query, "expression")
                yield place, line.expression
