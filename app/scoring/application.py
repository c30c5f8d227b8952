"""The Flask application."""

from collections.abc import Callable
from typing import Any

import flask
import prometheus_client

from . import errors, logs
from .scorers import Template
from .service import Service
from .settings import Settings
from .views import classify, inference, operations, page, root, score


class Application(flask.Flask):
    """Flask without asking of each function at each request whether it is a coroutine: none here is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def create_app(settings: Settings, template: Template | None = None) -> flask.Flask:
    """The app for `settings`, alive but not ready: `service.of(app).load()` opens the model, or awaits `template`."""
    prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]  # it would double the series
    app = Application("scoring", static_folder=None)
    app.url_map.strict_slashes = False
    service = app.extensions["scoring"] = Service(app, settings, template)
    errors.init_app(app)
    logs.init_app(app, service.metrics, service.telemetry)
    for view in (root, score, classify, inference, operations):
        app.register_blueprint(view.blueprint(service))
    app.register_blueprint(page.blueprint)
    return app
