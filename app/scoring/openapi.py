"""The description of the public interface: `openapi.json`, with the limits and the model of this deployment in it."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from .service import Service

_TEXT = Path(__file__).with_suffix(".json").read_bytes()


@lru_cache(maxsize=1)
def document(service: "Service") -> bytes:
    """The OpenAPI document as JSON text, computed once. Raises Problem 503 while there is no model."""
    version = service.version
    limits, model = version["limits"], version["model"]
    described: dict[str, Any] = orjson.loads(_TEXT)
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
