"""The settings of a contract as a type, so that a stack file is checked against them as against the platform's."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, create_model

from slipway.config.base import Section

from .app import Contract
from .settings import Setting

_TYPES: dict[str, type] = {"string": str, "integer": int, "number": float, "boolean": bool}


def settings_type(contract: Contract) -> type[Section]:
    """A section with a field for each setting."""
    fields: dict[str, Any] = {name: _field(name, setting) for name, setting in contract.settings.items()}
    doc = f"Settings of {contract.name}."
    return create_model("Settings", __base__=Section, __doc__=doc, **fields)


def value_type(setting: Setting) -> Any:  # noqa: ANN401 - a type made of a contract
    """The type of one setting's value, its bounds included."""
    if setting.choices:
        return Literal[setting.choices]
    found: Any = _TYPES[setting.type]
    if setting.type in ("integer", "number"):
        found = Annotated[found, Field(ge=_plain(setting.least), gt=_plain(setting.more_than), le=_plain(setting.most))]
    if setting.pattern:
        found = Annotated[found, AfterValidator(_Matching(setting.pattern))]
    return found


def _plain(bound: float | None) -> float | None:
    """A whole number without a fraction, so that messages show 64 and not 64.0."""
    return bound if bound is None or bound != int(bound) else int(bound)


class _Matching:
    def __init__(self, pattern: str) -> None:
        self._pattern = pattern

    def __call__(self, text: str) -> str:
        if not re.fullmatch(self._pattern, text):
            raise ValueError(f"text that matches {self._pattern}")
        return text


def _field(name: str, setting: Setting) -> tuple[Any, Any]:
    kind = value_type(setting)
    if setting.required:
        return kind, Field(alias=name, description=setting.description)
    follows: dict[str, Any] = {"default": f"as {setting.default_from}"} if setting.default_from else {}
    return kind, Field(setting.default, alias=name, description=setting.description, json_schema_extra=follows)
