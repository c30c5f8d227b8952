"""Places for a repository: a folder, and stand-ins for S3 and Azure Blob on loopback."""

import base64
import hashlib
import hmac
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from pathlib import Path

import pytest

from tests.support.service import ROOT, free_port

ACCOUNT = "devstoreaccount1"
# Published by Microsoft as the one key that every Azurite has.
_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
_STORAGE_VERSION = "2021-08-06"
_START_SECONDS = 60.0


@contextmanager
def s3_server() -> Iterator[str]:
    """The URL of a moto server with the bucket `models`; the environment leads obstore to it."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with _server([sys.executable, "-m", "tests.delivery.model.s3_stand_in", str(port)], url):
        _ask(urllib.request.Request(f"{url}/models", method="PUT"))
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {
                "AWS_ENDPOINT_URL": url,
                "AWS_ACCESS_KEY_ID": "test",
                "AWS_SECRET_ACCESS_KEY": "test",
                "AWS_REGION": "us-east-1",
            }.items():
                patch.setenv(name, value)
            yield url


def azurite() -> str | None:
    """The path of Azurite's blob server, if it is installed: on PATH or in this checkout's node_modules."""
    return shutil.which("azurite-blob") or shutil.which("azurite-blob", path=str(ROOT / "node_modules/.bin"))


@contextmanager
def azure_server(command: str, folder: Path) -> Iterator[str]:
    """The URL of an Azurite with the container `models`; the environment leads obstore to it."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    flags = ["--disableTelemetry", "--skipApiVersionCheck", "--silent", "--location", str(folder)]
    with _server([command, "--blobHost", "127.0.0.1", "--blobPort", str(port), *flags], url):
        _create_container(url, "models")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AZURE_STORAGE_ENDPOINT", f"{url}/{ACCOUNT}")
            patch.setenv("AZURE_STORAGE_ACCOUNT_KEY", _KEY)
            yield url


@contextmanager
def _server(command: list[str], url: str) -> Iterator[None]:
    silence = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=ROOT, stdin=silence, stdout=silence, stderr=silence)
    try:
        deadline = time.monotonic() + _START_SECONDS
        while not _answers(url):
            assert process.poll() is None, f"{command} ended with {process.returncode}"
            assert time.monotonic() < deadline, f"{command} did not answer"
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(_START_SECONDS)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return True
    except OSError:
        return False


def _ask(request: urllib.request.Request) -> None:
    with urllib.request.urlopen(request, timeout=30):
        pass


def _create_container(url: str, name: str) -> None:
    """Signed as the Blob service's Shared Key scheme says: only that can make a container in Azurite."""
    date = formatdate(usegmt=True)
    headers = {"x-ms-date": date, "x-ms-version": _STORAGE_VERSION}
    resource = f"/{ACCOUNT}/{ACCOUNT}/{name}\nrestype:container"
    text = "\n".join(["PUT", *[""] * 11, *(f"{key}:{value}" for key, value in headers.items()), resource])
    signature = base64.b64encode(hmac.digest(base64.b64decode(_KEY), text.encode(), hashlib.sha256)).decode()
    headers["Authorization"] = f"SharedKey {ACCOUNT}:{signature}"
    _ask(urllib.request.Request(f"{url}/{ACCOUNT}/{name}?restype=container", method="PUT", headers=headers))
