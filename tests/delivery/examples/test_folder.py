"""Reading examples: each fault is named by file, path, what was found and what is allowed; all of them at once."""

import base64
from pathlib import Path

import pytest

from delivery.examples.folder import MAX_BYTES, MAX_FILES, Examples, parse, parse_bundle, read_folder
from delivery.failure import FailureError

FIELDS = "path, method, query, headers, text, json, file"
OPERATORS = "$one_of, $at_least, $at_most, $near, $within"
RED = b"""
about: a red sheet
request: {path: /v1/classify, query: {top: 1}, file: red.png}
expect:
  json: {classes: [{label: red, probability: {$at_least: 0.9}}]}
"""


def faults(files: dict[str, bytes]) -> list[str]:
    with pytest.raises(FailureError) as refused:
        parse(files, "examples")
    return str(refused.value).splitlines()


def expecting(text: str) -> bytes:
    return f"request: {{path: /}}\nexpect: {text}".encode()


def test_a_folder_of_yaml_json_and_a_picture_is_read(tmp_path: Path) -> None:
    (tmp_path / "red.yaml").write_bytes(RED)
    (tmp_path / "root.json").write_text('{"request": {"path": "/"}, "expect": {"text": "Healthy"}}', encoding="utf-8")
    (tmp_path / "red.png").write_bytes(b"a picture")
    examples = read_folder(tmp_path)
    assert list(examples.examples) == ["red", "root"]
    assert examples.examples["red"].request.verb == "POST"
    assert examples.examples["root"].request.verb == "GET"
    assert examples.files["red.png"] == b"a picture"


def test_a_bundle_is_the_very_folder() -> None:
    examples = parse({"red.yaml": RED, "red.png": b"\x89PNG"}, "examples")
    assert parse_bundle(examples.to_bundle(), "examples.json") == examples
    assert isinstance(examples, Examples)


@pytest.mark.parametrize("bundle", [b"{}", b"nothing", b'{"format": "slipway.examples/1", "files": {"a.yaml": "!"}}'])
def test_a_damaged_bundle_is_refused_by_its_place(bundle: bytes) -> None:
    with pytest.raises(FailureError, match=r"^release/examples\.json: is no bundle of examples"):
        parse_bundle(bundle, "release/examples.json")


def test_a_bundle_cannot_name_a_file_elsewhere() -> None:
    text = base64.b64encode(RED).decode()
    bundle = f'{{"format": "slipway.examples/1", "files": {{"../red.yaml": "{text}"}}}}'.encode()
    with pytest.raises(FailureError, match="is no bundle of examples"):
        parse_bundle(bundle, "examples.json")


def test_every_fault_of_every_file_is_told_at_once_with_a_way_on() -> None:
    told = faults(
        {
            "one.yaml": b"request: {pth: /}\nexpect: {status: 99}",
            "two.yaml": b"request: {path: /, file: gren.png}\nexpect: {json: {a: {$at_lest: 1}}}",
            "three.json": b'{"request": ',
        }
    )
    one, two = "examples/one.yaml: ", "examples/two.yaml: "
    assert told == [
        f"{one}request.path: is missing",
        f"{one}request.pth: found a field of this name, allowed are {FIELDS}; path may be meant",
        f"{one}expect.status: found 99, allowed is greater than or equal to 100",
        "examples/three.json: line 1: is not YAML: expected the node content, but found '<stream end>'",
        f"{two}expect.json.a.$at_lest: found an operator of this name, allowed are {OPERATORS}; $at_least may be meant",
        f"{two}request: sends gren.png, which is not beside it; there are: one.yaml, three.json, two.yaml",
        "docs/how-to/publish-your-own-model.md describes every field",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (b"request: {path: v1}\nexpect: {}", "request.path: found 'v1', allowed is"),
        (b"request: {path: '/a?top=1'}\nexpect: {}", "what follows a ? is written under query"),
        (b"request: {path: /, text: a, json: 1}\nexpect: {}", "one body: text, json or file, not text and json"),
        (b"request: {path: /, file: ../secret}\nexpect: {}", "request.file: found '../secret'"),
        (b"request: {path: /}", "expect: is missing"),
        (b"- a list", "(whole): found ['a list'], allowed is"),
        (b"request: {path: /}\nrequest: {path: /a}\nexpect: {}", "line 2: is not YAML: request is there twice"),
        (b"a: &x 1\nb: *x", "a reference (*name) cannot be used"),
        (b"a: .nan", "holds what JSON does not"),
        (b"\xff", "is not UTF-8 at byte 0"),
        (b"request: {path: /, json: {$base46: x}}\nexpect: {}", "$base64 may be meant"),
        (b"request: {path: /, json: {$base64: 3}}\nexpect: {}", "request.json.$base64: found 3, allowed is the name"),
        (b"request: {path: /, json: {$json: [], a: 1}}\nexpect: {}", "found beside a, allowed is $json alone"),
        (expecting("{json: {$one_of: []}}"), "expect.json.$one_of: found [], allowed is a list of alternatives"),
        (expecting("{json: {a: {$at_least: high}}}"), "expect.json.a.$at_least: found 'high', allowed is a number"),
        (expecting("{json: {a: {$within: 1}}}"), "found without $near"),
        (expecting("{json: {a: {$one_of: [1], $at_most: 2}}}"), "found beside other operators"),
        (expecting("{json: {a: {$near: 1, b: 2}}}"), "found b beside $near, allowed are fields or operators"),
        (expecting("{latency: {p90: 5}}"), "expect.latency.p90: found a field of this name, allowed are p90_ms, calls"),
    ],
)
def test_a_fault_is_named_by_its_path_with_what_is_allowed(text: bytes, fault: str) -> None:
    told = faults({"one.yaml": text})
    assert any(line.startswith("examples/one.yaml: ") and fault in line for line in told), told


def test_words_that_old_yaml_takes_for_something_else_are_words() -> None:
    examples = parse({"one.yaml": expecting("{json: {label: no, day: 2026-01-02, sure: true}}")}, "examples")
    assert examples.examples["one"].expect.document == {"label": "no", "day": "2026-01-02", "sure": True}


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        ({}, "found no example, allowed are 1 and more"),
        ({"red.yaml": RED, "red.png": b"x", "blue.png": b"x"}, "blue.png: no example sends it"),
        ({"one.yaml": expecting("{}"), "one.json": expecting("{}")}, "the name one is in another file already"),
        ({"red.yaml": RED, "red.png": b""}, "red.png: found no bytes"),
        ({"red.yaml": RED, "red.png": bytes(MAX_BYTES)}, f"allowed are at most {MAX_BYTES:,}"),
        ({f"{n}.yaml": expecting("{}") for n in range(MAX_FILES + 1)}, f"found {MAX_FILES + 1} files, allowed"),
        ({".yaml": expecting("{}")}, "allowed in a name are"),
    ],
)
def test_a_folder_that_cannot_travel_is_refused(files: dict[str, bytes], fault: str) -> None:
    assert any(fault in line for line in faults(files))


def test_a_folder_in_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    with pytest.raises(FailureError, match="found no plain file"):
        read_folder(tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FailureError, match=r"nowhere: cannot be read: No such file"):
        read_folder(tmp_path / "nowhere")
