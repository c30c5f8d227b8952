"""`POST /score`, the original sample's contract."""

import orjson
from flask import Blueprint, Response, request

from app.scoring.call import current
from app.scoring.service import Service


def blueprint(service: Service) -> Blueprint:
    """Route /score."""
    views = Blueprint("score", __name__)

    @views.post("/score")
    def score() -> Response:
        """Classify base64 pictures; answers in the order of the request."""
        if request.mimetype != "application/json":
            # The one error of the original that clients see a body of.
            return Response("{}", 415, mimetype="application/json")
        reply = service.run({"kind": "score"})
        seconds = current().stages["decode"] + current().stages["inference"]
        answer = {"result": [orjson.Fragment(bytes(reply.body)), f"Computed in {seconds * 1000:.2f} ms"]}
        return Response(orjson.dumps(answer), mimetype="application/json")

    return views
