"""The very image, run as production runs it."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from delivery.examples import check
from delivery.examples.folder import read_folder
from delivery.image import container as container_module
from delivery.image.build import Built
from delivery.image.confinement import Confinement, confinement
from delivery.image.container import Container
from delivery.image.engine import EngineError, docker
from delivery.paths import ROOT
from delivery.service.client import ask, await_ready
from delivery.service.ending import end
from delivery.service.running import ServiceError
from tests.delivery.examples import colours
from tests.support import models, pictures
from tests.support.apps import SAMPLE
from tests.support.waiting import PATIENCE

pytestmark = pytest.mark.image

STATUS = "for file in /proc/[0-9]*/status; do cat $file; done"
# From inside, where there is no network at all: ready, then one picture.
OFFLINE = """
import http.client, sys, time
while True:
    try:
        there = http.client.HTTPConnection("127.0.0.1", 8081)
        there.request("GET", "/readyz")
        if there.getresponse().status == 200: break
    except OSError: pass
    time.sleep(0.05)
there = http.client.HTTPConnection("127.0.0.1", 8080)
there.request("POST", "/v1/classify?top=1", bytes.fromhex(sys.argv[1]))
print(there.getresponse().read().decode())
"""


@pytest.fixture(scope="module")
def container(image: Built) -> Iterator[Container]:
    """A confined container of the image, ready."""
    with Container(SAMPLE, image.tag) as running:
        await_ready(running)
        yield running


def inside(container: Container, script: str) -> str:
    return docker("exec", container.name, "sh", "-c", script)


def statuses(container: Container, name: str) -> set[str]:
    lines = inside(container, STATUS).splitlines()
    return {line.partition(":")[2].strip() for line in lines if line.startswith(f"{name}:")}


@pytest.mark.parametrize("colour", ["red", "blue"])
def test_it_answers_with_its_model_and_its_build(container: Container, image: Built, colour: str) -> None:
    answer = ask(container, "POST", "/v1/classify", pictures.plain(colour)).json()
    assert answer["classes"][0]["label"] == colour
    assert answer["model"] == {"name": "colours", "version": "1", "sha256": image.model.sha256}
    assert answer["code"]["build"] == "77"


def test_a_browser_gets_the_page_and_its_files(container: Container) -> None:
    assert b"<html" in ask(container, "GET", "/", headers={"Accept": "text/html"}).body
    for path in (ROOT / "app" / "scoring" / "page").glob("*.js"):
        assert ask(container, "GET", f"/page/{path.name}").body == path.read_bytes()


def test_every_process_runs_as_nobody_in_particular_without_privileges(container: Container) -> None:
    assert statuses(container, "Uid") == {"10001\t10001\t10001\t10001"}
    assert statuses(container, "CapEff") == {"0000000000000000"}
    assert statuses(container, "NoNewPrivs") == {"1"}


@pytest.mark.parametrize("folder", ["/", "/srv", "/srv/model", "/tmp", "/opt/venv", "/home"])
def test_nothing_can_be_written(container: Container, folder: str) -> None:
    with pytest.raises(EngineError, match=r"Read-only file system|Permission denied"):
        inside(container, f"touch {folder}/mark")


def test_serving_writes_nothing_and_leaves_no_dead_process(container: Container) -> None:
    for _ in range(20):
        assert ask(container, "POST", "/v1/classify", pictures.plain("green")).status == 200
    assert docker("diff", container.name) == ""
    assert not any(state.startswith("Z") for state in statuses(container, "State"))


def test_its_log_is_json_from_the_first_line(container: Container) -> None:
    lines = container.log().splitlines()
    assert lines
    assert [line for line in lines if not line.startswith("{")] == []


def test_it_needs_no_network(image: Built) -> None:
    name = docker("run", "--detach", "--network", "none", *confinement(10001).options, image.tag)
    try:
        said = docker("exec", name, "timeout", "30", "python", "-c", OFFLINE, pictures.plain("white").hex())
    finally:
        docker("rm", "--force", name)
    assert '"label":"white"' in said


def test_sigterm_answers_the_picture_in_flight_and_ends_with_0(image: Built) -> None:
    with Container(SAMPLE, image.tag) as running:
        await_ready(running)
        ending = end(running, colours.EXAMPLES)
    assert ending.status == 200
    assert ending.seconds < 10


def test_nothing_remains_of_a_container_whose_block_failed(image: Built) -> None:
    with pytest.raises(ZeroDivisionError), Container(SAMPLE, image.tag) as running:
        _ = 1 / 0
    with pytest.raises(EngineError, match="No such"):
        docker("inspect", running.name)


def test_a_wrong_setting_ends_it_with_2_and_one_clear_line(image: Built) -> None:
    with Container(SAMPLE, image.tag, facts={"drainSeconds": "many"}) as running:
        until = time.monotonic() + PATIENCE
        while running.exit_code() is None and time.monotonic() < until:
            time.sleep(0.05)
        assert running.exit_code() == 2
        assert "SCORING_DRAIN_SECONDS" in running.log()
        assert "Traceback" not in running.log()


def test_a_worker_that_the_kernel_ends_for_memory_is_named_with_the_limit(
    image: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.new("RGB", (5000, 5000)).save(tmp_path / "large.webp")
    (tmp_path / "large.yaml").write_text(
        "request: {path: /v1/classify, file: large.webp}\nexpect: {}", encoding="utf-8"
    )
    monkeypatch.setattr(container_module, "confinement", lambda _user: Confinement("dev", "200Mi", "2", "192Mi", 10001))
    with Container(SAMPLE, image.tag, sealed=True) as running:
        await_ready(running)
        with pytest.raises(ServiceError, match=r"answered 503, .*; killed for memory: the limit is 200Mi; raise .*dev"):
            check.prove(running, read_folder(tmp_path))


def test_a_container_that_the_kernel_ends_for_memory_is_named_with_the_limit(
    image: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container_module, "confinement", lambda _user: Confinement("dev", "20Mi", "2", "16Mi", 10001))
    with (
        Container(SAMPLE, image.tag, sealed=True) as running,
        pytest.raises(ServiceError, match=r"exit code 137 before it was ready; killed for memory: the limit is 20Mi"),
    ):
        await_ready(running)


def test_the_command_that_tests_an_image_asks_the_apps_examples_where_the_model_has_none(
    built: Callable[..., Built], tmp_path: Path
) -> None:
    models.write(tmp_path / "model")
    image = built(tmp_path / "model")
    listing = ("ps", "--all", "--quiet", "--filter", f"ancestor={image.id}")
    before = docker(*listing)
    command = [sys.executable, "-m", "delivery", "image", "test", image.tag]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert re.search(r"error: \d of 6 examples are answered wrongly", done.stderr)
    assert re.search(r"cat: .* found '.*', expected one of 'Egyptian cat', 'tiger cat', 'tabby'", done.stderr)
    assert docker(*listing) == before
