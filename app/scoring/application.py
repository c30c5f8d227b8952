"""The Flask applications: the public one, and the one for probes and metrics."""

import flask

from . import errors, logs, metrics
from .problem import Problem
from .service import Service
from .views import classify, open_inference, page, root, score


def create_app(service: Service) -> flask.Flask:
    """The app that the public reaches."""
    app = _flask()
    if service.telemetry is not None:
        # Before the logs, whose lines carry the ids of its spans.
        service.telemetry.instrument(app)
    logs.init_app(app, service)
    for view in (root, score, classify, open_inference):
        app.register_blueprint(view.blueprint(service))
    app.register_blueprint(page.blueprint)
    return app


def create_management_app(service: Service) -> flask.Flask:
    """The app that Kubernetes and Prometheus reach: alive, ready, metrics."""
    app = _flask()
    logs.init_app(app, service, quiet=True)

    @app.get("/healthz")
    def healthz() -> flask.Response:
        """Alive: this process answers."""
        return flask.Response("ok\n", mimetype="text/plain")

    @app.get("/readyz")
    def readyz() -> flask.Response:
        """Ready: the model is loaded, verified and warm, and the service is not stopping."""
        if service.draining:
            raise Problem(503, "the service is stopping")
        if not service.ready:
            raise Problem(503, "the model is not loaded yet", retry_after=1)
        return flask.Response("ready\n", mimetype="text/plain")

    @app.get("/metrics")
    def exposition() -> flask.Response:
        """Prometheus text format."""
        return flask.Response(service.metrics.text(), content_type=metrics.CONTENT_TYPE)

    return app


def _flask() -> flask.Flask:
    app = flask.Flask("scoring", static_folder=None)
    app.url_map.strict_slashes = False
    app.json.sort_keys = False  # type: ignore[attr-defined]  # of Flask's own provider, which it is
    errors.init_app(app)
    return app
