"""The picture in a multipart form, within bounds on its parts."""

import io

from multipart import MultipartError, MultipartParser

from app.scoring.problem import Problem

FIELD = "image"
_MAX_PARTS = 16
_MAX_PART_HEADERS = 8
_MAX_PART_HEADER_BYTES = 4096


def read_picture(body: bytes, boundary: str) -> bytes:
    """The content of the file in the field `image`. Raises Problem."""
    if not boundary:
        raise Problem(400, "the form cannot be read: Content-Type names no boundary")
    parser = MultipartParser(
        io.BytesIO(body),
        boundary,
        len(body),
        header_limit=_MAX_PART_HEADERS,
        headersize_limit=_MAX_PART_HEADER_BYTES,
        part_limit=_MAX_PARTS,
        # No part is more than the body, so none goes to a file.
        spool_limit=len(body),
        memory_limit=len(body),
    )
    try:
        parts = parser.parts()
    except (MultipartError, ValueError) as error:
        raise Problem(400, f"the form cannot be read: {error}") from None
    content: bytes | None = next((part.raw for part in parts if part.name == FIELD), None)
    if content is None:
        raise Problem(400, f"the form has no field {FIELD!r}; found {sorted({part.name for part in parts})[:10]}")
    return content
