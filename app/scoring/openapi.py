"""The OpenAPI 3.1 description of the service's interface, with this deployment's limits in it."""

from typing import TYPE_CHECKING, Any

import orjson

from .errors import MEDIA_TYPE
from .limits import FORMATS

if TYPE_CHECKING:
    from .service import Service

Schema = dict[str, Any]

_PROBLEMS = {
    400: "The request is malformed.",
    404: "There is no such model.",
    408: "The body did not arrive in time.",
    411: "The request has no Content-Length.",
    413: "The body, the picture or the number of pictures is beyond the limits.",
    415: "The bytes are not a picture in an accepted format, or the Content-Type is not accepted.",
    422: "The picture is recognised but cannot be decoded, or has a shape that no model can see.",
    503: "Full, or not ready; try again after Retry-After seconds.",
}


def document(service: "Service") -> bytes:
    """The document as JSON text."""
    limits = service.settings
    return orjson.dumps(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "Slipway scoring",
                "version": limits.commit or "dev",
                "description": "Classifies pictures with one pretrained model. Of an animation the first frame counts.",
            },
            "paths": {
                "/": {"get": _operation("The word Healthy, or the page for browsers", {"text/html": _text()})},
                "/version": {"get": _operation("Runtime version, or everything as JSON", _version())},
                "/score": {"post": _score(limits.max_pictures)},
                "/v1/classify": {"post": _classify()},
                "/healthz": {"get": _operation("Alive", {"text/plain": _text()})},
                "/readyz": {"get": _operation("Ready to take traffic", {"text/plain": _text()}, 503)},
                "/metrics": {"get": _operation("Prometheus metrics", {"text/plain": _text()})},
                "/openapi.json": {"get": _operation("This document", _json({"type": "object"}))},
            }
            | _inference_paths(),
            "components": {"schemas": _schemas(limits.max_pictures)},
        }
    )


def _score(max_pictures: int) -> Schema:
    operation = _operation(
        "Top three classes of base64 pictures, the original contract", _json(_ref("Scores")), *_TAKES
    )
    operation["requestBody"] = _body(
        {"application/json": {"schema": _ref("ScoreRequest"), "example": {"input": '["<base64 of a picture>"]'}}}
    )
    operation["description"] = f"At most {max_pictures} pictures; answers in their order."
    operation["responses"]["415"] = {"description": "Not JSON.", "content": _json({"type": "object"})}
    return operation


def _classify() -> Schema:
    operation = _operation("Most probable classes of one picture", _json(_ref("Classification")), *_TAKES)
    operation["parameters"] = [
        {
            "name": "top",
            "in": "query",
            "description": "How many classes; 5 where it is left out.",
            "schema": {"type": "integer", "minimum": 1},
        }
    ]
    picture = {"type": "string", "contentMediaType": "image/*"}
    form = {"type": "object", "required": ["image"], "properties": {"image": picture}}
    kinds = {f"image/{form.lower()}": {"schema": picture} for form in FORMATS}
    operation["requestBody"] = _body(
        kinds | {"application/octet-stream": {"schema": picture}, "multipart/form-data": {"schema": form}}
    )
    return operation


def _inference_paths() -> Schema:
    name = {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}
    version = {"name": "version", "in": "path", "required": True, "schema": {"type": "string"}}
    anything = _json({"type": "object"})
    paths: Schema = {
        "/v2": {"get": _operation("Inference protocol: this server", anything)},
        "/v2/health/live": {"get": _operation("Inference protocol: alive", anything)},
        "/v2/health/ready": {"get": _inference("ready", anything, 503)},
    }
    for stem, parameters in (
        ("/v2/models/{name}", [name]),
        ("/v2/models/{name}/versions/{version}", [name, version]),
    ):
        infer = _inference("inference", _json(_ref("InferenceResponse")), *_TAKES, 404)
        infer["requestBody"] = _body(_json(_ref("InferenceRequest")))
        paths[stem] = {"parameters": parameters, "get": _inference("model metadata", anything, 404, 503)}
        paths[f"{stem}/ready"] = {"parameters": parameters, "get": _inference("model ready", anything, 404, 503)}
        paths[f"{stem}/infer"] = {"parameters": parameters, "post": infer}
    return paths


_TAKES = (400, 408, 411, 413, 415, 422, 503)


def _operation(summary: str, content: Schema, *problems: int) -> Schema:
    responses: Schema = {"200": {"description": "OK", "content": content}}
    for status in problems:
        responses[str(status)] = {
            "description": _PROBLEMS[status],
            "content": {MEDIA_TYPE: {"schema": _ref("Problem")}},
        }
    return {"summary": summary, "responses": responses}


def _inference(summary: str, content: Schema, *problems: int) -> Schema:
    operation = _operation(f"Inference protocol: {summary}", content)
    for status in problems:
        operation["responses"][str(status)] = {
            "description": _PROBLEMS[status],
            "content": _json(_ref("InferenceError")),
        }
    return operation


def _version() -> Schema:
    return {"text/html": _text(), "application/json": {"schema": _ref("Version")}}


def _body(content: Schema) -> Schema:
    return {"required": True, "content": content}


def _json(schema: Schema) -> Schema:
    return {"application/json": schema if "schema" in schema else {"schema": schema}}


def _text() -> Schema:
    return {"schema": {"type": "string"}}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "required": list(properties), "properties": properties}


def _schemas(max_pictures: int) -> Schema:
    text, number, whole = {"type": "string"}, {"type": "number"}, {"type": "integer"}
    model = _object(name=text, version=text, sha256=text)
    code = _object(commit=text, build=text)
    pair = {"type": "array", "prefixItems": [text, number], "minItems": 2, "maxItems": 2}
    pictures = {"type": "array", "items": text, "maxItems": max_pictures}
    tensors = {"type": "array", "items": _object(name=text, datatype=text, shape={"type": "array", "items": whole})}
    return {
        "Problem": _object(type=text, title=text, status=whole, detail=text, instance=text, request_id=text),
        "InferenceError": _object(error=text),
        "InferenceRequest": _object(inputs=tensors | {"minItems": 1, "maxItems": 1}),
        "InferenceResponse": _object(model_name=text, model_version=text, outputs=tensors),
        "ScoreRequest": _object(
            input={
                "description": "A JSON text of a list of base64 strings, as the original has it, or that list itself.",
                "oneOf": [{"type": "string", "contentMediaType": "application/json"}, pictures],
            }
        ),
        "Scores": _object(
            result={
                "type": "array",
                "prefixItems": [
                    {"type": "array", "items": {"type": "array", "items": pair}},
                    {"type": "string", "pattern": r"^Computed in [0-9]+\.[0-9]{2} ms$"},
                ],
            }
        ),
        "Classification": _object(
            model=model,
            code=code,
            image=_object(format={"enum": list(FORMATS)}, width=whole, height=whole),
            classes={"type": "array", "items": _object(index=whole, label=text, probability=number)},
            timings_ms=_object(queue=number, decode=number, inference=number, total=number),
            request_id=text,
        ),
        "Version": _object(
            code=code,
            model={"type": "object"},
            limits={"type": "object"},
            runtime={"type": "object"},
        ),
    }
