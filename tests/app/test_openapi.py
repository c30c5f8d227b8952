"""The description of the interface is a valid document, whole, and true of what the service answers."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types

from app.scoring.application import create_app
from app.scoring.limits import FORMATS
from app.scoring.problem import Problem
from app.scoring.service import Service as ScoringService
from app.scoring.settings import Settings
from app.scoring.views.root import describe
from tests.support import models
from tests.support.pictures import plain
from tests.support.service import Service, running

JSON = "application/json"
BINARY = "application/octet-stream"
RED = base64.b64encode(plain("red")).decode()
PARTS = frozenset(("schemas", "responses", "parameters", "headers", "requestBodies"))


@pytest.fixture(scope="module")
def document(service: Service) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(service.ask("GET", "/openapi.json").body)
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in item.keys() - {"parameters"}:
            yield path, method, item[method]


def references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(reference := value.get("$ref"), str):
            yield reference
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def resolve(document: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    """The object that `value` refers to, or itself."""
    found: Any = value
    while "$ref" in found:
        reference, found = found["$ref"], document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
    described: dict[str, Any] = found
    return described


def faults(document: dict[str, Any], schema: dict[str, Any], value: object) -> list[str]:
    """The faults of `value` by `schema`, whose references lead into the document."""
    judge = Draft202012Validator(schema | {"components": document["components"]})
    return [f"{error.json_path}: {error.message}" for error in judge.iter_errors(value)]


def test_every_schema_is_one_of_json_schema_2020_12(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_reference_leads_to_a_part_and_every_part_is_referred_to(document: dict[str, Any]) -> None:
    parts = {f"#/components/{kind}/{name}" for kind, named in document["components"].items() for name in named}

    assert set(document["components"]) == PARTS
    assert set(references(document)) == parts


def test_every_operation_has_an_id_of_its_own_and_its_paths_parameters(document: dict[str, Any]) -> None:
    ids = []
    for path, _, operation in operations(document):
        ids.append(operation["operationId"])
        given = [*document["paths"][path].get("parameters", []), *operation.get("parameters", [])]
        found = [resolve(document, parameter) for parameter in given]
        names = {parameter["name"] for parameter in found if parameter["in"] == "path"}
        assert names == set(re.findall(r"{(\w+)}", path))
        assert set(operation["tags"]) <= {tag["name"] for tag in document["tags"]}

    assert len(ids) == len(set(ids))


def test_the_document_has_every_route_of_the_public_port_and_no_other(document: dict[str, Any]) -> None:
    app = create_app(ScoringService(Settings(model_dir=Path("no-model-is-needed"))))
    routes = {
        (re.sub(r"<(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if not rule.rule.startswith("/page/")  # the files of the page are no interface
    }

    assert {(path, method) for path, method, _ in operations(document)} == routes


def test_the_document_holds_the_limits_and_the_model_of_this_deployment(
    service: Service, document: dict[str, Any]
) -> None:
    version = json.loads(service.ask("GET", "/version", headers={"Accept": JSON}).body)
    parameters, schemas = document["components"]["parameters"], document["components"]["schemas"]

    assert document["info"]["version"] == "c0ffee"
    assert schemas["Version"]["examples"] == [version]
    assert parameters["Top"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 5, "default": 5}
    assert parameters["ModelName"]["schema"]["examples"] == ["colours"]
    assert schemas["Picture"]["maxLength"] == version["limits"]["max_body_bytes"]
    assert schemas["Base64Pictures"]["maxItems"] == version["limits"]["max_pictures"]


def test_another_deployment_has_another_document(colour_model: Path, tmp_path: Path) -> None:
    with running(colour_model, tmp_path / "log", max_body_bytes=5000, max_pictures=3) as other:
        found = json.loads(other.ask("GET", "/openapi.json").body)

    assert found["info"]["version"] == "dev"
    assert found["components"]["schemas"]["Picture"]["maxLength"] == 5000
    assert found["components"]["schemas"]["Base64Pictures"]["maxItems"] == 3


def test_the_document_is_computed_once_there_is_a_model_and_only_once(tmp_path: Path) -> None:
    service = ScoringService(Settings(model_dir=tmp_path))
    with pytest.raises(Problem) as refused:
        describe(service)
    manifest = models.write(tmp_path)
    two = manifest.output.model_copy(update={"classes": 2})
    service._manifest = manifest.model_copy(update={"output": two})

    top = json.loads(describe(service))["components"]["parameters"]["Top"]["schema"]

    assert refused.value.status == 503
    assert (top["maximum"], top["default"]) == (2, 2)
    assert describe(service) is describe(service)


def test_the_formats_are_those_that_the_service_reads(document: dict[str, Any]) -> None:
    classification = document["components"]["schemas"]["Classification"]
    body = document["paths"]["/v1/classify"]["post"]["requestBody"]["content"]

    assert classification["properties"]["image"]["properties"]["format"]["enum"] == list(FORMATS)
    assert {kind for kind in body if kind.startswith("image/")} == {f"image/{form.lower()}" for form in FORMATS}


def tensor(**changes: object) -> bytes:
    entry = {"name": "picture", "datatype": "BYTES", "shape": [1], "data": [RED]} | changes
    return json.dumps({"inputs": [entry]}).encode()


def named(*outputs: dict[str, Any]) -> bytes:
    return json.dumps(json.loads(tensor()) | {"outputs": outputs}).encode()


MODEL = "/v2/models/{name}"
VERSIONED = f"{MODEL}/versions/{{version}}"
CASES: list[tuple[str, str, int, bytes | None, dict[str, str]]] = [
    ("get", "/", 200, None, {}),
    ("get", "/", 200, None, {"Accept": "text/html"}),
    ("get", "/version", 200, None, {}),
    ("get", "/version", 200, None, {"Accept": JSON}),
    ("get", "/openapi.json", 200, None, {}),
    ("post", "/v1/classify", 200, plain("red"), {}),
    ("post", "/v1/classify", 400, b"", {}),
    ("post", "/v1/classify", 411, None, {"Transfer-Encoding": "chunked"}),
    ("post", "/v1/classify", 413, b"", {"Content-Length": "99999999999"}),
    ("post", "/v1/classify", 415, b"words", {}),
    ("post", "/v1/classify", 422, plain("red")[:60], {}),
    ("post", "/score", 200, json.dumps({"input": [RED]}).encode(), {"Content-Type": JSON}),
    ("post", "/score", 400, b"{}", {"Content-Type": JSON}),
    ("post", "/score", 413, json.dumps({"input": [RED] * 17}).encode(), {"Content-Type": JSON}),
    ("post", "/score", 415, b"{}", {"Content-Type": "text/plain"}),
    ("post", "/score", 415, b"{}", {"Content-Type": JSON, "Content-Encoding": "gzip"}),
    ("post", "/score", 422, json.dumps({"input": ["AAAA"]}).encode(), {"Content-Type": JSON}),
    ("get", "/v2", 200, None, {}),
    ("get", "/v2/health/live", 200, None, {}),
    ("get", "/v2/health/ready", 200, None, {}),
    *(("get", stem, 200, None, {}) for stem in (MODEL, VERSIONED)),
    *(("get", f"{stem}/ready", 200, None, {}) for stem in (MODEL, VERSIONED)),
    *(("post", f"{stem}/infer", 200, tensor(), {}) for stem in (MODEL, VERSIONED)),
    ("post", f"{MODEL}/infer", 200, named({"name": "scores", "parameters": {"classification": 2}}), {}),
    ("post", f"{MODEL}/infer", 200, named({"name": "scores", "parameters": {"binary_data": True}}), {}),
    ("post", f"{MODEL}/infer", 400, b"{}", {}),
    ("post", f"{MODEL}/infer", 400, named({"name": "another"}), {}),
    ("post", f"{MODEL}/infer", 411, None, {"Transfer-Encoding": "chunked"}),
    ("post", f"{MODEL}/infer", 413, tensor(shape=[17], data=[RED] * 17), {}),
    ("post", f"{MODEL}/infer", 415, tensor(), {"Content-Encoding": "gzip"}),
    ("post", f"{MODEL}/infer", 422, tensor(data=["AAAA"]), {}),
]


@pytest.mark.parametrize(
    ("method", "path", "status", "body", "headers"), CASES, ids=[f"{case[0]} {case[1]} {case[2]}" for case in CASES]
)
def test_an_answer_is_as_the_document_describes_it(
    service: Service,
    document: dict[str, Any],
    method: str,
    path: str,
    status: int,
    body: bytes | None,
    headers: dict[str, str],
) -> None:
    reply = service.ask(method.upper(), path.format(name="colours", version="1"), body, headers)
    kind = reply.headers["Content-Type"].partition(";")[0]
    described = resolve(document, document["paths"][path][method]["responses"][str(status)])

    assert reply.status == status
    assert kind in described["content"]
    if kind.endswith("json"):
        assert faults(document, described["content"][kind].get("schema", {}), json.loads(reply.body)) == []
    if kind == BINARY:
        [length] = described["headers"].keys() & reply.headers.keys()
        inference = document["components"]["schemas"]["InferenceResponse"]
        assert faults(document, inference, json.loads(reply.body[: int(reply.headers[length])])) == []


@pytest.mark.parametrize("path", [f"{MODEL}", f"{VERSIONED}/ready"])
def test_the_answer_for_another_model_is_as_the_document_describes_it(
    service: Service, document: dict[str, Any], path: str
) -> None:
    reply = service.ask("GET", path.format(name="another", version="1"))
    described = resolve(document, document["paths"][path]["get"]["responses"]["404"])

    assert reply.status == 404
    assert faults(document, described["content"][JSON]["schema"], json.loads(reply.body)) == []


def test_an_answer_with_further_outputs_is_described(document: dict[str, Any], tmp_path: Path) -> None:
    schema = document["components"]["schemas"]["Classification"]
    models.write(tmp_path / "model", further=("again",))
    with running(tmp_path / "model", tmp_path / "log") as service:
        answer = json.loads(service.ask("POST", "/v1/classify", plain("red")).body)

    assert answer["outputs"] == {"again": answer["classes"]}
    assert faults(document, schema, answer) == []
    assert faults(document, schema, answer | {"outputs": {"again": [{"label": "red"}]}}) != []


@pytest.mark.parametrize("body", [{"input": json.dumps([RED])}, {"input": [RED]}, json.loads(tensor())])
def test_a_request_that_is_accepted_is_as_the_document_describes_it(document: dict[str, Any], body: object) -> None:
    name = "InferenceRequest" if "inputs" in json.dumps(body) else "ScoreRequest"

    assert faults(document, document["components"]["schemas"][name], body) == []


def test_too_many_pictures_are_outside_the_description(document: dict[str, Any]) -> None:
    assert faults(document, document["components"]["schemas"]["ScoreRequest"], {"input": [RED] * 17}) != []
