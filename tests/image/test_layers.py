"""What is in the image, and which of its layers a change touches."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from delivery.image.build import Built
from delivery.image.engine import docker
from tests.delivery.examples import colours
from tests.support import models

pytestmark = pytest.mark.image

Build = Callable[..., Built]


def digests(image: Built) -> dict[str, str]:
    return {layer.name: layer.digest for layer in image.layers if layer.digest}


def inspect(image: Built) -> dict[str, object]:
    described: dict[str, object] = json.loads(docker("image", "inspect", "--format", "{{json .Config}}", image.id))
    return described


def spelt(pin: str) -> str:
    """A pinned package as locks spell it."""
    name, _, version = pin.partition("==")
    return f"{name.lower().replace('_', '-').replace('.', '-')}=={version}"


def inside(image: Built, *command: str) -> str:
    return docker("run", "--rm", "--network", "none", "--read-only", image.id, *command)


def test_dependencies_model_and_app_are_layers_of_their_own(image: Built) -> None:
    assert sorted(digests(image)) == ["app", "dependencies", "model"]
    assert len(set(digests(image).values())) == 3


def test_a_change_of_code_leaves_model_and_dependencies_alone(
    image: Built, built: Build, checkout: Path, model: Path
) -> None:
    module = checkout / "app" / "scoring" / "__init__.py"
    before = module.read_bytes()
    module.write_bytes(before + b"\n# changed\n")
    try:
        changed = built(model)
    finally:
        module.write_bytes(before)
    own, other = digests(image), digests(changed)
    assert own.pop("app") != other.pop("app")
    assert own == other


def test_another_model_leaves_code_and_dependencies_alone(image: Built, built: Build, tmp_path: Path) -> None:
    models.write(tmp_path, version="2")
    own, other = digests(image), digests(built(tmp_path))
    assert own.pop("model") != other.pop("model")
    assert own == other


def test_the_same_files_give_the_same_layers_whenever_they_are_built_and_whoever_owns_them(
    image: Built, built: Build, checkout: Path, model: Path
) -> None:
    for path in (checkout / "app" / "scoring").rglob("*"):
        os.utime(path, (time.time(), time.time()))
        path.chmod(0o700 if path.is_dir() else 0o600)
    assert digests(built(model, fresh=True)) == digests(image)


def test_labels_say_which_model_and_build_it_is(image: Built) -> None:
    labels = inspect(image)["Labels"]
    assert isinstance(labels, dict)
    assert labels["slipway.model.name"] == "colours"
    assert labels["slipway.model.version"] == "1"
    assert labels["slipway.model.sha256"] == image.model.sha256
    assert labels["slipway.build"] == "77"
    assert labels["org.opencontainers.image.title"] == "scoring"


def test_it_runs_as_nobody_in_particular_and_stops_at_sigterm(image: Built) -> None:
    config = inspect(image)
    assert config["User"] == "10001:10001"
    assert config["StopSignal"] == "SIGTERM"
    assert config["Cmd"] == ["python", "-m", "app.scoring"]
    assert config.get("Entrypoint") is None
    assert list(config["ExposedPorts"]) == ["8080/tcp", "8081/tcp"]  # type: ignore[call-overload]  # JSON of any shape


def test_only_the_app_and_the_model_are_under_srv(image: Built, checkout: Path) -> None:
    found = set(inside(image, "find", "/srv", "-type", "f", "-not", "-name", "*.pyc").splitlines())
    folders = [checkout / "app" / name for name in ("scoring", "examples")]
    app = [path for folder in folders for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    expected = {f"/srv/{path.relative_to(checkout)}" for path in [*app, checkout / "app" / "__init__.py"]}
    examples = {f"examples/{name}" for name in colours.FILES}
    assert found == expected | {
        f"/srv/model/{name}" for name in {"manifest.json", "model.onnx", "labels.txt"} | examples
    }


def test_every_module_is_compiled_ahead(image: Built) -> None:
    found = inside(image, "find", "/srv/app", "/opt/venv/lib", "-name", "*.py", "-o", "-name", "*.pyc").splitlines()
    sources = {path for path in found if path.endswith(".py") and "/app/" in path}
    compiled = {Path(path) for path in found if path.endswith(".pyc")}
    lacking = [
        path
        for path in sources
        if not any(
            other.parent.parent == Path(path).parent and other.name.startswith(f"{Path(path).stem}.")
            for other in compiled
        )
    ]
    assert sources
    assert lacking == []


def test_the_user_it_runs_as_owns_nothing_and_may_write_nothing(image: Built) -> None:
    owned = inside(
        image, "find", "/srv", "/opt/venv", "(", "-user", "10001", "-o", "-perm", "/o+w", ")", "-not", "-type", "l"
    )
    assert owned == ""


def test_its_packages_are_the_locked_ones_and_pip_is_not_among_them(image: Built, checkout: Path) -> None:
    program = (
        "from importlib.metadata import distributions as d; print(*(f'{x.name.lower()}=={x.version}' for x in d()))"
    )
    installed = set(inside(image, "python", "-c", program).split())
    lock = (checkout / "app" / "requirements.txt").read_text(encoding="utf-8")
    lines = [line for line in lock.splitlines() if "==" in line and not line.startswith((" ", "#"))]
    everywhere = {spelt(line.split()[0]) for line in lines if ";" not in line}
    here = {spelt(line.split()[0]) for line in lines}
    assert everywhere <= {spelt(name) for name in installed} <= here
