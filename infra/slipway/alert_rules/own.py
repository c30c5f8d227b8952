"""Rules that an app's contract brings along."""

from collections.abc import Iterator

from slipway.contract.placeholders import fill
from slipway.scraping import POD

from .rule import Alert, Severity
from .watched import Watched


def saturation(app: Watched) -> Iterator[Alert]:
    """An alert for each gauge with a bound."""
    for gauge in app.metrics.saturation if app.metrics else ():
        bound = app.bound(gauge)
        most = f"{bound * gauge.share:g}"
        yield Alert(
            name=gauge.alert,
            severity=Severity.WARNING,
            minutes=5,
            expression=f"max by (cluster, {POD}) (avg_over_time({app.series.app(gauge.series)}[5m])) > {most}",
            summary=fill(gauge.summary, {"bound": f"{bound:g}", "pod": POD}),
            page=gauge.runbook,
        )


def alerts(app: Watched) -> tuple[Alert, ...]:
    """Alerts that only this app has."""
    return tuple(
        Alert(
            name=one.name,
            severity=Severity[one.severity.upper()],
            minutes=one.minutes,
            expression=app.filled(one.expression),
            summary=app.filled(one.summary),
            page=one.runbook,
        )
        for one in (app.metrics.alerts if app.metrics else ())
    )
