"""The picture in a multipart form, within bounds on its parts."""

from multipart import MultipartError, MultipartSegment, PushMultipartParser

from app.scoring.problem import Problem

FIELD = "image"
_MAX_PARTS = 16
_MAX_PART_HEADERS = 8
_MAX_PART_HEADER_BYTES = 4096


def read_picture(body: bytes, boundary: str) -> bytes:
    """The content of the file in the field `image`. Raises Problem."""
    if not boundary:
        raise Problem(400, "the form cannot be read: Content-Type names no boundary")
    parser = PushMultipartParser(
        boundary,
        content_length=len(body),
        max_header_size=_MAX_PART_HEADER_BYTES,
        max_header_count=_MAX_PART_HEADERS,
        max_segment_count=_MAX_PARTS,
    )
    found: list[str] = []
    content: list[bytes] | None = None
    inside = False
    try:
        with parser:
            for event in parser.parse(body):
                if isinstance(event, MultipartSegment):
                    found.append(event.name)
                    inside = content is None and event.name == FIELD
                    if inside:
                        content = []
                elif event and inside and content is not None:
                    content.append(bytes(event))
    except (MultipartError, ValueError) as error:
        raise Problem(400, f"the form cannot be read: {error}") from None
    if content is None:
        raise Problem(400, f"the form has no field {FIELD!r}; found {sorted(set(found))[:10]}")
    return b"".join(content)
