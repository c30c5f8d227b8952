"""Judging answers: the status that the table allows, and the form that an error must have."""

import json
from collections.abc import Set as AbstractSet

from .attempt import CLOSED, Sent
from .exchange import Answer

_LEAKS = (b"Traceback", b"site-packages", b", line ", b" object at 0x")
_PROBLEM = {"type": str, "title": str, "status": int, "detail": str, "instance": str}


def fault(sent: Sent, allowed: AbstractSet[int], answers: list[Answer]) -> str:
    """The faults of the answers; empty when there is none."""
    if len(answers) != sent.replies and not (answers and answers[-1].status == 503):
        return f"{len(answers)} answers to {sent.replies} requests"
    for answer in answers:
        text = _one(sent, allowed, answer)
        if text:
            return text
    return ""


def _one(sent: Sent, allowed: AbstractSet[int], answer: Answer) -> str:
    if answer.status == 503:
        return "" if answer.headers.get("retry-after", "").isdigit() else "503 without Retry-After"
    if answer.status not in allowed:
        shown = "closed" if answer.status == CLOSED else answer.status
        return f"{shown}, allowed are {sorted(allowed)}: {answer.body[:300]!r}"
    for leak in _LEAKS:
        if leak in answer.body and answer.status >= 400:
            return f"{answer.status} tells of the inside: {answer.body[:300]!r}"
    if answer.status >= 400:
        return "" if sent.bodiless else _error_form(sent.path, answer)
    return _label(sent, answer) if answer.status == 200 and sent.label else ""


def _error_form(path: str, answer: Answer) -> str:
    kind = answer.headers.get("content-type", "").split(";")[0]
    if (path, answer.status, answer.body) == ("/score", 415, b"{}"):
        return ""
    try:
        document = json.loads(answer.body)
    except ValueError:
        return f"{answer.status} with {kind!r} that is not JSON: {answer.body[:200]!r}"
    if path.startswith("/v2/") and isinstance(document.get("error"), str):
        return ""
    if kind != "application/problem+json":
        return f"{answer.status} is {kind!r}, not a problem document"
    wrong = [member for member, form in _PROBLEM.items() if not isinstance(document.get(member), form)]
    if wrong or document["status"] != answer.status or not document["detail"]:
        return f"{answer.status}: the problem document says {document!r}"
    return ""


def _label(sent: Sent, answer: Answer) -> str:
    document = json.loads(answer.body)
    found = document["result"][0][0][0][0] if sent.path == "/score" else document["classes"][0]["label"]
    return "" if found == sent.label else f"classified as {found!r}, it shows {sent.label!r}"
