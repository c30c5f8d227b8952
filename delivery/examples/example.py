"""One example as its file says it: a request, and the answer that is right."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

FOLDER = "examples"
"""The folder of a model version that holds its examples."""

FILE_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
FileName = Annotated[str, Field(pattern=f"^{FILE_NAME}$")]

BASE64, JSON_TEXT = "$base64", "$json"
"""In the JSON of a request: the file of that name in base64, and a part of the document as text."""

ONE_OF, AT_LEAST, AT_MOST, NEAR, WITHIN = "$one_of", "$at_least", "$at_most", "$near", "$within"
"""In the JSON of an answer: alternatives, bounds of a number, and a number with a tolerance of its own."""

TOLERANCE = 1e-6
_BODIES = ("text", "json", "file")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Request(_Part):
    """A request, whose body is text, JSON, or the file of that name beside the example."""

    path: Annotated[str, Field(pattern=r"^/[!-~]*$", max_length=2000)]
    method: Annotated[str, Field(pattern=r"^[A-Z]{1,20}$")] = ""
    """GET without a body, POST with one, where none is written."""
    query: dict[str, str | int | float] = {}
    headers: dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")], Annotated[str, Field(pattern=r"^[ -~]*$")]] = {}
    text: str | None = None
    document: Annotated[JsonValue, Field(alias="json")] = None
    file: FileName | None = None

    @property
    def has_document(self) -> bool:
        """True where there is JSON to send; null is some."""
        return "document" in self.model_fields_set

    @property
    def verb(self) -> str:
        """The method, written or implied."""
        return self.method or ("POST" if self._bodies() else "GET")

    def _bodies(self) -> list[str]:
        given = (self.text is not None, self.has_document, self.file is not None)
        return [name for name, there in zip(_BODIES, given, strict=True) if there]

    @model_validator(mode="after")
    def _one_body(self) -> Self:
        if len(bodies := self._bodies()) > 1:
            raise ValueError(f"one body: text, json or file, not {' and '.join(bodies)}")
        if "?" in self.path or "#" in self.path:
            raise ValueError("a path without ? and #: what follows a ? is written under query")
        return self


class Latency(_Part):
    """Nine of ten calls are answered within `p90_ms` milliseconds."""

    p90_ms: Annotated[float, Field(gt=0, le=600_000)]
    calls: Annotated[int, Field(ge=5, le=200)] = 20


class Expect(_Part):
    """The right answer. JSON is compared in the parts that are written: further fields and elements are free."""

    status: Annotated[int, Field(ge=100, le=599)] = 200
    document: Annotated[JsonValue, Field(alias="json")] = None
    tolerance: Annotated[float, Field(ge=0)] = TOLERANCE
    """By how much any number of `json` may differ."""
    text: str | None = None
    """A part of the answer's text."""
    latency: Latency | None = None

    @property
    def has_document(self) -> bool:
        """True where JSON is compared."""
        return "document" in self.model_fields_set


class Example(_Part):
    """The content of one file of examples/."""

    about: str = ""
    request: Request
    expect: Expect


class Bundle(_Part):
    """All files of a folder of examples in one document, as an image hands them out and a release keeps them."""

    format: Literal["slipway.examples/1"] = "slipway.examples/1"
    files: dict[FileName, str]
    """Each in base64."""
