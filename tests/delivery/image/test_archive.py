"""Images out of the engine, in each form that engines write."""

import io
import tarfile
import zlib
from pathlib import Path

import pytest

from delivery.failure import FailureError, IntegrityError
from delivery.image.archive import Archive

from .images import gzipped, save, sha256

LAYERS = [b"base" * 5000, b"app" * 7000]


def packed(archive: Archive, folder: Path) -> list[tuple[str, int, bytes]]:
    made = []
    for number, member in enumerate(archive.layers):
        target = folder / f"packed-{number}"
        digest, size = member.packed(target)
        made.append((digest, size, target.read_bytes()))
    return made


@pytest.mark.parametrize("as_packed", [False, True])
@pytest.mark.parametrize("layout", [False, True])
def test_every_layer_comes_out_as_gzip_under_its_own_digest(tmp_path: Path, *, as_packed: bool, layout: bool) -> None:
    image = save(tmp_path, LAYERS, packed=as_packed, layout=layout)
    for (digest, size, data), layer in zip(packed(Archive(image.id, image.path), tmp_path), LAYERS, strict=True):
        assert zlib.decompress(data, wbits=31) == layer
        assert (digest, size) == (sha256(data), len(data))


def test_what_is_packed_already_stays_as_it_is(tmp_path: Path) -> None:
    image = save(tmp_path, LAYERS, packed=True)
    assert [data for _, _, data in packed(Archive(image.id, image.path), tmp_path)] == [gzipped(one) for one in LAYERS]


def test_the_same_layer_is_the_same_blob_whenever_it_is_packed(tmp_path: Path) -> None:
    one, other = save(tmp_path / "one", LAYERS), save(tmp_path / "other", [b"new base", LAYERS[1]])
    first = packed(Archive(one.id, one.path), tmp_path)
    second = packed(Archive(other.id, other.path), tmp_path)
    assert first[1] == second[1]
    assert first[0] != second[0]


def test_a_blob_of_several_gzip_members_is_one_layer(tmp_path: Path) -> None:
    image = save(tmp_path, [LAYERS[0] + LAYERS[1]], packed=True)
    several = gzipped(LAYERS[0]) + gzipped(LAYERS[1])
    replaced = save_raw(tmp_path / "several", image.path, {"0/layer.tar": several})
    ((digest, _, data),) = packed(Archive(image.id, replaced), tmp_path)
    assert (digest, data) == (sha256(several), several)


def test_a_layer_that_is_not_its_configurations_is_refused(tmp_path: Path) -> None:
    image = save(tmp_path, LAYERS)
    changed = save_raw(tmp_path / "changed", image.path, {"1/layer.tar": b"something else"})
    with pytest.raises(IntegrityError, match=r"its layer 1/layer\.tar has other bytes than its configuration says"):
        packed(Archive(image.id, changed), tmp_path)


def test_a_layer_that_cannot_be_proved_is_refused_with_a_way_out(tmp_path: Path) -> None:
    image = save(tmp_path, LAYERS)
    changed = save_raw(tmp_path / "changed", image.path, {"0/layer.tar": b"\x28\xb5\x2f\xfdzstd"})
    with pytest.raises(FailureError, match=r"packed with zstd.*choose a base image with gzip layers"):
        packed(Archive(image.id, changed), tmp_path)


def test_another_image_than_was_asked_for_is_refused(tmp_path: Path) -> None:
    image = save(tmp_path, LAYERS)
    with pytest.raises(IntegrityError, match=f"the engine saved another image: {image.id}"):
        Archive("sha256:" + "0" * 64, image.path)


@pytest.mark.parametrize("missing", ["manifest.json", "config.json"])
def test_what_is_no_image_is_refused(tmp_path: Path, missing: str) -> None:
    image = save(tmp_path, LAYERS)
    with pytest.raises(IntegrityError, match="saved something that is no image"):
        Archive(image.id, save_raw(tmp_path / "less", image.path, {missing: None}))


def save_raw(folder: Path, source: Path, changes: dict[str, bytes | None]) -> Path:
    """A copy of a saved image with some members changed or left out."""
    folder.mkdir()
    target = folder / "image.tar"
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for member in old:
            file = old.extractfile(member)
            assert file
            data = changes.get(member.name, file.read())
            if data is not None:
                member.size = len(data)
                new.addfile(member, io.BytesIO(data))
    return target
