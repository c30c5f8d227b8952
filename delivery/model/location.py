"""Locations of model repositories: a URL, taken apart and checked before anything is opened.

    file:///absolute/folder or a plain folder path
    az://account/container[/prefix]
    s3://bucket[/prefix]

A URL never carries credentials: they come from the environment, by each cloud's own chain.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from delivery.failure import UsageError

_ACCOUNT = re.compile(r"[a-z0-9]{3,24}")
_CONTAINER = re.compile(r"[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_SEGMENT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")


class LocationError(UsageError):
    """A URL that names no repository; the message says what was found and which forms there are."""


@dataclass(frozen=True)
class FolderLocation:
    """A folder of this machine."""

    path: Path

    def __str__(self) -> str:
        return self.path.as_uri()


@dataclass(frozen=True)
class AzureLocation:
    """A container of an Azure storage account."""

    account: str
    container: str
    prefix: str

    def __str__(self) -> str:
        return "/".join(filter(None, ("az:/", self.account, self.container, self.prefix)))


@dataclass(frozen=True)
class S3Location:
    """A bucket of S3, or of a service that speaks its protocol."""

    bucket: str
    prefix: str

    def __str__(self) -> str:
        return "/".join(filter(None, ("s3:/", self.bucket, self.prefix)))


Location = FolderLocation | AzureLocation | S3Location


def parse_location(text: str) -> Location:
    """The location that `text` names, or LocationError."""
    if "://" not in text:
        return _folder(text)
    try:
        url = urlsplit(text)
        credentials = url.username is not None or url.password is not None
    except ValueError:
        raise LocationError("the repository's URL cannot be read") from None
    # The URL is not quoted in this message: it may hold a secret.
    if credentials or url.query or url.fragment:
        raise LocationError("the repository's URL must not carry credentials, a query (such as a SAS) or a fragment")
    match url.scheme:
        case "file":
            if url.netloc not in ("", "localhost"):
                raise LocationError(f"{text}: a file URL has three slashes: file:///absolute/folder")
            return _folder(unquote(url.path))
        case "az":
            container, _, prefix = url.path.removeprefix("/").partition("/")
            _match(text, _ACCOUNT, url.netloc, "an account: 3 to 24 lower-case letters and digits")
            _match(text, _CONTAINER, container, "a container: 3 to 63 lower-case letters, digits and single hyphens")
            return AzureLocation(url.netloc, container, _prefix(text, prefix))
        case "s3":
            _match(text, _BUCKET, url.netloc, "a bucket: 3 to 63 lower-case letters, digits, dots and hyphens")
            return S3Location(url.netloc, _prefix(text, url.path.removeprefix("/")))
    raise LocationError(f"{text}: allowed are file:///folder, az://account/container[/prefix], s3://bucket[/prefix]")


def _folder(text: str) -> FolderLocation:
    if not text or "\0" in text:
        raise LocationError("the repository's folder has no name")
    return FolderLocation(Path(text).absolute())


def _prefix(text: str, prefix: str) -> str:
    prefix = prefix.rstrip("/")
    for segment in prefix.split("/") if prefix else ():
        _match(text, _SEGMENT, segment, "a prefix: letters, digits, '.', '_' and '-' between its slashes")
    return prefix


def _match(text: str, pattern: re.Pattern[str], found: str, allowed: str) -> None:
    if not pattern.fullmatch(found):
        raise LocationError(f"{text}: found '{found}' where the URL needs {allowed}")
