"""The release's image in the environment's own registry: the same digest, copied by Azure or, elsewhere, from here."""

import io
import json
from dataclasses import dataclass
from typing import Any

from delivery.console import Step
from delivery.failure import FailureError, IntegrityError, NotFoundError
from delivery.image.registry.client import Registry, Stored
from delivery.image.registry.place import Place

from .command import Command

_AZURE = (".azurecr.io", ".azurecr.us", ".azurecr.cn")
_REMEDY = "see https://learn.microsoft.com/cli/azure/install-azure-cli"
_INDEXES = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")


@dataclass(frozen=True, kw_only=True)
class Import:
    """From where to where. `source_id` is the ARM id of the registry that it comes from, where Azure has it."""

    source: Place
    target: Place
    digest: str
    tag: str
    source_id: str = ""

    def run(self, step: Step) -> None:
        """See to it that the target holds the image. Raises FailureError where it does not in the end."""
        registry = Registry(self.target)
        if registry.manifest(self.digest) is not None:
            step.result = f"{self.target} holds {_short(self.digest)} already"
            return
        if self.source == self.target:
            raise NotFoundError(
                f"{self.target}@{self.digest}: is not there, and was never pushed there or is deleted; "
                "nothing was changed. A release whose image is gone cannot be deployed: build the commit anew"
            )
        if self.target.host.endswith(_AZURE) and self.source.host.endswith(_AZURE):
            self._azure(step)
        else:
            self._copy(step, registry)
        found = registry.manifest(self.tag)
        if found is None or found.digest != self.digest:
            said = found.digest if found else "nothing"
            raise IntegrityError(f"{self.target}:{self.tag}: holds {said} after the import, expected {self.digest}")
        step.result = f"{_short(self.digest)} from {self.source} to {self.target}"

    def _azure(self, step: Step) -> None:
        """Within Azure no byte passes through this machine."""
        step.status("az acr import")
        host = self.target.host.partition(".")[0].partition("-")[0]
        named = f"{self.source.repository}@{self.digest}"
        source = (
            ("--source", named, "--registry", self.source_id)
            if self.source_id
            else ("--source", f"{self.source.host}/{named}")
        )
        image = f"{self.target.repository}:{self.tag}"
        options = ("--force", "--only-show-errors", "--output", "none")
        Command("az", _REMEDY).run("acr", "import", "--name", host, *source, "--image", image, *options, seconds=1800)

    def _copy(self, step: Step, target: Registry) -> None:
        """Through here, one layer at a time in memory, each proved by its digest."""
        source = Registry(self.source)
        manifest = _found(source, self.digest)
        for inner in _inner(manifest):
            inside = _found(source, inner)
            self._blobs(step, source, target, inside)
            target.put_manifest(inner, inside.data, inside.media_type)
        self._blobs(step, source, target, manifest)
        target.put_manifest(self.tag, manifest.data, manifest.media_type)

    def _blobs(self, step: Step, source: Registry, target: Registry, manifest: Stored) -> None:
        document: dict[str, Any] = json.loads(manifest.data)
        wanted = [*([document["config"]] if "config" in document else []), *document.get("layers", [])]
        for number, blob in enumerate(wanted, 1):
            digest, size = str(blob["digest"]), int(blob["size"])
            step.status(f"blob {number} of {len(wanted)}, {size / 1e6:.1f} MB")
            if target.blob_size(digest) is None:
                data = source.blob(digest, size)
                target.upload(digest, size, lambda data=data: io.BytesIO(data))  # type: ignore[misc]  # bound now, as each lambda must


def _found(registry: Registry, digest: str) -> Stored:
    manifest = registry.manifest(digest)
    if manifest is None:
        raise NotFoundError(f"{registry.place}@{digest}: is not there; nothing was changed")
    if manifest.digest != digest:
        raise IntegrityError(f"{registry.place}@{digest}: the registry gave another manifest, {manifest.digest}")
    return manifest


def _inner(manifest: Stored) -> list[str]:
    """The manifests that an index of several platforms names."""
    if manifest.media_type not in _INDEXES:
        return []
    try:
        return [str(each["digest"]) for each in json.loads(manifest.data)["manifests"]]
    except (ValueError, KeyError, TypeError) as error:
        raise FailureError(f"an image index that cannot be read: {error!r}") from None


def _short(digest: str) -> str:
    return digest[: len("sha256:") + 12]
