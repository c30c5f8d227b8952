"""Tools are installed only as they were pinned, fetched or kept."""

import hashlib
import io
import re
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from delivery.failure import FailureError, IntegrityError
from delivery.paths import ROOT
from delivery.tools.installing import announce, install
from delivery.tools.pins import Tool, read_pins, write_pins


def tar(**files: bytes) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o755
            archive.addfile(member, io.BytesIO(content))
    return made.getvalue()


GOOD = tar(**{"pulumi/pulumi": b"#!/bin/sh\n"})


def tool(content: bytes = GOOD, **changes: object) -> Tool:
    facts = {
        "name": "pulumi",
        "version": "1.2.3",
        "url": "https://tools.example/pulumi-v{version}.tar.gz",
        "sha256": hashlib.sha256(content).hexdigest(),
        "into": "pulumi-{version}",
        "path": "pulumi",
    }
    return Tool.model_validate({**facts, **changes})


def serving(content: bytes, asked: list[str] | None = None) -> Callable[[str, Path], None]:
    def get(address: str, to: Path) -> None:
        if asked is not None:
            asked.append(address)
        to.write_bytes(content)

    return get


def test_a_tool_is_fetched_once_and_unpacked_as_a_program(tmp_path: Path) -> None:
    asked: list[str] = []
    for _ in range(2):
        path = install(tool(), tmp_path / "cache", tmp_path / "tools", serving(GOOD, asked))
    assert path == tmp_path / "tools" / "pulumi-1.2.3" / "pulumi"
    assert (path / "pulumi").stat().st_mode & 0o111
    assert asked == ["https://tools.example/pulumi-v1.2.3.tar.gz"]


def test_programs_in_a_zip_can_be_run(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("bin/linux_amd64/kubelogin", "#!/bin/sh\n")
    content = made.getvalue()
    pinned = tool(content, url="https://tools.example/k.zip", path="bin/linux_amd64")

    path = install(pinned, tmp_path / "cache", tmp_path / "tools", serving(content))

    assert path is not None
    assert (path / "kubelogin").stat().st_mode & 0o111


def test_other_bytes_install_nothing_and_are_not_kept(tmp_path: Path) -> None:
    with pytest.raises(IntegrityError, match="nothing was installed"):
        install(tool(), tmp_path / "cache", tmp_path / "tools", serving(tar(**{"pulumi/pulumi": b"evil"})))
    assert not (tmp_path / "tools").exists()
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_cache_of_other_bytes_installs_nothing(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "pulumi-v1.2.3.tar.gz").write_bytes(tar(**{"pulumi/pulumi": b"evil"}))

    with pytest.raises(IntegrityError):
        install(tool(), tmp_path / "cache", tmp_path / "tools", serving(GOOD))


def test_a_tool_without_a_checksum_is_never_fetched(tmp_path: Path) -> None:
    asked: list[str] = []
    with pytest.raises(FailureError, match=r"found no sha256.*slipway tools pin"):
        install(tool(sha256=""), tmp_path / "cache", tmp_path / "tools", serving(GOOD, asked))
    assert asked == []


def test_a_broken_off_download_is_no_archive(tmp_path: Path) -> None:
    def get(_address: str, to: Path) -> None:
        to.write_bytes(GOOD[:10])
        raise FailureError("the network is gone")

    with pytest.raises(FailureError, match="network"):
        install(tool(), tmp_path / "cache", tmp_path / "tools", get)
    assert install(tool(), tmp_path / "cache", tmp_path / "tools", serving(GOOD))


def test_an_archive_writes_nothing_outside_its_folder(tmp_path: Path) -> None:
    content = tar(**{"../outside": b"x"})
    with pytest.raises(tarfile.OutsideDestinationError):
        install(tool(content), tmp_path / "cache", tmp_path / "tools", serving(content))
    assert not (tmp_path / "tools" / "outside").exists()


def test_pinning_writes_the_checksums_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "tools.json"
    before = read_pins()
    write_pins(before, {one.name: "a" * 64 for one in before}, file)

    after = read_pins(file)
    assert [one.model_copy(update={"sha256": ""}) for one in after] == [
        one.model_copy(update={"sha256": ""}) for one in before
    ]
    assert {one.sha256 for one in after} == {"a" * 64}


def test_a_file_with_a_mistake_is_refused_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "tools.json"
    file.write_text(
        '{"tools": [{"name": "x1", "version": "latest", "url": "http://x/y.zip", "sha256": "", "into": "a"}]}'
    )
    with pytest.raises(FailureError, match=r"tools\.0\.version.*tools\.0\.url"):
        read_pins(file)


def test_an_agent_uses_these_tools_and_fetches_no_plugin(tmp_path: Path) -> None:
    orders = announce([tmp_path / "pulumi"], tmp_path)
    assert orders[0] == f"##vso[task.prependpath]{tmp_path / 'pulumi'}"
    assert f"##vso[task.setvariable variable=PULUMI_HOME]{tmp_path / 'home'}" in orders
    assert "##vso[task.setvariable variable=PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION]true" in orders


def test_engine_and_plugins_have_the_versions_that_the_program_imports() -> None:
    lines = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
    wanted = [Requirement(line.partition("#")[0].strip()) for line in lines if re.match(r"pulumi", line)]
    versions = {one.name: str(one.specifier).removeprefix("==") for one in wanted if one.name != "pulumi-docker"}

    pinned = {one.name: one.version for one in read_pins()}
    assert {name: pinned.get(name) for name in versions} == versions
    assert set(pinned) - set(versions) == {"kubelogin"}
