"""Images as an engine saves them, made here: what pushing does with them needs no engine."""

import hashlib
import io
import json
import tarfile
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from delivery.examples.folder import BUNDLE_FILE
from delivery.image.inventory import DebianPackage, Distribution, Inventory
from delivery.image.records import Base, BuildRecord, Check, Model, Package, Records, TestRecord
from delivery.model.manifest import Manifest
from tests.delivery.examples.colours import BUNDLE

COMMIT = "c0ffee" + "0" * 34
TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def gzipped(data: bytes) -> bytes:
    pack = zlib.compressobj(9, wbits=31)
    return pack.compress(data) + pack.flush()


@dataclass(frozen=True)
class Saved:
    """A saved image: its id, its labels and its file."""

    id: str
    path: Path
    labels: dict[str, str]


def save(
    folder: Path,
    layers: list[bytes],
    *,
    packed: bool = False,
    layout: bool = False,
    labels: dict[str, str] | None = None,
) -> Saved:
    """Write an image of these unpacked layers. `packed` as the containerd store does, `layout` with its index."""
    named = {"org.opencontainers.image.version": "c0ffee000000-colours-1"} if labels is None else labels
    configuration = json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Labels": named},
            "rootfs": {"type": "layers", "diff_ids": [sha256(layer) for layer in layers]},
        }
    ).encode()
    files = {f"{number}/layer.tar": gzipped(layer) if packed else layer for number, layer in enumerate(layers)}
    described = [{"Config": "config.json", "Layers": list(files), "RepoTags": None}]
    members = {**files, "config.json": configuration, "manifest.json": json.dumps(described).encode()}
    identity = sha256(configuration)
    if layout:
        identity = sha256(b"the manifest of the containerd store")
        members["index.json"] = json.dumps({"manifests": [{"digest": identity}]}).encode()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "image.tar"
    with tarfile.open(path, "w") as tar:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return Saved(identity, path, named)


def build_record(image: str, manifest: Manifest, commit: str = COMMIT, build: str = "77") -> BuildRecord:
    """What a build writes down."""
    return BuildRecord(
        image=image,
        commit=commit,
        source="https://git.example/team/app",
        build=build,
        base=Base(reference="base:1", id="sha256:" + "ba" * 32),
        dockerfile="d0" * 32,
        model=Model(name=manifest.name, version=manifest.version, sha256=manifest.sha256),
        model_folder="/srv/model",
        packages=(
            Package(name="flask", version="3.1.3", file="flask-3.1.3-py3-none-any.whl", sha256="f1" * 32),
            Package(name="werkzeug", version="3.1.9", file="werkzeug-3.1.9-py3-none-any.whl", sha256="e2" * 32),
        ),
        engine="28.2.2",
        committed=TIME,
        started=TIME,
        finished=TIME,
    )


def prove(records: Records, image: str, manifest: Manifest) -> None:
    """Write down that an image was built and tested."""
    records.write(build_record(image, manifest))
    checks = (Check(name="examples", result="6 as expected"),)
    records.write(TestRecord(image=image, tested=TIME, engine="28.2.2", checks=checks, examples=sha256(BUNDLE)))
    (records.folder(image) / BUNDLE_FILE).write_bytes(BUNDLE)


def inventory(manifest: Manifest) -> Inventory:
    """What the image of `build_record` holds."""
    return Inventory(
        python="3.13.2",
        system={"ID": "debian", "VERSION_ID": "13"},
        debian=(DebianPackage(name="libc6", version="2.41-12+b1", architecture="amd64", source="glibc (2.41-12)"),),
        own=(
            Distribution(
                name="Flask", version="3.1.3", licence="BSD-3-Clause", requires=("Werkzeug>=3.1", "x; extra=='y'")
            ),
            Distribution(name="Werkzeug", version="3.1.9", licence="", requires=()),
        ),
        base=(Distribution(name="pip", version="25.0", licence="MIT", requires=()),),
        manifest=manifest.to_json(),
        files={name: facts.sha256 for name, facts in manifest.files.items()},
    )
