"""Answers of `az` as it prints them, after --query and in the form of --output."""

import json
from typing import Any

import jmespath

from .parsing import AzureError, Call


def write_answer(call: Call, answer: Any) -> str:
    """Return what is printed."""
    if query := call.get("--query"):
        try:
            answer = jmespath.search(query, answer)
        except jmespath.exceptions.JMESPathError as error:
            raise AzureError(f"argument --query: invalid jmespath_type value: {query!r}: {error}", 2) from None
    match call.get("--output") or "json":
        case "none":
            return ""
        case "tsv":
            return "".join(f"{_row(one)}\n" for one in (answer if isinstance(answer, list) else [answer]))
        case "json":
            return "" if answer is None else json.dumps(answer, indent=2) + "\n"
        case _:
            return "".join(f"{_row(one)}\n" for one in (answer if isinstance(answer, list) else [answer]))


def _row(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case list():
            return "\t".join(map(_row, value))
        case dict():
            return "\t".join(_row(one) for one in value.values() if not isinstance(one, dict | list))
        case _:
            return str(value)
