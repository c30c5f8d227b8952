"""Explanation of a registry's refusal: its own words, the cause behind a status, and the remedy."""

import http

import requests

from delivery.failure import FailureError

from . import credentials
from .place import Place

_WORDS = 400


class RegistryError(FailureError):
    """The registry refused, failed or could not be reached. `status` is its answer's, None without one."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


def refused(place: Place, what: str, response: requests.Response) -> RegistryError:
    """The error for an answer that ends the push."""
    return RegistryError(
        f"{place}: {what}: the registry answered {response.status_code}{_quoted(response)}\n"
        f"{_remedy(place, response.status_code)}",
        response.status_code,
    )


def unreachable(place: Place, what: str, error: requests.RequestException) -> RegistryError:
    """The error for no answer at all."""
    if isinstance(error, requests.exceptions.SSLError):
        hint = "its certificate is not trusted here; name the authority's file in REQUESTS_CA_BUNDLE"
    elif isinstance(error, requests.Timeout):
        hint = "it did not answer in time; try again, or look at the registry's own state"
    else:
        hint = "check the name, the network and a proxy (HTTPS_PROXY, NO_PROXY), then push again"
    reason = " ".join(str(error).split())[:_WORDS]
    return RegistryError(f"{place}: {what}: cannot be reached: {reason}\n{hint}; nothing was published")


def no_token(place: Place, reason: object) -> RegistryError:
    """The error for a login that the registry's own realm refused."""
    return RegistryError(f"{place}: {reason}\n{credentials.remedy(place.host)}; nothing was published")


def _quoted(response: requests.Response) -> str:
    """The registry's own words, by the protocol's form of an error or as they are."""
    try:
        faults = response.json()["errors"]
        words = "; ".join(f"{fault.get('code', '')} {fault.get('message', '')}".strip() for fault in faults)
    except (ValueError, KeyError, TypeError, AttributeError):
        words = response.text
    words = " ".join(words.split())[:_WORDS]
    return f": {words}" if words else ""


def _remedy(place: Place, status: int) -> str:
    match status:
        case http.HTTPStatus.UNAUTHORIZED:
            cause = f"nobody is logged in, or the login is over: {credentials.remedy(place.host)}"
        case http.HTTPStatus.FORBIDDEN:
            cause = (
                "who is logged in may not push there, or the registry's firewall shuts this machine out: "
                f"{credentials.remedy(place.host)}"
            )
        case http.HTTPStatus.NOT_FOUND:
            cause = f"there is no such registry or repository; check the name {place}"
        case http.HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            cause = "a layer is larger than the registry, or a proxy before it, takes"
        case http.HTTPStatus.TOO_MANY_REQUESTS:
            cause = "it is asked too often; push again later"
        case http.HTTPStatus.INSUFFICIENT_STORAGE:
            cause = "its disk or quota is full: remove what is not needed there, then push again"
        case _ if status >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
            cause = "it fails, for example because its disk is full: look at the registry's own log, then push again"
        case _:
            cause = "it does not take what the protocol allows; is it a registry of OCI Distribution 1.0 or newer?"
    return f"{cause}; nothing was published"
