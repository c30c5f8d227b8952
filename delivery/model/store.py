"""Bytes under paths, with the two conditional writes that the repository rests on: create, and replace what was seen.

Azure Blob and S3 offer both themselves. A folder offers create only; there, writers of this program take a lock.
"""

import asyncio
import fcntl
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)
from obstore.store import AzureStore, LocalStore, S3Store

from delivery.failure import FailureError, IntegrityError, NotFoundError

from .location import AzureLocation, FolderLocation, Location, S3Location

if TYPE_CHECKING:
    from obstore import GetOptions  # exists for type checkers only
    from obstore.store import ClientConfig, RetryConfig  # exist for type checkers only

T = TypeVar("T")

_CHUNK = 4 << 20
_ENDPOINTS = ("AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
_RETRY: "RetryConfig" = {"max_retries": 5, "retry_timeout": timedelta(minutes=1)}
_HINTS = {
    AzureLocation: "for a laptop: az login, then AZURE_USE_AZURE_CLI=true; it needs the role Storage Blob Data Reader "
    "(to publish: Contributor)",
    S3Location: "credentials come from the AWS environment variables, web identity or instance role",
    FolderLocation: "the folder's permissions forbid it",
}

# Words of obstore's errors where no server answered.
_SILENCE = ("error sending request", "timed out", "error decoding response body", "operation timed out")
_SILENT = "nobody answers there, or too slowly: check the name, the network and the store's firewall, then run it again"


@dataclass(frozen=True)
class Seen:
    """An object as it was read: its bytes and the store's mark of that very state."""

    data: bytes
    tag: str | None


class Store:
    """One repository's objects. Every failure is a FailureError that names the repository."""

    def __init__(self, location: Location, objects: AzureStore | S3Store | LocalStore) -> None:
        self.location = location
        self._objects = objects

    def read(self, path: str, limit: int) -> Seen | None:
        """The whole of a small object, None if there is none; more than `limit` bytes are refused unread."""
        with self._reaching(path):
            try:
                found = _interruptible(lambda: obstore.get_async(self._objects, path))
            except FileNotFoundError:
                return None
            if found.meta["size"] > limit:
                raise IntegrityError(
                    f"{self.location}/{path}: has {found.meta['size']} bytes, at most {limit} are allowed",
                )
            return Seen(bytes(_interruptible(found.bytes_async)), found.meta["e_tag"])

    def create(self, path: str, data: bytes) -> bool:
        """Write a small object unless there is one already; whether it was written."""
        with self._reaching(path):
            try:
                _interruptible(lambda: obstore.put_async(self._objects, path, data, mode="create"))
            except AlreadyExistsError:
                return False
            return True

    def replace(self, path: str, data: bytes, seen: Seen) -> bool:
        """Write a small object over the state that was seen; whether that was still its state."""
        with self._reaching(path):
            try:
                _interruptible(lambda: obstore.put_async(self._objects, path, data, mode={"e_tag": seen.tag}))
            except (PreconditionError, AlreadyExistsError):
                return False
            return True

    def upload(self, path: str, file: Path) -> None:
        """Write a file of any size. Readers see all of it or nothing."""
        with self._reaching(path):
            _interruptible(lambda: obstore.put_async(self._objects, path, file))

    def chunks(self, path: str, offset: int = 0) -> Iterator[bytes]:
        """The bytes of an object from `offset` on; a cut connection is taken up again where it broke."""
        with self._reaching(path):
            wanted: GetOptions = {"range": {"offset": offset}} if offset else {}
            try:
                found = _interruptible(lambda: obstore.get_async(self._objects, path, options=wanted))
            except FileNotFoundError:
                raise NotFoundError(f"{self.location}/{path}: does not exist") from None
            stream = found.stream(min_chunk_size=_CHUNK)
            while chunk := _interruptible(lambda: anext(stream, None)):
                yield bytes(chunk)

    def folders(self, path: str = "") -> list[str]:
        """The names of the folders directly under `path`."""
        with self._reaching(path):
            found = _interruptible(lambda: obstore.list_with_delimiter_async(self._objects, path or None))
            return [folder.rpartition("/")[2] for folder in found["common_prefixes"]]

    @contextmanager
    def _reaching(self, path: str) -> Iterator[None]:
        place = f"{self.location}/{path}".rstrip("/")
        try:
            yield
        except FileNotFoundError:
            raise NotFoundError(f"{place}: the container, bucket or folder does not exist") from None
        except (BaseError, OSError, ValueError) as error:
            # obstore appends a dump of its own structures after the first paragraph.
            reason = " ".join(str(error).partition("\n\nDebug source")[0].split())[:500]
            refused = isinstance(error, (PermissionDeniedError, UnauthenticatedError)) or "token request" in reason
            hint = f"\n({_HINTS[type(self.location)]})" if refused else ""
            if not refused and any(sign in reason for sign in _SILENCE):
                hint = f"\n({_SILENT})"
            raise FailureError(f"{place}: {reason}{hint}") from None


class FolderStore(Store):
    """A folder of this machine, whose writers take a lock for what a file system cannot do by itself."""

    def __init__(self, location: FolderLocation) -> None:
        super().__init__(location, LocalStore(location.path))
        self._root = location.path

    def replace(self, path: str, data: bytes, seen: Seen) -> bool:
        """Replace as in every store. Compare and write are one step to every process that takes the same lock."""
        with self._locked(path):
            if self._beginning(path, len(seen.data) + 1) != seen.data:
                return False
            with self._reaching(path):
                _interruptible(
                    lambda: obstore.put_async(self._objects, path, data)
                )  # written aside, then renamed: readers need no lock
            return True

    def _beginning(self, path: str, length: int) -> bytes | None:
        try:
            with (self._root / path).open("rb") as file:
                return file.read(length)
        except FileNotFoundError:
            return None

    @contextmanager
    def _locked(self, path: str) -> Iterator[None]:
        lock = self._root / f"{path}.lock"
        with self._reaching(path):
            handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def open_store(location: Location, *, create: bool = False) -> Store:
    """The store at `location`. Only a folder can be created; containers and buckets are infrastructure."""
    match location:
        case FolderLocation(path):
            if create:
                path.mkdir(parents=True, exist_ok=True)
            if not path.is_dir():
                raise NotFoundError(f"{location}: no such folder")
            return FolderStore(location)
        case AzureLocation(account, container, prefix):
            root, client = prefix or None, _client()
            azure = AzureStore(container, account_name=account, prefix=root, client_options=client, retry_config=_RETRY)
            return Store(location, azure)
        case S3Location(bucket, prefix):
            root, client = prefix or None, _client()
            return Store(location, S3Store(bucket, prefix=root, client_options=client, retry_config=_RETRY))


def _client() -> "ClientConfig":
    return {
        "connect_timeout": "5s",
        "read_timeout": "30s",
        # obstore's own 30 s for a whole transfer would cut a big model on a slow line.
        "timeout": "1h",
        # A stand-in for the cloud on this machine speaks plain HTTP; only an endpoint set on purpose can.
        "allow_http": any(os.environ.get(name, "").startswith("http://") for name in _ENDPOINTS),
    }


def _interruptible(operation: Callable[[], Awaitable[T]]) -> T:
    """Run one operation of obstore. Its blocking forms do not notice Ctrl-C before they end or time out."""
    result: list[T] = []

    async def run() -> None:
        # Not returned: asyncio then hands its task to the signal module, which asks for its text, and the text of a
        # task holds its result. For a chunk of four megabytes that takes ten times as long as to download it.
        result.append(await operation())

    asyncio.run(run())
    return result[0]
