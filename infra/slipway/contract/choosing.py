"""The settings of a contract as a type, so that a stack file is checked against them as against the platform's."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, create_model

from slipway.config.base import Section

from .app import Contract
from .settings import Setting

_TYPES: dict[str, type] = {"string": str, "integer": int, "number": float, "boolean": bool}


def settings_type(contract: Contract) -> type[Section]:
    """A section with a field for each setting. What is not chosen is None there, whatever the app's default is."""
    fields: dict[str, Any] = {name: _field(name, setting) for name, setting in contract.settings.items()}
    doc = f"Settings of {contract.name}."
    return create_model("Settings", __base__=Section, __doc__=doc, **fields)


def value_type(setting: Setting) -> Any:  # noqa: ANN401 - a type made of a contract
    """The type of one setting's value, its bounds included."""
    if setting.choices:
        return Literal[setting.choices]
    found: Any = _TYPES[setting.type]
    if setting.type in ("integer", "number"):
        found = Annotated[found, Field(ge=setting.least, gt=setting.more_than, le=setting.most)]
    if setting.pattern:
        found = Annotated[found, AfterValidator(_Matching(setting.pattern))]
    return found


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
    return kind | None, Field(default=None, alias=name, description=setting.description)
