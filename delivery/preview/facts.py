"""Facts of a release, read from the workload: its image, the commit of its code, its model."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from .kinds import word
from .model import Change, Json, Operation, State
from .paths import at
from .values import is_unknown, listed

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_COMMIT: Final = 'metadata.annotations["slipway/commit"]'
_MODEL: Final = 'metadata.annotations["slipway/model"]'
_TYPE: Final = "kubernetes:apps/v1:Deployment"


@dataclass(frozen=True, slots=True)
class Released:
    """Release that a Deployment runs. A field is empty where the Deployment does not have it."""

    image: str
    commit: str
    model: str
    repository: str = ""

    @classmethod
    def of(cls, state: State) -> "Released":
        """The facts in a Deployment's annotations, and its first container's image."""
        containers = listed(pod_spec(state).get("containers"))
        first = containers[0] if containers and isinstance(containers[0], dict) else {}
        image = first.get("image")
        return cls(_image(image), _text(at(state, _COMMIT)), _text(at(state, _MODEL)), repository(image))


def release(changes: Iterable[Change]) -> tuple[list[str], bool]:
    """Clauses about what is released, and whether anything of it changes. No Deployment told on both sides: nothing."""
    deployment = _workload(changes)
    if deployment is None:
        return [], False
    old, new = deployment.old, deployment.new
    if new is None:
        return (["the service is taken down"] if deployment.operation is Operation.DELETE else []), True
    now = Released.of(new)
    if old is None:
        facts = [f"code {_short(now.commit)}" if now.commit else "", f"model {now.model}" if now.model else ""]
        told = " and ".join(filter(None, facts))
        return ([f"the service is new: {told}"] if told else ["the service is new"]), True
    return between_releases(Released.of(old), now)


def tells_release(path: str) -> bool:
    """Return True where a Deployment's property differs in every release, and in nothing but what the release is."""
    return path.endswith(("].image", '["app.kubernetes.io/version"]')) or 'annotations["slipway/' in path


def pod_spec(state: State) -> dict[str, Json]:
    """The specification of the pods that a workload starts."""
    last = state.type.rpartition(":")[2]
    path = {"Pod": "spec", "CronJob": "spec.jobTemplate.spec.template.spec"}.get(last, "spec.template.spec")
    spec = at(state, path)
    return spec if isinstance(spec, dict) else {}


def repository(image: Json) -> str:
    """Return where an image comes from, without its tag or digest."""
    path = str(image or "").partition("@")[0]
    head, slash, last = path.rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}"


def _workload(changes: Iterable[Change]) -> Change | None:
    """The Deployment of the release: the one that names its commit, or the only one there is."""
    deployments = [change for change in changes if change.state.type == _TYPE]
    named = [change for change in deployments if at(change.state, _COMMIT)]
    found = named or deployments
    return found[0] if len(found) == 1 else None


def between_releases(old: Released, new: Released) -> tuple[list[str], bool]:
    """Clauses about what differs, and whether anything does."""
    clauses = []
    if old.repository and new.repository and old.repository != new.repository:
        clauses.append("image of another repository")
    if old.model != new.model:
        clauses.append(_model(old.model, new.model))
    if old.commit != new.commit:
        clauses.append(f"code {_short(old.commit) or 'unknown'} -> {_short(new.commit) or 'unknown'}")
    image_known = bool(old.image and new.image)
    if clauses:
        if old.model == new.model and new.model:
            clauses.append("model unchanged")
        if old.commit == new.commit and new.commit:
            clauses.append("code unchanged")
        return clauses, True
    if image_known and old.image != new.image:
        if new.commit and new.model:
            told = f"{_short_image(old.image)} -> {_short_image(new.image)}"
            return [f"another image ({told}), said to hold the same code and model"], True
        return [f"image {_short_image(old.image)} -> {_short_image(new.image)}"], True
    if image_known and new.model:
        return ["image and model unchanged"], False
    return (["image unchanged"] if image_known else []), False


def _model(old: str, new: str) -> str:
    before, after = old.rpartition("/"), new.rpartition("/")
    if before[0] == after[0] and old and new:
        return f"model {before[2]} -> {after[2]}"
    return f"model {old or 'unknown'} -> {new or 'unknown'}"


def _image(value: Json) -> str:
    if not isinstance(value, str):
        return ""
    digest = _DIGEST.search(value)
    if digest:
        return digest[0]
    return "" if is_unknown(value) else value


def _text(value: Json) -> str:
    return word(value) if value is not None and not is_unknown(value) else ""


def _short(commit: str) -> str:
    head, dash, rest = commit.partition("-")
    return head[:8] + dash + rest


def _short_image(image: str) -> str:
    return image[:19] if image.startswith("sha256:") else image
