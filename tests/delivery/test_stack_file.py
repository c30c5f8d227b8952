"""Stack files mean the same to every command as to the engine, and keep every character that is not changed."""

import json

import pytest

from delivery.failure import FailureError
from delivery.stack_file import parse_mapping, set_config

GO = {
    "off": "off",
    "on": "on",
    "yes": "yes",
    "no": "no",
    "y": "y",
    "True": True,
    "TRUE": True,
    "true": True,
    "False": False,
    "22:00": "22:00",
    "1:30:00": "1:30:00",
    "190:20:30": "190:20:30",
    "010": 8,
    "0o10": 8,
    "0x1F": 31,
    "0b11": 3,
    "1_000": 1000,
    "0_1": 1,
    "+5": 5,
    "-7": -7,
    "09": 9,
    "08": 8,
    "0o8": "0o8",
    "1e3": 1000,
    "1E3": 1000,
    "1.5e3": 1500,
    "1.": 1,
    ".5": 0.5,
    "1_0.5": 10.5,
    "12e03": 12000,
    "685_230.15": 685230.15,
    "1.33": 1.33,
    "1.30": 1.3,
    '"1.33"': "1.33",
    "12345678901234567890123": 1.2345678901234568e22,
    "0.1.2": "0.1.2",
    "2026-12-18": "2026-12-18T00:00:00Z",
    "2026-1-8": "2026-01-08T00:00:00Z",
    "2026-12-18T10:00:00Z": "2026-12-18T10:00:00Z",
    "2026-12-18 10:00:00": "2026-12-18T10:00:00Z",
    "2026-12-18T10:00:00+02:00": "2026-12-18T10:00:00+02:00",
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "": None,
    '"off"': "off",
    "'no'": "no",
    "=": "=",
    "!!str 5": "5",
}
"""Each scalar as gopkg.in/yaml.v3 3.0.1 and encoding/json read it, as run on 2026-11-28."""

RELEASE = {"digest": "sha256:ab", "model": {"name": "colours"}}


@pytest.mark.parametrize("scalar", GO, ids=repr)
def test_a_scalar_means_what_it_means_to_the_engine(scalar: str) -> None:
    found = parse_mapping(f"a: {scalar}", "Pulumi.dev.yaml")["a"]

    assert (found, type(found)) == (GO[scalar], type(GO[scalar]))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("config:\n  a: 1\n  b: 2\n  a: 3\n", r"^Pulumi\.dev\.yaml:4:3: .*found the key a again, which line 2 has"),
        ("config:\n  a: [1\n", r"^Pulumi\.dev\.yaml:3:1: "),
        ("config:\n\ta: 1\n", r"^Pulumi\.dev\.yaml:2:1: "),
        ("config:\n  a: .inf\n", r"^Pulumi\.dev\.yaml:2:6: .*found \.inf, allowed: a finite number"),
        ("- a\n", r"^Pulumi\.dev\.yaml: found list, allowed: a mapping"),
        ("config: !!python/object:os.system {}\n", r"^Pulumi\.dev\.yaml:1:9: "),
    ],
)
def test_what_the_engine_refuses_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(FailureError, match=message):
        parse_mapping(text, "Pulumi.dev.yaml")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("config:\n  a: off # why\n\n  b: 22:00\n", "config:\n  ENTRY\n  a: off # why\n\n  b: 22:00\n"),
        ("config:\n    a: 1\n", "config:\n    ENTRY\n    a: 1\n"),
        (
            "config:\n  KEY:\n    digest: old\n    deep:\n      - 1\n  # next\n  b: 2\n",
            "config:\n  ENTRY\n  # next\n  b: 2\n",
        ),
        ("config:\n  b: 2\n  KEY: {digest: old}\n", "config:\n  b: 2\n  ENTRY\n"),
        ("config:\n  KEY: {digest: old} # said why\n  b: 2\n", "config:\n  ENTRY # said why\n  b: 2\n"),
        ("config: {a: 1}\n", "config: {ENTRY, a: 1}\n"),
        ("config: {KEY: {digest: old}, a: 1}\n", "config: {ENTRY, a: 1}\n"),
        ("config: {}\nsecretsprovider: x\n", "config:  {ENTRY}\nsecretsprovider: x\n"),
        ("config:\nsecretsprovider: x\n", "config: {ENTRY}\nsecretsprovider: x\n"),
        ("secretsprovider: x\n", "secretsprovider: x\nconfig:\n  ENTRY\n"),
    ],
)
def test_a_release_is_set_and_no_other_character_changes(before: str, after: str) -> None:
    key = "slipway:release"
    found = set_config(before.replace("KEY", key), key, RELEASE)

    assert found == after.replace("ENTRY", f"{json.dumps(key)}: {json.dumps(RELEASE)}")
    assert parse_mapping(found, "x")["config"][key] == RELEASE
