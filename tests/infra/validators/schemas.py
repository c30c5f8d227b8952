"""Schemas of the kinds that charts bring; `make schemas` writes them.

There is one file for each kind that Slipway declares, without the descriptions, which are nine tenths of it. Rules in
CEL stay unjudged here: the cluster's tests see those.
"""

import json
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types

FOLDER = Path(__file__).with_name("crds")

KINDS = {
    "gateway.networking.k8s.io": ("GatewayClass", "Gateway", "HTTPRoute"),
    "gateway.envoyproxy.io": ("EnvoyProxy", "ClientTrafficPolicy", "BackendTrafficPolicy", "SecurityPolicy"),
    "cert-manager.io": ("Issuer", "Certificate"),
}
"""Kinds that Slipway declares, by their groups."""

_TOP = ("apiVersion", "kind", "metadata")


def is_brought(manifest: dict[str, Any]) -> bool:
    """True for an object of a kind that a chart brings."""
    return manifest["apiVersion"].partition("/")[0] in KINDS


def faults(manifest: dict[str, Any]) -> list[str]:
    """Places where the object breaks its kind's schema, unknown fields among them."""
    group, _, version = manifest["apiVersion"].partition("/")
    body = {key: value for key, value in manifest.items() if key not in _TOP}
    found = Draft202012Validator(_schema(group, version, manifest["kind"])).iter_errors(body)
    return sorted(f"{fault.json_path}: {fault.message}" for fault in found)


@cache
def _schema(group: str, version: str, kind: str) -> Any:
    file = FOLDER / f"{group}_{version}_{kind}.json"
    return _closed(json.loads(file.read_text(encoding="utf-8")))


def _closed(schema: Any) -> Any:
    """The API server drops unknown fields in silence; here they are faults."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _closed(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and "additionalProperties" not in schema:
        found["additionalProperties"] = bool(schema.get("x-kubernetes-preserve-unknown-fields"))
    return found


def _stripped(schema: Any, *, names: bool = False) -> Any:
    """Without descriptions and CEL; `names` says that keys are names of properties."""
    if isinstance(schema, list):
        return [_stripped(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    dropped = () if names else ("description", "x-kubernetes-validations")
    return {
        key: _stripped(value, names=key == "properties" and not names)
        for key, value in schema.items()
        if key not in dropped
    }


def _wanted(text: str) -> Iterator[tuple[str, str]]:
    """Name and content of each schema among the definitions in `text`."""
    for found in yaml.load_all(text, Loader=yaml.CSafeLoader):
        if not isinstance(found, dict) or found.get("kind") != "CustomResourceDefinition":
            continue
        spec = found["spec"]
        kind = spec["names"]["kind"]
        if kind not in KINDS.get(spec["group"], ()):
            continue
        for version in spec["versions"]:
            if version["served"] and version["storage"]:
                schema = _stripped(version["schema"]["openAPIV3Schema"])
                for key in _TOP:
                    schema["properties"].pop(key, None)
                name = f"{spec['group']}_{version['name']}_{kind}.json"
                yield name, json.dumps(schema, separators=(",", ":"), sort_keys=True) + "\n"


if __name__ == "__main__":
    for name, content in _wanted(sys.stdin.read()):
        (FOLDER / name).write_text(content, encoding="utf-8")
