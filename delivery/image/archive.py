"""An image out of the engine, by `docker image save`: its configuration and its layers, proved against each other.

Engines write two forms, their old one and the OCI layout; both name the parts in `manifest.json`.
"""

import hashlib
import json
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from delivery.failure import FailureError, IntegrityError

from .engine import docker
from .oci import digest_of

_READ = 1 << 20
_SECONDS = 900
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5"
_AS_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True)
class Member:
    """A layer inside an archive. `diff_id` is the sha256 of its unpacked bytes, as the configuration says."""

    archive: "Archive"
    name: str
    diff_id: str

    def packed(self, target: Path) -> tuple[str, int]:
        """Write the layer to `target` as gzip; its digest and size. Raises IntegrityError if it is another layer."""
        unpacked, packed, size = hashlib.sha256(), hashlib.sha256(), 0
        with self.archive.opened(self.name) as source, target.open("wb") as sink:
            head = source.read(2)
            source.seek(0)
            if head == _ZSTD:
                raise FailureError(
                    f"image {self.archive.image}: its layer {self.name} is packed with zstd, which cannot be proved "
                    "here; choose a base image with gzip layers: BASE_IMAGE=..."
                )
            pack = _keep(source, unpacked.update) if head == _GZIP else _gzip(source, unpacked.update)
            for piece in pack:
                packed.update(piece)
                size += sink.write(piece)
        if f"sha256:{unpacked.hexdigest()}" != self.diff_id:
            raise IntegrityError(
                f"image {self.archive.image}: its layer {self.name} has other bytes than its configuration says "
                f"({self.diff_id}); build it again"
            )
        return f"sha256:{packed.hexdigest()}", size


class Archive:
    """A saved image. Raises IntegrityError where it is not the image that was asked for."""

    def __init__(self, image: str, path: Path) -> None:
        self.image = image
        self._path = path
        try:
            (described,) = json.loads(self._bytes("manifest.json"))
            self.configuration = self._bytes(described["Config"])
            diff_ids = json.loads(self.configuration)["rootfs"]["diff_ids"]
            self.layers = [
                Member(self, name, diff_id) for name, diff_id in zip(described["Layers"], diff_ids, strict=True)
            ]
        except (KeyError, ValueError, TypeError, tarfile.TarError) as error:
            raise IntegrityError(f"image {image}: the engine saved something that is no image: {error!r}") from None
        self._check_identity()

    @contextmanager
    def opened(self, name: str) -> Iterator[IO[bytes]]:
        """The bytes of a member, links followed. Each caller has the file for itself."""
        with tarfile.open(self._path) as tar:
            member = tar.extractfile(name)
            if member is None:
                raise KeyError(name)
            yield member

    def _check_identity(self) -> None:
        """An image's id is its configuration's digest, or with the containerd store its manifest's."""
        ids = [digest_of(self.configuration)]
        with tarfile.open(self._path) as tar:
            layout = "index.json" in tar.getnames()
        if layout:
            index: dict[str, Any] = json.loads(self._bytes("index.json"))
            ids += [str(entry.get("digest")) for entry in index.get("manifests", ())]
        if self.image not in ids:
            raise IntegrityError(f"image {self.image}: the engine saved another image: {', '.join(ids)}")

    def _bytes(self, name: str) -> bytes:
        with self.opened(name) as member:
            return member.read()


@contextmanager
def saved(image: str, beside: Path) -> Iterator[Archive]:
    """The image by its id, saved to a temporary file in the folder `beside`."""
    beside.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="save-", dir=beside) as folder:
        path = Path(folder) / "image.tar"
        docker("image", "save", "--output", str(path), image, seconds=_SECONDS)
        yield Archive(image, path)


def _gzip(source: IO[bytes], seen: Any) -> Iterator[bytes]:  # noqa: ANN401  # a hash's update, of any buffer
    """Packed without name and time, so that the same layer is the same blob."""
    pack = zlib.compressobj(6, wbits=_AS_GZIP)
    while data := source.read(_READ):
        seen(data)
        yield pack.compress(data)
    yield pack.flush()


def _keep(source: IO[bytes], seen: Any) -> Iterator[bytes]:  # noqa: ANN401  # a hash's update, of any buffer
    """Yield a layer that is gzip already, byte for byte, and hand its unpacked bytes to `seen`.

    The engine packed it, or the maker of the base image.
    """
    unpack = zlib.decompressobj(_AS_GZIP)
    while data := source.read(_READ):
        seen(unpack.decompress(data))
        while unpack.eof and unpack.unused_data:  # several members in one file are one stream
            rest = unpack.unused_data
            unpack = zlib.decompressobj(_AS_GZIP)
            seen(unpack.decompress(rest))
        yield data
