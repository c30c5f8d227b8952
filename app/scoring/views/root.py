"""The original sample's two plain routes, and the page for browsers."""

import orjson
from flask import Blueprint, Response, request

from app.scoring.openapi import document
from app.scoring.service import Service

from . import page


def blueprint(service: Service) -> Blueprint:
    """Routes /, /version and /openapi.json."""
    views = Blueprint("root", __name__)

    @views.get("/")
    def index() -> Response:
        """The word that the original answers, or the page where a browser asks."""
        best = request.accept_mimetypes.best_match(["text/plain", "text/html"], default="text/plain")
        response = page.index() if best == "text/html" and _names_html() else Response("Healthy", mimetype="text/html")
        response.vary.add("Accept")
        return response

    @views.get("/version")
    def version() -> Response:
        """The runtime's version as the original answers, or the whole document as JSON where that is asked for."""
        if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
            response = Response(orjson.dumps(service.version), mimetype="application/json")
        else:
            response = Response(service.runtime["onnxruntime"], mimetype="text/html")
        response.vary.add("Accept")
        return response

    @views.get("/openapi.json")
    def openapi() -> Response:
        """The description of this interface."""
        return Response(document(service), mimetype="application/json")

    return views


def _names_html() -> bool:
    """True where the caller names HTML: `*/*` alone, as probes and curl send it, is not a browser."""
    return any(kind.startswith("text/html") for kind, _ in request.accept_mimetypes)
