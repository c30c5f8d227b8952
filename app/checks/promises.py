"""The HTTP contract of the started app, request by request, as its callers rely on it."""

import base64
import http
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .service import Address, Answer, CheckError, ask, probe

_JSON = {"Accept": "application/json", "Content-Type": "application/json"}
_PATHS = ("/version", "/score", "/v1/classify", "/v2/health/live", "/v2/health/ready")
_MANAGEMENT = ("/healthz", "/readyz", "/metrics")
_TOP = 3  # what the original contract gives of each picture
_PERCENT = 0.5  # numbers of one picture, computed twice


PICTURES = tuple(sorted((Path(__file__).parents[1] / "scoring" / "page" / "samples").glob("*.jpg")))
"""Pictures that the app reads with any model."""


@dataclass(frozen=True)
class Class:
    """A class of a picture, as /v1/classify gives it."""

    label: str
    probability: float


class Promises:
    """The promises, each a method that says what it saw or raises CheckError with what was wrong.

    They hold for any model of pictures: what is right for a picture is what the service itself has classified it as.
    """

    def __init__(self, service: Address, model: str, pictures: Sequence[Path] = PICTURES) -> None:
        """`model` is the model's name."""
        self._service = service
        self._model = model
        self._pictures = pictures

    def checks(self) -> Iterator[tuple[str, Callable[[], str]]]:
        """Each promise by its name."""
        yield "health", self.health
        yield "version", self.version
        yield "score", self.score
        yield "classify", self.classify
        yield "inference protocol", self.inference_protocol
        yield "metrics", self.metrics
        yield "apart", self.apart
        yield "description", self.description
        yield "page", self.page

    def health(self) -> str:
        """The original's word at the root, and the probes of both ports."""
        self._is("GET /", self._ask("GET", "/").body, b"Healthy")
        for path in ("/v2/health/live", "/v2/health/ready"):
            self._ask("GET", path)
        for path in ("/healthz", "/readyz"):
            self._probe(path)
        return "Healthy, alive and ready on both ports"

    def version(self) -> str:
        """The runtime, as the original names it."""
        document = self._ask("GET", "/version", headers=_JSON).json()
        plain = self._ask("GET", "/version").body.decode(errors="replace")
        self._is("GET /version as text", plain, _part(document, "runtime").get("onnxruntime"))
        self._is("GET /version: name", _part(document, "model").get("name"), self._model)
        return f"runtime {plain}"

    def score(self) -> str:
        """The original contract: several pictures in one request, in order, three percentages each, and the time."""
        items = [base64.b64encode(picture.read_bytes()).decode() for picture in self._pictures]
        right = [self._classes(picture) for picture in self._pictures]
        for kind in ("application/json", "application/json; charset=utf-8"):
            body = json.dumps({"input": json.dumps(items)}).encode()
            document = self._ask("POST", "/score", body, headers={"Content-Type": kind}).json()
            self._score(document, right)
        self._ask("GET", "/score", status=http.HTTPStatus.METHOD_NOT_ALLOWED)
        return f"{len(items)} pictures in one request, in order"

    def classify(self) -> str:
        """One class where one is asked for, and the same through a form."""
        picture = self._pictures[0]
        classes = self._classes(picture)
        one = self._read_classes(self._ask("POST", "/v1/classify?top=1", picture.read_bytes()))
        self._is("POST /v1/classify?top=1: number of classes", len(one), 1)
        self._is("POST /v1/classify?top=1: first class", one[0].label, classes[0].label)
        form, kind = _form(picture)
        through = self._read_classes(self._ask("POST", "/v1/classify", form, headers={"Content-Type": kind}))
        self._is("POST /v1/classify with a form: first class", through[0].label, classes[0].label)
        return "raw and as a form, top=1"

    def inference_protocol(self) -> str:
        """Open Inference Protocol: the model under its own name, and a picture through it."""
        name = self._model
        self._is(f"GET /v2/models/{name}: name", self._ask("GET", f"/v2/models/{name}").json().get("name"), name)
        picture = base64.b64encode(self._pictures[0].read_bytes()).decode()
        tensor = {"name": "picture", "datatype": "BYTES", "shape": [1], "data": [picture]}
        answer = self._ask("POST", f"/v2/models/{name}/infer", json.dumps({"inputs": [tensor]}).encode(), headers=_JSON)
        outputs = answer.json().get("outputs", ())
        self._is(f"POST /v2/models/{name}/infer: number of outputs", len(outputs), 1)
        return f"{name}: {outputs[0].get('shape')} from one picture"

    def metrics(self) -> str:
        """The model in the metrics, and that it is ready."""
        sha256 = _part(self._ask("GET", "/version", headers=_JSON).json(), "model").get("sha256")
        text = self._probe("/metrics").body.decode()
        for wanted in (f'sha256="{sha256}"', "scoring_ready 1.0"):
            if wanted not in text:
                raise CheckError(f"GET /metrics: lacks {wanted}")
        return "model and readiness are there"

    def apart(self) -> str:
        """The public port has neither probes nor metrics."""
        for path in _MANAGEMENT:
            self._ask("GET", path, status=http.HTTPStatus.NOT_FOUND)
        return f"{', '.join(_MANAGEMENT)} are 404 on the public port"

    def description(self) -> str:
        """The OpenAPI document names every path."""
        paths = self._ask("GET", "/openapi.json").json().get("paths", {})
        if missing := [path for path in _PATHS if path not in paths]:
            raise CheckError(f"GET /openapi.json: lacks {', '.join(missing)}")
        return f"{len(paths)} paths"

    def page(self) -> str:
        """The page, for a browser."""
        answer = self._ask("GET", "/", headers={"Accept": "text/html"})
        if b"<html" not in answer.body:
            raise CheckError("GET / for a browser: answered 200 without a page")
        return "a browser gets it"

    def _score(self, document: Any, right: list[list[Class]]) -> None:  # noqa: ANN401  # JSON of any shape
        try:
            scored, took = document["result"]
            tops = [[(str(label), float(percent)) for label, percent in entries] for entries in scored]
        except (KeyError, TypeError, ValueError) as error:
            raise CheckError(f"POST /score: has not the original's form ({error!r}): {document}") from None
        self._is("POST /score: number of answers", len(tops), len(self._pictures))
        if not str(took).startswith("Computed in "):
            raise CheckError(f"POST /score: expected 'Computed in … ms' at the end, found {took!r}")
        for picture, classes, entries in zip(self._pictures, right, tops, strict=True):
            percents = [percent for _, percent in entries]
            if not 1 <= len(entries) <= _TOP or percents != sorted(percents, reverse=True):
                raise CheckError(f"POST /score: {picture.name}: no falling percentages: {entries}")
            found, wanted = entries[0], classes[0]
            same = abs(found[1] - 100 * wanted.probability) <= _PERCENT
            # Of two classes that are as good as equal, either may be the first.
            if not same or not any(found[0].endswith(one.label) for one in classes if _is_near(one, wanted)):
                raise CheckError(
                    f"POST /score: {picture.name}: found {found[0]} {found[1]:.1f} %, where /v1/classify says "
                    f"{wanted.label} {100 * wanted.probability:.1f} %",
                )

    def _classes(self, picture: Path) -> list[Class]:
        """The classes that the service itself gives of a picture, the most probable first."""
        return self._read_classes(self._ask("POST", "/v1/classify", picture.read_bytes()))

    def _read_classes(self, answer: Answer) -> list[Class]:
        try:
            classes = [Class(str(one["label"]), float(one["probability"])) for one in answer.json()["classes"]]
        except (KeyError, TypeError, ValueError) as error:
            said = answer.body[:300].decode(errors="replace")
            raise CheckError(f"POST /v1/classify: names no classes ({error!r}): {said}") from None
        if not classes:
            raise CheckError("POST /v1/classify: found no class, expected one or more")
        return classes

    def _ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        status: int = http.HTTPStatus.OK,
    ) -> Answer:
        answer = ask(self._service, method, path, body, headers=headers or {})
        return self._expect(f"{method} {path}", answer, status)

    def _probe(self, path: str) -> Answer:
        return self._expect(f"GET {path} of the management port", probe(self._service, path), http.HTTPStatus.OK)

    def _expect(self, request: str, answer: Answer, status: int) -> Answer:
        if answer.status != status:
            said = answer.body[:300].decode(errors="replace")
            raise CheckError(f"{request}: answered {answer.status}, expected {status}: {said}")
        return answer

    def _is(self, what: str, found: object, right: object) -> None:
        if found != right:
            raise CheckError(f"{what}: found {found!r}, expected {right!r}")


def _is_near(one: Class, other: Class) -> bool:
    return 100 * abs(one.probability - other.probability) <= _PERCENT


def _part(document: Any, name: str) -> dict[str, Any]:  # noqa: ANN401  # JSON of any shape
    part = document.get(name) if isinstance(document, dict) else None
    return part if isinstance(part, dict) else {}


def _form(picture: Path) -> tuple[bytes, str]:
    edge = "slipway-form"
    head = f'--{edge}\r\nContent-Disposition: form-data; name="image"; filename="{picture.name}"\r\n'
    body = f"{head}Content-Type: application/octet-stream\r\n\r\n".encode() + picture.read_bytes()
    return body + f"\r\n--{edge}--\r\n".encode(), f"multipart/form-data; boundary={edge}"
