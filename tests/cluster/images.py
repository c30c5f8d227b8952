"""Images for the cluster: the app as it is with models of known answers, and broken ones."""

import os
import re
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from delivery.app import find_app
from delivery.console import Step
from delivery.failure import NotFoundError
from delivery.image.build import Request, build
from delivery.image.engine import absence, docker
from delivery.image.source import Source
from delivery.model.manifest import Manifest
from delivery.paths import ROOT
from tests.support import models
from tests.support.apps import reread

REGISTRY = os.environ.get("TEST_REGISTRY", "127.0.0.1:5000")
"""Where this machine pushes to and the cluster pulls from."""

BROKEN = {
    "ends at once": "ENV SCORING_MODEL_DIR=/nowhere",
    "is never ready": 'CMD ["python", "-m", "http.server", "8081"]',
}
"""Instructions that break an image, by what it does then."""

HASTY = {"rollout.progressSeconds": 60, "rollout.startSeconds": 20, "rollout.timeoutSeconds": 120}
"""Settings of a rollout that is given up soon."""

_DIGEST = re.compile(r"digest: (sha256:[0-9a-f]{64})")
_COMMIT = (
    "-c",
    "user.name=test",
    "-c",
    "user.email=test@example.com",
    "commit",
    "--quiet",
    "--no-verify",
    "--no-gpg-sign",
)


@dataclass(frozen=True)
class Packed:
    """A pushed image: its reference by digest, and what is inside."""

    reference: str
    model: Manifest
    build: str
    commit: str


@dataclass
class Images:
    """Builds and pushes images; their local tags go at the end."""

    folder: Path
    _tags: list[str] = field(default_factory=list)

    def model(self, version: str) -> Packed:
        """The app with version `version` of the model that tells colours apart."""
        root = self._checkout()
        manifest = reread(models.write(self.folder / version, version=version))
        tag = self._tag()
        request = Request(
            app=find_app(root / "app"),
            model=self.folder / version,
            tag=tag,
            base=os.environ.get("BASE_IMAGE", ""),
            build=f"b{version}",
        )
        try:
            build(request, Step("Build"))
        except NotFoundError as error:
            pytest.skip(f"no image can be built: {error}")
        return Packed(self._push(tag), manifest, f"b{version}", Source.of(root, root / "app").commit)

    def broken(self, good: Packed, instruction: str) -> Packed:
        """`good` with one more instruction of a Dockerfile."""
        context = self.folder / uuid.uuid4().hex
        context.mkdir()
        tag = self._tag()
        (context / "Dockerfile").write_text(f"FROM {good.reference}\n{instruction}\n", encoding="utf-8")
        docker("buildx", "build", "--provenance", "false", "--load", "--tag", tag, str(context))
        return Packed(self._push(tag), good.model, good.build, good.commit)

    def _checkout(self) -> Path:
        root = self.folder / "checkout"
        if not root.exists():
            shutil.copytree(ROOT / "app", root / "app", ignore=shutil.ignore_patterns("__pycache__"))
            for command in (("init", "--quiet"), ("add", "app"), (*_COMMIT, "--message", "The app as it is")):
                subprocess.run(["git", "-C", str(root), *command], check=True)
        return root

    def _tag(self) -> str:
        tag = f"{REGISTRY}/slipway-test:{uuid.uuid4().hex[:8]}"
        self._tags.append(tag)
        return tag

    def _push(self, tag: str) -> str:
        digest = _DIGEST.search(docker("push", tag))
        assert digest, f"no digest came back for {tag}"
        reference = f"{tag.rpartition(':')[0]}@{digest[1]}"
        self._tags.append(reference)
        return reference

    def close(self) -> None:
        """Remove the tags, and the digests that pushing has noted beside them."""
        if self._tags:
            docker("image", "rm", "--force", *self._tags)


def images(folder: Path) -> Iterator[Images]:
    """Where images can be built."""
    if reason := absence():
        pytest.skip(f"no image can be built: {reason}")
    made = Images(folder)
    yield made
    made.close()
