"""`POST /v1/classify`: one picture in, its most probable classes out."""

import io
import re

import orjson
from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.formparser import FormDataParser

from app.scoring.call import current
from app.scoring.problem import Problem
from app.scoring.service import Service

_DEFAULT_TOP = 5
_FORM = "multipart/form-data"
_FIELD = "image"


def blueprint(service: Service) -> Blueprint:
    """Route /v1/classify."""
    views = Blueprint("classify", __name__)

    @views.post("/v1/classify")
    def classify() -> Response:
        """The picture is the body itself, or the field `image` of a form; whatever Content-Type says, bytes decide."""
        count = _top(service.manifest.output.classes)
        body = service.bodies.read()
        data = _form_file(body) if request.mimetype == _FORM else body
        if not data:
            raise Problem(400, f"the body is empty; send a picture, or a form with one in the field {_FIELD!r}")
        reply = service.run({"kind": "classify", "top": count}, data)
        answer = {
            "model": service.model,
            "code": service.code,
            "image": reply.head["image"],
            "classes": reply.head["classes"],
            "timings_ms": reply.timings.in_ms,
            "request_id": current().request_id,
        }
        return Response(orjson.dumps(answer), content_type="application/json")

    return views


def _top(most: int) -> int:
    # To parse a query that is empty would cost a twentieth of the whole request.
    given = request.args.get("top") if request.query_string else None
    if given is None:
        return min(_DEFAULT_TOP, most)
    if not re.fullmatch(r"[0-9]{1,7}", given) or not 1 <= int(given) <= most:
        raise Problem(400, f"top must be a whole number from 1 to {most}, found {given[:40]!r}")
    return int(given)


def _form_file(body: bytes) -> bytes:
    """The picture in a multipart form. The whole body is in memory already, so nothing is spooled to disk."""
    parser = FormDataParser(stream_factory=lambda *_args, **_kw: io.BytesIO(), max_form_parts=16)
    try:
        _, fields, files = parser.parse(io.BytesIO(body), request.mimetype, len(body), dict(request.mimetype_params))
    except (HTTPException, ValueError) as error:
        raise Problem(400, f"the form cannot be read: {error}") from None
    if _FIELD in files:
        return files[_FIELD].stream.read()
    raise Problem(400, f"the form has no file in the field {_FIELD!r}; found {sorted({*files, *fields})[:10]}")
