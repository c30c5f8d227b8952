"""Conditions that say in words what is allowed, where a pattern or a number would leave the user guessing.

They are part of a type, `Annotated[str, Matching(…)]`, and show in its JSON schema, which makes the reference page.
"""

import re
from collections.abc import Sized
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

S = TypeVar("S", bound=Sized)


@dataclass(frozen=True)
class Matching:
    """Text that matches `pattern` as a whole; `allowed` says so in words."""

    pattern: str
    allowed: str

    def check(self, text: str) -> str:
        """`text`, or ValueError."""
        if not re.fullmatch(self.pattern, text):
            raise ValueError(self.allowed)
        return text

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401 - pydantic's protocol
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(schema) | {"pattern": f"^(?:{self.pattern})$" if "|" in self.pattern else f"^{self.pattern}$"}


@dataclass(frozen=True)
class Counted:
    """From `least` to `most` entries; `what` names them."""

    least: int
    most: int
    what: str

    def check(self, entries: S) -> S:
        """`entries`, or ValueError."""
        if not self.least <= len(entries) <= self.most:
            raise ValueError(f"{self.least} to {self.most} {self.what}")
        return entries

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401 - JSON of any shape
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        least, most = ("minProperties", "maxProperties") if self._maps(schema) else ("minItems", "maxItems")
        return handler(schema) | ({least: self.least} if self.least else {}) | {most: self.most}

    @staticmethod
    def _maps(schema: CoreSchema) -> bool:
        """Tell a map, whose entries have names, from a list."""
        inner: Any = schema.get("schema", schema)
        return bool(inner.get("type") == "dict")
