"""What Kubernetes and Prometheus ask: alive, ready, metrics."""

from flask import Blueprint, Response

from app.scoring import metrics
from app.scoring.problem import Problem
from app.scoring.service import Service


def blueprint(service: Service) -> Blueprint:
    """Routes /healthz, /readyz and /metrics."""
    views = Blueprint("operations", __name__)

    @views.get("/healthz")
    def healthz() -> Response:
        """Alive: this process answers."""
        return Response("ok\n", mimetype="text/plain")

    @views.get("/readyz")
    def readyz() -> Response:
        """Ready: the model is loaded, verified and warm, and the service is not stopping."""
        if service.draining:
            raise Problem(503, "the service is stopping")
        if not service.ready:
            raise Problem(503, "the model is not loaded yet", retry_after=1)
        return Response("ready\n", mimetype="text/plain")

    @views.get("/metrics")
    def exposition() -> Response:
        """Prometheus text format."""
        return Response(service.metrics.text(), content_type=metrics.CONTENT_TYPE)

    return views
