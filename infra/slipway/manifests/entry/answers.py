"""The gateway's own answers, as problem documents of RFC 9457. The app's pass through as they are."""

import json
from collections.abc import Mapping
from typing import Any

_RETRY_SECONDS = {429: 1, 503: 5}
"""A limit's bucket is full again after a second; a replica takes some seconds to start or to come back."""

_OWN = {
    401: ("Unauthorized", "the request carries no valid proof of its caller"),
    403: ("Forbidden", "the caller lacks the role that this service asks for"),
    408: ("Request Timeout", "the request did not arrive whole in time"),
    413: ("Content Too Large", "the body is larger than this service takes"),
    429: ("Too Many Requests", "this address has sent too many requests within a second"),
    503: ("Service Unavailable", "no replica can take the request at the moment"),
    504: ("Gateway Timeout", "no answer came in time"),
}
"""Title and detail by status."""


def own_answers(challenge: str | None) -> list[dict[str, Any]]:
    """One override for each status that the gateway answers by itself; the first that matches holds.

    `challenge` names the proof that a caller lacks: an override drops the header that the proxy set.
    """
    headers = {status: {"Retry-After": str(seconds)} for status, seconds in _RETRY_SECONDS.items()}
    plain = [_override(status, headers.get(status, {})) for status in _OWN]
    if challenge is None:
        return plain
    unproven = {"WWW-Authenticate": challenge}
    return [_override(401, unproven, match=_foreign_audience(challenge)), _override(401, unproven), *plain[1:]]


def _foreign_audience(challenge: str) -> dict[str, Any]:
    """Envoy answers 403 to a token for another audience, with the header of a 401, which a missing role has not."""
    return {
        "statusCodes": [{"type": "Value", "value": 403}],
        "responseHeaders": [{"name": "WWW-Authenticate", "value": {"type": "Prefix", "value": challenge}}],
    }


def _override(status: int, headers: Mapping[str, str], match: dict[str, Any] | None = None) -> dict[str, Any]:
    """`match` finds answers whose status becomes this one; without it, those that have it already."""
    title, detail = _OWN[status]
    document = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    response: dict[str, Any] = {
        "contentType": "application/problem+json",
        "body": {"type": "Inline", "inline": json.dumps(document)},
    }
    if match:
        response["statusCode"] = status
    if headers:
        response["header"] = {"set": [{"name": name, "value": value} for name, value in headers.items()]}
    return {
        "source": "Local",
        "match": match or {"statusCodes": [{"type": "Value", "value": status}]},
        "response": response,
    }
