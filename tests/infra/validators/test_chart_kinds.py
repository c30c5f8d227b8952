"""Objects of kinds that charts bring follow those kinds' own schemas."""

import copy
from typing import Any

import pytest

from .conftest import Rendered
from .schemas import FOLDER, KINDS, faults, is_brought


def test_every_kind_has_its_schema() -> None:
    kept = {tuple(file.stem.split("_")[::2]) for file in FOLDER.glob("*.json")}

    assert kept == {(group, kind) for group, kinds in KINDS.items() for kind in kinds}


def test_every_object_follows_its_schema(rendered: Rendered) -> None:
    brought = [one for one in rendered("prod") if is_brought(one)]

    assert {one["kind"] for one in brought} >= {"Gateway", "HTTPRoute", "EnvoyProxy", "Issuer", "Certificate"}
    assert {f"{one['kind']} {fault}" for one in brought for fault in faults(one)} == set()


@pytest.mark.parametrize(
    ("kind", "path", "value", "found"),
    [
        ("Gateway", ("spec", "listeners", 0, "prot"), "HTTP", "'prot' was unexpected"),
        ("Gateway", ("spec", "listeners", 0, "port"), "80", "'80' is not of type 'integer'"),
        ("HTTPRoute", ("spec", "rules", 0, "filters", 0, "type"), "Redirect", "'Redirect' is not one of"),
        ("EnvoyProxy", ("spec", "shutdown", "drain"), "90s", "'drain' was unexpected"),
        ("Certificate", ("spec", "privateKey", "algorithm"), "DSA", "'DSA' is not one of"),
    ],
)
def test_a_broken_object_is_found(
    rendered: Rendered, kind: str, path: tuple[str | int, ...], value: object, found: str
) -> None:
    manifest: Any = copy.deepcopy(next(one for one in rendered("prod") if one["kind"] == kind))
    inner = manifest
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value

    assert any(found in fault for fault in faults(manifest))
