"""Being let in: a registry's challenge answered with a password or a token of the realm that it names.

The protocol: https://distribution.github.io/distribution/spec/auth/token/ and .../auth/oauth/
"""

import base64
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase
from requests.utils import parse_dict_header

from .credentials import Credentials
from .place import Place

_SECONDS = 30


class Refused(Exception):  # noqa: N818  # never leaves this package: the client turns it into a RegistryError
    """The realm gave no token."""


@dataclass(frozen=True)
class Authorization(AuthBase):
    """The header, or none: set even where empty, so that no `.netrc` is asked instead."""

    header: str = ""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.header:
            request.headers["Authorization"] = self.header
        return request


def answer(
    session: requests.Session, challenge: str, place: Place, credentials: Credentials | None
) -> Authorization | None:
    """Return the header to send from now on, None where the challenge cannot be answered. Raises Refused."""
    scheme, _, text = challenge.partition(" ")
    if scheme.lower() == "basic":
        return _basic(credentials) if credentials and credentials.username else None
    if scheme.lower() != "bearer":
        return None
    terms = parse_dict_header(text)
    realm = str(terms.get("realm") or "")
    loopback = place.is_loopback and Place(urlsplit(realm).netloc, "").is_loopback
    if not realm.startswith("https://") and not (loopback and realm.startswith("http://")):
        raise Refused(f"the registry sends its callers to {realm or 'nowhere'} for a token, which is not https")
    asked = {"service": str(terms.get("service") or ""), "scope": f"repository:{place.repository}:pull,push"}
    return _token(session, realm, {name: value for name, value in asked.items() if value}, credentials)


def _token(
    session: requests.Session, realm: str, asked: dict[str, str], credentials: Credentials | None
) -> Authorization:
    try:
        if credentials and credentials.identity_token:
            form = {"grant_type": "refresh_token", "refresh_token": credentials.identity_token, "client_id": "slipway"}
            response = session.post(
                realm, data=form | asked, auth=Authorization(), timeout=_SECONDS, allow_redirects=False
            )
        else:
            who = _basic(credentials) if credentials else Authorization()
            response = session.get(realm, params=asked, auth=who, timeout=_SECONDS, allow_redirects=False)
        document = response.json() if response.ok else {}
    except (requests.RequestException, ValueError) as error:
        raise Refused(f"no token from {urlsplit(realm).netloc}: {type(error).__name__}") from None
    token = (document.get("token") or document.get("access_token")) if isinstance(document, dict) else None
    if not token:
        raise Refused(f"no token from {urlsplit(realm).netloc}: it answered {response.status_code}")
    return Authorization(f"Bearer {token}")


def _basic(credentials: Credentials) -> Authorization:
    pair = f"{credentials.username}:{credentials.password}".encode()
    return Authorization(f"Basic {base64.b64encode(pair).decode()}")
