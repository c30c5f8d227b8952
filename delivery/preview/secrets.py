"""Nothing that is secret gets past this module: it hides values before anything else reads them."""

import base64
import hashlib
import os
import re
from typing import Final

import orjson

from policy.secrets import is_secret_flag, looks_secret, sounds_secret

from .model import Json
from .values import ENGINE_UNKNOWNS, HIDDEN, UNKNOWN, Secret, is_unknown

SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET_SIGNATURE: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the engine's public mark of a secret
_OUTPUT_SIGNATURE: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_ASSETS: Final = {"c44067f5952c0a294b673a41bacd8c17": "asset", "0def7320c3a5731c473e5ecbe6d01bc7": "archive"}
_MIN_LENGTH: Final = 4
"""Shorter plain texts are hidden where they stand, but not looked for elsewhere: `no` is in every sentence."""

_SALT: Final = os.urandom(16)


def without_echoes(document: Json) -> Json:
    """The document, with every echo of what it marks as secret taken out of every text; the marks stay.

    Only an engine that was told to show secrets marks any, so a caller may look for SIGNATURE first.
    """
    plain: set[str] = set()
    _learn(document, plain)
    if not plain:
        return document
    longest_first = sorted(plain, key=len, reverse=True)
    return _scrub(document, re.compile("|".join(map(re.escape, longest_first))))


def _learn(document: Json, plain: set[str]) -> None:
    """Note the plain text of everything that the document marks as secret."""
    if isinstance(document, dict):
        if _marks_secret(document):
            for key in ("value", "plaintext"):
                _note(document.get(key), plain)
            return
        for value in document.values():
            _learn(value, plain)
    elif isinstance(document, list):
        for value in document:
            _learn(value, plain)


def _note(value: Json, plain: set[str]) -> None:
    if isinstance(value, dict):
        for item in value.values():
            _note(item, plain)
    elif isinstance(value, list):
        for item in value:
            _note(item, plain)
    elif isinstance(value, str) and len(value) >= _MIN_LENGTH and value not in ENGINE_UNKNOWNS:
        plain |= {value, base64.b64encode(value.encode()).decode()}
        plain |= {line.strip() for line in value.splitlines() if len(line.strip()) >= 2 * _MIN_LENGTH}
        try:
            inside = orjson.loads(value)  # the engine keeps a secret's value as JSON text
        except orjson.JSONDecodeError:
            return
        _note(inside if not isinstance(inside, str) or inside != value else None, plain)


def _scrub(document: Json, echo: re.Pattern[str]) -> Json:
    if isinstance(document, str):
        return echo.sub("[secret]", document)
    if isinstance(document, dict):
        if _marks_secret(document):
            return document
        return {echo.sub("[secret]", key): _scrub(value, echo) for key, value in document.items()}
    if isinstance(document, list):
        return [_scrub(value, echo) for value in document]
    return document


def hide_inputs(resource_type: str, inputs: dict[str, Json]) -> dict[str, Json]:
    """A resource's properties without their secrets: marked ones, and ones that their name or look gives away."""
    hidden = {key: hide(key, value) for key, value in inputs.items() if not key.startswith("__")}
    if resource_type == "kubernetes:core/v1:Secret":
        for key in ("data", "stringData"):
            if isinstance(inputs.get(key), dict):
                hidden[key] = {name: hide("secret", value) for name, value in inputs[key].items()}
    return hidden


def hide_text(text: str) -> str:
    """Free text, such as a diagnostic, hidden whole if anything in it looks like a secret."""
    return "[secret]" if looks_secret(text) else text


def hide(name: str, value: Json) -> Json:
    """One named value, such as a stack output, without its secrets."""
    kind = type(value)
    if kind is str:
        return _hide_string(name, value)
    if kind is dict:
        return _hide_dictionary(value)
    if kind is list:
        flagged = [False, *map(is_secret_flag, value[:-1])]
        return [hide("secret" if flag else name, item) for flag, item in zip(flagged, value, strict=False)]
    return value


def _hide_string(name: str, value: str) -> str:
    if value == "[secret]":
        return value if isinstance(value, Secret) else HIDDEN
    if value in ENGINE_UNKNOWNS:
        return UNKNOWN
    if value and sounds_secret(name) and not is_unknown(value):
        return _secret(value, in_clear=True)
    if looks_secret(value):
        return _secret(value, in_clear=True)
    return value


def _hide_dictionary(value: dict[str, Json]) -> Json:
    if SIGNATURE in value:
        if _marks_secret(value):
            rest = {key: item for key, item in value.items() if key != SIGNATURE}
            return _secret(rest, in_clear=False)
        if value[SIGNATURE] == _OUTPUT_SIGNATURE:
            return hide("", value["value"]) if "value" in value else UNKNOWN
        kind = _ASSETS.get(str(value[SIGNATURE]), "value")
        return f"{kind} {value.get('path') or value.get('uri') or str(value.get('hash', ''))[:12]}".strip()
    named, said = value.get("name"), value.get("value")
    if isinstance(named, str) and isinstance(said, str) and sounds_secret(named):
        value = {**value, "value": _hide_string(named, said)}
    return {key: hide(key, item) for key, item in value.items()}


def _secret(value: Json, *, in_clear: bool) -> Secret:
    mark = hashlib.blake2b(repr(value).encode(), key=_SALT, digest_size=16).digest()
    return Secret(mark, in_clear=in_clear)


def _marks_secret(value: dict[str, Json]) -> bool:
    signature = value.get(SIGNATURE)
    return signature == _SECRET_SIGNATURE or (signature == _OUTPUT_SIGNATURE and bool(value.get("secret")))
