"""The programs of this machine: there, new enough, and where not, the command that installs them."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from delivery.failure import FailureError
from delivery.image.engine import EngineError, docker
from delivery.model.manifest import MANIFEST_FILE
from delivery.paths import MODEL, ROOT, short
from delivery.tools import pins

from .finding import Finding, Purpose, missing, there

ALL = frozenset(Purpose)
_IMAGE = frozenset({Purpose.IMAGE})
_DEPLOY = frozenset({Purpose.DEPLOY})
_CLOUD = frozenset({Purpose.DEPLOY, Purpose.PIPELINES})
_PIPELINES = frozenset({Purpose.PIPELINES})
_VERSION = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")
_PIN = re.compile(r"^pulumi==([0-9.]+)", re.MULTILINE)
_SECONDS = 30


@dataclass(frozen=True)
class Tool:
    """A program, the arguments that make it tell its version, the least version, and how to install it."""

    name: str
    question: tuple[str, ...]
    minimum: tuple[int, ...]
    needed_for: frozenset[Purpose]
    debian: str
    mac: str

    @property
    def remedy(self) -> str:
        """For the system that this runs on."""
        return self.mac if sys.platform == "darwin" else self.debian


_KUBERNETES_TOOLS = "az aks install-cli   # kubectl and kubelogin"
TOOLS = (
    Tool("git", ("--version",), (2, 20), ALL - {Purpose.REHEARSE}, "sudo apt-get install git", "brew install git"),
    Tool("make", ("--version",), (3, 81), ALL, "sudo apt-get install make", "xcode-select --install"),
    Tool(
        "az",
        ("version", "--output", "tsv", "--query", '"azure-cli"'),
        (2, 60),
        _CLOUD,
        "curl -sL https://aka.ms/InstallAzureCLIDeb | sudo bash",
        "brew install azure-cli",
    ),
    Tool("kubectl", ("version", "--client"), (1, 28), _DEPLOY, f"sudo {_KUBERNETES_TOOLS}", _KUBERNETES_TOOLS),
    Tool("kubelogin", ("--version",), (0, 1), _DEPLOY, f"sudo {_KUBERNETES_TOOLS}", _KUBERNETES_TOOLS),
    Tool("node", ("--version",), (20,), _PIPELINES, "sudo apt-get install nodejs npm", "brew install node"),
)


def look() -> Iterator[Finding]:
    """Every program, as far as this machine has it."""
    yield _python()
    for tool in TOOLS:
        yield _tool(tool)
    yield _pulumi()
    yield from _docker()
    yield _model()
    yield _checksums()


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    try:
        import ensurepip  # noqa: F401, PLC0415  # Debian ships it apart, and only then can `make` install packages
    except ImportError:
        minor = f"{sys.version_info.major}.{sys.version_info.minor}"
        return missing("python", f"{version} without ensurepip", ALL, f"sudo apt-get install python{minor}-venv")
    return there("python", version, ALL)  # this program does not start on one that is too old


def _tool(tool: Tool) -> Finding:
    if not shutil.which(tool.name):
        return missing(tool.name, "not on PATH", tool.needed_for, tool.remedy)
    version, said = _version(tool.name, *tool.question)
    if not version:
        return missing(tool.name, f"does not tell its version: {said}", tool.needed_for, tool.remedy)
    return _judged(tool.name, version, tool.minimum, tool.needed_for, tool.remedy)


def _judged(
    name: str, version: tuple[int, ...], minimum: tuple[int, ...], needed_for: frozenset[Purpose], remedy: str
) -> Finding:
    found, least = (".".join(map(str, part)) for part in (version, minimum))
    if version < minimum:
        return missing(name, f"{found}, needed is {least} or newer", needed_for, remedy)
    return there(name, found, needed_for)


def _pulumi(lock: Path = ROOT / "requirements.txt") -> Finding:
    """The engine must not be older than the packages of the program."""
    pin = _PIN.search(lock.read_text(encoding="utf-8"))
    pinned = pin[1] if pin else "3"
    remedy = f"curl -fsSL https://get.pulumi.com | sh -s -- --version {pinned}"
    if not shutil.which("pulumi"):
        return missing("pulumi", "not on PATH", _DEPLOY, remedy)
    version, said = _version("pulumi", "version")
    if not version:
        return missing("pulumi", f"does not tell its version: {said}", _DEPLOY, remedy)
    return _judged("pulumi", version, tuple(map(int, pinned.split("."))), _DEPLOY, remedy)


def _docker() -> Iterator[Finding]:
    """The engine and its builder: two things that are missing apart."""
    debian = "sudo apt-get install docker.io docker-buildx && sudo usermod -aG docker $USER   # then log in anew"
    install = "brew install --cask docker" if sys.platform == "darwin" else debian
    if not shutil.which("docker"):
        yield missing("docker", "not on PATH", _IMAGE, install)
        yield missing("buildx", "docker is not on PATH", _IMAGE, install)
        return
    start = "open -a Docker" if sys.platform == "darwin" else "sudo systemctl start docker"
    yield _asked(
        "docker", (20, 10), start, lambda: docker("version", "--format", "{{.Server.Version}}", seconds=_SECONDS)
    )
    plugin = "sudo apt-get install docker-buildx   # or docker-buildx-plugin from Docker's own packages"
    yield _asked("buildx", (0,), plugin, lambda: docker("buildx", "version", seconds=_SECONDS))


def _asked(name: str, minimum: tuple[int, ...], remedy: str, ask: Callable[[], str]) -> Finding:
    try:
        said = ask()
    except EngineError as error:
        return missing(name, str(error), _IMAGE, remedy)
    return _judged(name, _read(said) or (0,), minimum, _IMAGE, remedy)


def _model() -> Finding:
    """Return the finding about the model, which an image holds besides code."""
    remedy = f"make rehearse   # or: slipway model pull --to {short(MODEL)}"
    if not (MODEL / MANIFEST_FILE).is_file():
        return missing("model", f"no pulled version in {short(MODEL)}", _IMAGE, remedy)
    return there("model", short(MODEL), _IMAGE)


def _checksums() -> Finding:
    """An agent installs no tool without the checksum that the repository holds."""
    try:
        unpinned = [tool.name for tool in pins.read_pins() if not tool.sha256]
    except FailureError as error:
        return missing("checksums", str(error), _PIPELINES, f"git restore {short(pins.FILE)}")
    if unpinned:
        remedy = f"slipway tools pin   # compare with what the publishers say, then commit {short(pins.FILE)}"
        return missing("checksums", f"none of {', '.join(unpinned)}", _PIPELINES, remedy)
    return there("checksums", short(pins.FILE), _PIPELINES)


def _version(*command: str) -> tuple[tuple[int, ...] | None, str]:
    """The version that a program tells, and its own words where it tells none."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        return None, str(error)
    said = (done.stdout + done.stderr).strip()
    return (_read(said) if done.returncode == 0 else None), " ".join(said.split())[:200]


def _read(said: str) -> tuple[int, ...] | None:
    found = _VERSION.search(said)
    return tuple(int(part) for part in found.groups() if part is not None) if found else None
