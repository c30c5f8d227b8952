"""Promises of the service level against what the app's series can measure, and what its own limits allow.

Each rule yields (path, what was found, what is allowed). Its parameters are named after the sections that it reads.
"""

from collections.abc import Iterator

from slipway.contract.application import Application
from slipway.contract.metrics import Metrics

from .facts import counted
from .monitoring import Monitoring
from .workload import Workload

_Problem = tuple[str, str, str]


def promises_are_measured(monitoring: Monitoring, app: Application) -> Iterator[_Problem]:
    """Each series of the service level has its promise, and no promise goes without one."""
    level, metrics = monitoring.service_level, app.contract.metrics or Metrics()
    for key, promise, name, series in (
        ("availability", level.availability, "requests", metrics.requests),
        ("p99Seconds", level.p99_seconds, "latency", metrics.latency),
        ("queueSeconds", level.queue_seconds, "stages", metrics.stages),
    ):
        path = f"monitoring.serviceLevel.{key}"
        if promise is not None and series is None:
            yield path, f"{promise:g}", f"nothing, since {app.path} has no metrics.{name} to measure it by"
        if promise is None and series is not None:
            yield path, "nothing", f"a number: {app.path} has metrics.{name}, and alerts need the promise"


def promises_can_be_broken(monitoring: Monitoring, app: Application, workload: Workload) -> Iterator[_Problem]:
    """A promise that the app's own limits make impossible to break would never be heard of."""
    facts, level = counted(workload), monitoring.service_level
    stages = app.contract.metrics.stages if app.contract.metrics else None
    if stages and stages.most and level.queue_seconds is not None:
        most = app.number(stages.most, facts)
        if level.queue_seconds >= most:
            allowed = f"less than app.settings.{stages.most}, {most:g}"
            yield "monitoring.serviceLevel.queueSeconds", f"{level.queue_seconds:g}", allowed
    longest = app.longest_seconds(facts)
    if longest is not None and level.p99_seconds is not None and level.p99_seconds >= longest:
        names = " and ".join(app.contract.requests.longest)
        allowed = f"less than app.settings.{names} together, {longest:g}"
        yield "monitoring.serviceLevel.p99Seconds", f"{level.p99_seconds:g}", allowed


def promises_fit_the_histogram(monitoring: Monitoring, app: Application) -> Iterator[_Problem]:
    """Beyond the last bucket of a histogram everything is equally slow."""
    latency = app.contract.metrics.latency if app.contract.metrics else None
    promise = monitoring.service_level.p99_seconds
    if latency is None or promise is None:
        return
    most = latency.highest_bucket / (1 if latency.unit == "seconds" else 1000)
    if promise >= most:
        allowed = f"less than {most:g}, the last bucket of {latency.series} in {app.path}"
        yield "monitoring.serviceLevel.p99Seconds", f"{promise:g}", allowed


RULES = (promises_are_measured, promises_can_be_broken, promises_fit_the_histogram)
"""Every rule above."""
