"""The original sample's two plain routes, the page for browsers, and the description of the interface."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
from flask import Blueprint, Response, jsonify, request

from app.scoring.service import Service

from . import page

_OPENAPI = Path(__file__).parents[1].joinpath("openapi.json").read_bytes()


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
            response = jsonify(service.version)
        else:
            response = Response(service.runtime["onnxruntime"], mimetype="text/html")
        response.vary.add("Accept")
        return response

    @views.get("/openapi.json")
    def openapi() -> Response:
        """The description of this interface."""
        return Response(describe(service), mimetype="application/json")

    return views


def _names_html() -> bool:
    """True where the caller names HTML: `*/*` alone, as probes and curl send it, is not a browser."""
    return any(kind.startswith("text/html") for kind, _ in request.accept_mimetypes)


@lru_cache(maxsize=1)
def describe(service: Service) -> bytes:
    """`openapi.json` with this deployment's limits and model, computed once. Raises Problem 503 without a model."""
    version = service.version
    limits, model = version["limits"], version["model"]
    described: dict[str, Any] = orjson.loads(_OPENAPI)
    parameters, schemas = described["components"]["parameters"], described["components"]["schemas"]
    if commit := version["code"]["commit"]:
        described["info"]["version"] = commit
    top = parameters["Top"]["schema"]
    top["maximum"] = model["classes"]
    top["default"] = min(top["default"], model["classes"])
    parameters["ModelName"]["schema"]["examples"] = [model["name"]]
    parameters["ModelVersion"]["schema"]["examples"] = [model["version"]]
    schemas["Picture"]["maxLength"] = limits["max_body_bytes"]
    schemas["Base64Pictures"]["maxItems"] = limits["max_pictures"]
    schemas["Version"]["examples"] = [version]
    return orjson.dumps(described)
