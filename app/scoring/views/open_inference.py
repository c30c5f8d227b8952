"""The Open Inference Protocol v2 (KServe, Triton, MLServer clients): health, metadata and inference.

The model takes its own tensor, or pictures as they are: an input `picture` of BYTES, raw in binary or base64 in JSON.
"""

from typing import Any

from flask import Blueprint, Response, request

from app.scoring.manifest import Manifest
from app.scoring.problem import Problem
from app.scoring.protocol import DATATYPES, PICTURES
from app.scoring.service import Service

PREFIX = "/v2"
_JSON_LENGTH = "Inference-Header-Content-Length"


def blueprint(service: Service) -> Blueprint:
    """Routes under /v2."""
    views = Blueprint("inference", __name__, url_prefix=PREFIX)

    @views.get("")
    def server() -> dict[str, Any]:
        """The server and the extensions it speaks."""
        extensions = ["binary_tensor_data", "classification"]
        return {"name": "slipway-scoring", "version": service.settings.commit or "dev", "extensions": extensions}

    @views.get("/health/live")
    def live() -> dict[str, Any]:
        """Alive."""
        return {"live": True}

    @views.get("/health/ready")
    def ready() -> dict[str, Any]:
        """Ready, as /readyz."""
        if not service.ready:
            raise Problem(503, "not ready", retry_after=1)
        return {"ready": True}

    @views.get("/models/<name>")
    @views.get("/models/<name>/versions/<version>")
    def metadata(name: str, version: str | None = None) -> dict[str, Any]:
        """The model's inputs and outputs."""
        return _metadata(_known(service, name, version))

    @views.get("/models/<name>/ready")
    @views.get("/models/<name>/versions/<version>/ready")
    def model_ready(name: str, version: str | None = None) -> dict[str, Any]:
        """Ready, as the server: it has one model."""
        manifest = _known(service, name, version)
        if not service.ready:
            raise Problem(503, "not ready", retry_after=1)
        return {"name": manifest.name, "ready": True}

    @views.post("/models/<name>/infer")
    @views.post("/models/<name>/versions/<version>/infer")
    def infer(name: str, version: str | None = None) -> Response:
        """Probabilities for tensors or pictures."""
        _known(service, name, version)
        reply = service.run({"kind": "infer", "json_length": request.headers.get(_JSON_LENGTH)})
        split = reply.head["json_length"]
        if split is None:
            return Response(bytes(reply.body), mimetype="application/json")
        return Response(bytes(reply.body), mimetype="application/octet-stream", headers={_JSON_LENGTH: str(split)})

    return views


def _known(service: Service, name: str, version: str | None) -> Manifest:
    manifest = service.manifest
    if name != manifest.name or version not in (None, manifest.version):
        asked = name[:80] if version is None else f"{name[:80]} version {version[:20]}"
        raise Problem(404, f"no model {asked!r}; this service has {manifest.name!r} version {manifest.version!r}")
    return manifest


def _metadata(manifest: Manifest) -> dict[str, Any]:
    datatype = DATATYPES[manifest.input.dtype]
    return {
        "name": manifest.name,
        "versions": [manifest.version],
        "platform": "onnxruntime_onnx",
        "inputs": [
            {
                "name": PICTURES,
                "datatype": "BYTES",
                "shape": [-1],
                "parameters": {"content_type": "image/*", "instead_of": manifest.input.name},
            },
            {"name": manifest.input.name, "datatype": datatype, "shape": [-1, *manifest.input.row_shape]},
        ],
        "outputs": [
            {"name": output.name, "datatype": "FP32", "shape": [-1, output.classes]} for output in manifest.outputs
        ],
    }
