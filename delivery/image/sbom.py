"""The bill of materials of an image, in CycloneDX 1.6: each package and the model really in it, with its origin.

The same image gives the same bytes, on every machine and at every time.
"""

import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from delivery.failure import IntegrityError

from .inventory import DebianPackage, Distribution, Inventory
from .records import BuildRecord, Package
from .registry.place import Place

MEDIA_TYPE = "application/vnd.cyclonedx+json"
FILE = "sbom.cdx.json"
_NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")  # RFC 4122's for URLs
_UNDATED = datetime(1980, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Subject:
    """The image that a document speaks of: where it is and its digest there."""

    place: Place
    digest: str

    @property
    def reference(self) -> str:
        """Its one name."""
        return f"{self.place}@{self.digest}"


def write(subject: Subject, build: BuildRecord, inventory: Inventory) -> bytes:
    """The bill of materials as JSON. Raises IntegrityError where the image holds other packages than were locked."""
    packages = _locked(build, inventory)
    root = _image(subject)
    app, model, python = _app(build), _model(build, inventory), _python(inventory)
    own: dict[str, Component] = {_name(one): _distribution(one, packages) for one in inventory.own}
    below = [*(_distribution(one, {}) for one in inventory.base), *_system(inventory)]
    bom = Bom(
        serial_number=uuid.uuid5(_NAMESPACE, subject.reference),
        metadata=BomMetaData(component=root, timestamp=build.committed or _UNDATED),
        components=[app, model, python, *own.values(), *below],
    )
    bom.register_dependency(root, [app, model, python, *below])
    bom.register_dependency(app, own.values())
    for one in inventory.own:
        needed = [own[name] for name in _needs(one, inventory.python) if name in own]
        bom.register_dependency(own[_name(one)], needed)
    text: str = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=2)
    return text.encode() + b"\n"


def _locked(build: BuildRecord, inventory: Inventory) -> dict[str, Package]:
    """The locked packages by name, once it is sure that they are what is in the image."""
    packages: dict[str, Package] = {canonicalize_name(package.name): package for package in build.packages}
    declared = {(name, package.version) for name, package in packages.items()}
    found = {(_name(one), one.version) for one in inventory.own}
    if found != declared:
        odd = ", ".join(" ".join(one) for one in sorted(found ^ declared))
        raise IntegrityError(f"image {build.image}: its packages are not the locked ones: {odd}; build it with --fresh")
    return packages


def _image(subject: Subject) -> Component:
    name = subject.place.repository.rpartition("/")[2]
    purl = PackageURL("oci", name=name, version=subject.digest, qualifiers={"repository_url": str(subject.place)})
    hexadecimal = subject.digest.removeprefix("sha256:")
    return _component(ComponentType.CONTAINER, name, subject.digest, purl, hashes=[_sha256(hexadecimal)])


def _app(build: BuildRecord) -> Component:
    references = [ExternalReference(type=ExternalReferenceType.VCS, url=XsUri(build.source))] if build.source else []
    return _component(ComponentType.APPLICATION, "app", build.commit or "unknown", layer="app", references=references)


def _model(build: BuildRecord, inventory: Inventory) -> Component:
    manifest = inventory.model
    purl = PackageURL(
        "generic", name=manifest.name, version=manifest.version, qualifiers={"checksum": f"sha256:{manifest.sha256}"}
    )
    facts = {
        "title": manifest.title,
        "created": manifest.created.isoformat(),
        **{f"metric:{name}": f"{value:g}" for name, value in manifest.metrics.items()},
        **{f"sha256:{name}": sha256 for name, sha256 in inventory.files.items()},
    }
    return _component(
        ComponentType.MACHINE_LEARNING_MODEL,
        build.model.name,
        build.model.version,
        purl,
        layer="model",
        licence=manifest.licence,
        hashes=[_sha256(build.model.sha256)],
        facts={name: text for name, text in facts.items() if text},
    )


def _python(inventory: Inventory) -> Component:
    return Component(
        type=ComponentType.PLATFORM,
        name="python",
        version=inventory.python,
        bom_ref=f"python@{inventory.python}",
        cpe=f"cpe:2.3:a:python:python:{inventory.python}:*:*:*:*:*:*:*",
        properties=[Property(name="slipway:layer", value="base")],
    )


def _distribution(one: Distribution, packages: dict[str, Package]) -> Component:
    """A Python package; one of the app's has the file that it came from, one of the base image has none."""
    locked = packages.get(_name(one))
    purl = PackageURL("pypi", name=_name(one), version=one.version)
    file = [
        ExternalReference(
            type=ExternalReferenceType.DISTRIBUTION, url=XsUri(package.file), hashes=[_sha256(package.sha256)]
        )
        for package in ([locked] if locked else [])
    ]
    layer = "dependencies" if locked else "base"
    return _component(
        ComponentType.LIBRARY, one.name, one.version, purl, layer=layer, licence=one.licence, references=file
    )


def _system(inventory: Inventory) -> Iterator[Component]:
    """The system below: itself, and each of its packages where it has a list that can be read."""
    system = inventory.system
    name, version = system.get("ID", "linux"), system.get("VERSION_ID", "")
    facts = {} if inventory.debian else {"packages": "not listed: the base image has no Debian package database"}
    yield _component(ComponentType.OPERATING_SYSTEM, name, version, layer="base", facts=facts)
    for package in inventory.debian:
        yield _component(
            ComponentType.LIBRARY, package.name, package.version, _debian(package, name, version), layer="base"
        )


def _debian(package: DebianPackage, system: str, version: str) -> PackageURL:
    source = re.sub(r" \(.*", "", package.source)
    distribution = f"{system}-{version}" if version else system
    qualifiers = {"arch": package.architecture, "distro": distribution, "upstream": source}
    return PackageURL(
        "deb", namespace=system, name=package.name, version=package.version, qualifiers=_known(qualifiers)
    )


def _needs(one: Distribution, python: str) -> Iterator[str]:
    """Names of what a package needs on the image's Python, extras left out."""
    environment = {"python_version": ".".join(python.split(".")[:2]), "python_full_version": python, "extra": ""}
    for text in one.requires:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue  # old metadata may hold what no installer reads either
        if requirement.marker is None or requirement.marker.evaluate(environment):
            yield canonicalize_name(requirement.name)


def _component(  # noqa: PLR0913  # what CycloneDX says of a component
    kind: ComponentType,
    name: str,
    version: str,
    purl: PackageURL | None = None,
    *,
    layer: str = "",
    licence: str = "",
    hashes: Iterable[HashType] = (),
    references: Iterable[ExternalReference] = (),
    facts: dict[str, str] | None = None,
) -> Component:
    said = _known({"layer": layer, **(facts or {})})
    return Component(
        type=kind,
        name=name,
        version=version or None,
        bom_ref=str(purl) if purl else f"{kind.value}:{name}@{version}",
        purl=purl,
        licenses=_licence(licence),
        hashes=hashes,
        external_references=references,
        properties=[Property(name=f"slipway:{key}", value=value) for key, value in said.items()],
    )


def _name(one: Distribution) -> str:
    return canonicalize_name(one.name)


def _licence(text: str) -> list[License]:
    return [LicenseFactory().make_from_string(text)] if text else []


def _known(facts: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in facts.items() if value}


def _sha256(hexadecimal: str) -> HashType:
    return HashType(alg=HashAlgorithm.SHA_256, content=hexadecimal)
