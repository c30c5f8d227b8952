"""An engine is found, or installed from its publisher as it was pinned, or its absence has a reason."""

import hashlib
import io
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from delivery.failure import FailureError, IntegrityError
from delivery.tools.pins import Tool
from delivery.up import programs
from delivery.up.programs import find_engine, install_engine, missing_engine


class Handler(SimpleHTTPRequestHandler):
    """Serves files and prints nothing."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base's signature
        del format, args


def archive(*names: str) -> bytes:
    """Return an archive in the form of the publisher's: programs in the folder `pulumi`."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as opened:
        for name in names:
            member = tarfile.TarInfo(f"pulumi/{name}")
            member.size, member.mode = 10, 0o755
            opened.addfile(member, io.BytesIO(b"#!/bin/sh\n"))
    return made.getvalue()


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[str]:
    """The address of a server with what lies in the folder `published`."""
    folder = tmp_path / "published"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine for which the archive is pinned."""
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")


def pin(publisher: str, content: bytes, folder: Path, sha256: str | None = None) -> Tool:
    (folder / "published" / "pulumi-v1.2.3.tar.gz").write_bytes(content)
    return Tool.model_construct(  # unchecked: a pin's address is https
        name="pulumi",
        version="1.2.3",
        url=f"{publisher}/pulumi-v{{version}}.tar.gz",
        sha256=hashlib.sha256(content).hexdigest() if sha256 is None else sha256,
        into="pulumi-{version}",
        path="pulumi",
    )


def test_the_pinned_engine_is_fetched_verified_and_found_from_then_on(
    publisher: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = pin(publisher, archive("pulumi", "pulumi-language-python"), tmp_path)
    monkeypatch.setattr(programs, "pinned", lambda: tool)
    tools = tmp_path / "work" / "tools"
    assert find_engine({"PATH": ""}, tools) is None
    installed = install_engine(tool, tools)
    assert installed.folder == tools / "pulumi-1.2.3" / "pulumi"
    assert find_engine({"PATH": ""}, tools) == installed


def test_other_bytes_than_those_that_were_pinned_install_nothing(publisher: str, tmp_path: Path) -> None:
    tool = pin(publisher, archive("pulumi", "pulumi-language-python"), tmp_path, sha256="0" * 64)
    with pytest.raises(IntegrityError, match="nothing was installed"):
        install_engine(tool, tmp_path / "work" / "tools")
    assert not (tmp_path / "work" / "tools").exists()


def test_a_pin_without_a_checksum_names_the_command_that_writes_it(publisher: str, tmp_path: Path) -> None:
    with pytest.raises(FailureError, match=r"pulumi: found no sha256, allowed: .*; run: slipway tools pin"):
        install_engine(pin(publisher, b"", tmp_path, sha256=""), tmp_path / "tools")


def test_a_publisher_that_does_not_answer_is_named(publisher: str, tmp_path: Path) -> None:
    tool = pin(publisher, b"", tmp_path)
    (tmp_path / "published" / "pulumi-v1.2.3.tar.gz").unlink()
    with pytest.raises(FailureError, match=r"pulumi-v1\.2\.3\.tar\.gz: cannot be fetched: 404"):
        install_engine(tool, tmp_path / "tools")


def test_an_archive_without_the_language_host_is_refused(publisher: str, tmp_path: Path) -> None:
    with pytest.raises(FailureError, match="found no pulumi with pulumi-language-python in it"):
        install_engine(pin(publisher, archive("pulumi"), tmp_path), tmp_path / "tools")


def test_another_machine_than_the_archives_is_refused(
    publisher: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    with pytest.raises(FailureError, match=r"for linux x86_64, and this machine is linux aarch64; put Pulumi 1\.2\.3"):
        install_engine(pin(publisher, archive("pulumi"), tmp_path), tmp_path / "tools")


def test_an_engine_on_path_is_used(engine: Path, tmp_path: Path) -> None:
    found = find_engine({"PATH": str(engine)}, tmp_path)
    assert found is not None
    assert (found.folder, found.place) == (engine, "on PATH")


def test_an_engine_without_its_language_host_is_none(engine: Path, tmp_path: Path) -> None:
    (engine / "pulumi-language-python").unlink()
    assert find_engine({"PATH": str(engine)}, tmp_path) is None
    assert missing_engine({"PATH": str(engine)}).startswith("pulumi is on PATH without pulumi-language-python")
    assert missing_engine({"PATH": ""}).startswith("pulumi is not on PATH, and not in ")
