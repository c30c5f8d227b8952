"""`POST /v1/classify`: one picture in, its most probable classes out."""

import re
from typing import Any

from flask import Blueprint, request

from app.scoring.call import current
from app.scoring.problem import Problem
from app.scoring.service import Service

_DEFAULT_TOP = 5
_FORM = "multipart/form-data"


def blueprint(service: Service) -> Blueprint:
    """Route /v1/classify."""
    views = Blueprint("classify", __name__)

    @views.post("/v1/classify")
    def classify() -> dict[str, Any]:
        """The picture is the body itself, or the field `image` of a form; the bytes decide, not Content-Type."""
        count = _top(service.manifest.output.classes)
        boundary = request.mimetype_params.get("boundary", "") if request.mimetype == _FORM else None
        # A worker reads the form: to search megabytes for its parts would hold up the event loop.
        reply = service.run({"kind": "classify", "top": count, "boundary": boundary})
        call = current()
        return {
            "model": service.model,
            "code": service.code,
            **reply.head["result"],
            "timings_ms": call.stages_ms,
            "request_id": call.request_id,
        }

    return views


def _top(most: int) -> int:
    given = request.args.get("top")
    if given is None:
        return min(_DEFAULT_TOP, most)
    if not re.fullmatch(r"[0-9]{1,7}", given) or not 1 <= int(given) <= most:
        raise Problem(400, f"top must be a whole number from 1 to {most}, found {given[:40]!r}")
    return int(given)
