"""The Python inside a base image: what must be known of it to choose packages for it from outside."""

import hashlib
import json
from dataclasses import dataclass

from delivery.failure import FailureError
from delivery.interrupts import held

from .engine import docker

MINIMUM = (3, 11)
# The oldest tag that wheels still carry, and the one tag with a name of its own.
_OLDEST_GLIBC_MINOR = 17
_LEGACY = "manylinux2014"
# The variables of https://packaging.python.org/en/latest/specifications/dependency-specifiers/#environment-markers
_QUESTION = """
import json, os, platform, sys
def libc():
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") or ""
    except ValueError:
        return ""
version = ".".join(map(str, sys.version_info[:3]))
print(json.dumps({"libc": libc(), "markers": {
    "implementation_name": sys.implementation.name, "implementation_version": version, "os_name": os.name,
    "platform_machine": platform.machine(), "platform_python_implementation": platform.python_implementation(),
    "platform_release": "", "platform_system": platform.system(), "platform_version": "",
    "python_full_version": version, "python_version": ".".join(version.split(".")[:2]), "sys_platform": sys.platform,
}}))
"""


@dataclass(frozen=True)
class Target:
    """Answers of one base image's Python."""

    markers: dict[str, str]
    glibc_minor: int

    @property
    def python(self) -> str:
        """Such as 3.13."""
        return self.markers["python_version"]

    @property
    def machine(self) -> str:
        """Such as x86_64."""
        return self.markers["platform_machine"]

    @property
    def platforms(self) -> list[str]:
        """Wheel platform tags that run there, newest first."""
        newest_first = range(self.glibc_minor, _OLDEST_GLIBC_MINOR - 1, -1)
        return [*(f"manylinux_2_{minor}_{self.machine}" for minor in newest_first), f"{_LEGACY}_{self.machine}"]

    @property
    def key(self) -> str:
        """The same for images whose packages are the same."""
        return hashlib.sha256(json.dumps([self.python, self.platforms]).encode()).hexdigest()


def ask(image: str) -> Target:
    """Start the image once to ask its Python. Raises FailureError where it cannot carry the app."""
    with held():  # a client that is killed leaves its container behind
        text = docker("run", "--rm", "--network", "none", "--entrypoint", "python3", image, "-c", _QUESTION)
    return read(text, image)


def read(text: str, image: str) -> Target:
    """The answer in `text`, checked."""
    answer = json.loads(text)
    markers = answer["markers"]
    if tuple(int(part) for part in markers["python_version"].split(".")) < MINIMUM:
        raise FailureError(
            f"base image {image}: has Python {markers['python_full_version']}, the app needs 3.11 or newer"
        )
    name, _, version = answer["libc"].partition(" ")
    if name != "glibc":
        raise FailureError(f"base image {image}: has no glibc, and the inference runtime has packages for glibc only")
    return Target(markers, int(version.split(".")[1]))
