"""Downloaded files by their sha256: what is there under a digest has that digest, checked each time it is used.

A download grows in `partial/` and is renamed once it is complete and proved; one that broke off is continued by the
next. The whole cache may be deleted at any time.
"""

import fcntl
import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from delivery.failure import FailureError, IntegrityError, NotFoundError

from .manifest import FileFacts
from .store import Store

Progress = Callable[[int], None]
"""Told the number of bytes as they arrive."""

_READ = 1 << 20


@dataclass(frozen=True)
class Cache:
    """A folder of files named by their sha256."""

    root: Path

    def fetch(self, store: Store, path: str, facts: FileFacts, progress: Progress) -> int:
        """Have the file of `facts` in the cache; the number of bytes that had to be downloaded."""
        with self._locked(facts) as partial:
            if self._holds(facts):
                return 0
            start = partial.stat().st_size if partial.exists() else 0
            try:
                return self._download(store, path, facts, partial, progress)
            except IntegrityError:
                if start == 0:
                    raise
            # What an earlier download left was wrong, which says nothing of the object itself.
            return self._download(store, path, facts, partial, progress)

    def place(self, facts: FileFacts, target: Path) -> None:
        """Put a file that `fetch` has just proved at `target`: as a hard link where that is possible, else as a copy.

        A write into the linked file changes the cache; the next `fetch` finds that out and downloads the file again.
        """
        try:
            target.hardlink_to(self._file(facts))
        except OSError:
            self._copy(facts, target)  # another file system, or one without such names

    def _copy(self, facts: FileFacts, target: Path) -> None:
        """Copy a cached file to `target`, proving it on the way."""
        digest, size = hashlib.sha256(), 0
        with self._file(facts).open("rb") as source, target.open("xb") as sink:
            while chunk := source.read(_READ):
                digest.update(chunk)
                size += len(chunk)
                sink.write(chunk)
        if (size, digest.hexdigest()) != (facts.size, facts.sha256):
            raise IntegrityError(f"{self._file(facts)}: was changed in the cache; delete {self.root}")

    def _file(self, facts: FileFacts) -> Path:
        return self.root / "sha256" / facts.sha256

    def _holds(self, facts: FileFacts) -> bool:
        file = self._file(facts)
        if not matches(file, facts):
            file.unlink(missing_ok=True)
            return False
        return True

    def _download(self, store: Store, path: str, facts: FileFacts, partial: Path, progress: Progress) -> int:
        digest, received = hashlib.sha256(), 0
        with partial.open("a+b") as sink, _Beside(digest.update, sink.write) as kept:
            size = _resume(sink, digest.update)
            progress(size)
            try:
                for chunk in store.chunks(path, size) if size < facts.size else ():
                    size += len(chunk)
                    received += len(chunk)
                    if size > facts.size:
                        break  # an endless object must not fill the disk
                    kept.take(chunk)
                    progress(len(chunk))
            except (IntegrityError, NotFoundError):
                raise
            except FailureError as failure:
                raise FailureError(
                    f"{failure}\n{size} of {facts.size} bytes are kept; the next pull continues"
                ) from None
        if (size, digest.hexdigest()) != (facts.size, facts.sha256):
            partial.unlink()
            raise IntegrityError(
                f"{store.location}/{path}: does not match its manifest; read {size} bytes with sha256 "
                f"{digest.hexdigest()}, declared are {facts.size} with {facts.sha256}; nothing of it was kept",
            )
        partial.replace(self._file(facts))
        return received

    @contextmanager
    def _locked(self, facts: FileFacts) -> Iterator[Path]:
        """The place of the partial download, ours alone: others wait and then find the finished file."""
        for folder in ("sha256", "partial"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        with (self.root / "partial" / f"{facts.sha256}.lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield self.root / "partial" / facts.sha256


class _Beside:
    """Does several things with each chunk at once, while the next chunk is on its way; in order, and all by its end."""

    def __init__(self, *things: Callable[[bytes], object]) -> None:
        self._things = things
        self._pool = ThreadPoolExecutor(len(things))
        self._going: list[Future[object]] = []

    def take(self, chunk: bytes) -> None:
        """Begin with this chunk once the last one is done with. Raises what that one failed with."""
        self._finish()
        self._going = [self._pool.submit(thing, chunk) for thing in self._things]

    def _finish(self) -> None:
        for one in self._going:
            one.result()
        self._going = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown()
        if error is None:
            self._finish()


def matches(file: Path, facts: FileFacts) -> bool:
    """Return whether `file` is there with the size and the sha256 of `facts`."""
    try:
        if file.stat().st_size != facts.size:
            return False
        with file.open("rb") as data:
            return hashlib.file_digest(data, "sha256").hexdigest() == facts.sha256
    except OSError:
        return False


def _resume(sink: IO[bytes], update: Callable[[bytes], None]) -> int:
    sink.seek(0)
    while chunk := sink.read(_READ):
        update(chunk)
    return sink.tell()
