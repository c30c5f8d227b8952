"""Apps as environments run them: the sample, and others, with settings of a test's own."""

from delivery.paths import ROOT
from slipway.alert_rules import Watched, watched
from slipway.config.app import App, application
from slipway.config.monitoring import ServiceLevel
from slipway.contract import Contract
from slipway.contract.application import Application

from .workloads import workload

SAMPLE = "app/app.yaml"


def app(path: str = SAMPLE, /, **settings: object) -> Application:
    """The app whose contract stands at `path`, with `settings` chosen by their names."""
    return application(App.model_validate({"contract": path, "settings": settings}), ROOT)


def sample_watched(level: ServiceLevel, namespace: str = "scoring-dev", **settings: object) -> Watched:
    """Return the material of the sample's rules and dashboard."""
    return watched(namespace, app(**settings), workload(), level)


def sample_contract() -> Contract:
    return app().contract
