"""The Pulumi engine on one stack, told the release to run without the stack file being touched."""

import copy
import json
import re
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from socket import gethostname
from typing import Any, Self

from delivery.failure import FailureError, NotFoundError
from delivery.paths import ROOT
from delivery.stack_file import parse_mapping, set_config

from .command import Command, CommandError, KilledError

KEY = "slipway:release"
CANARY_KEY = "slipway:canary"
_LOCKED = ("the stack is currently locked by", "Another update is currently in progress")
"""Words of an engine that another process keeps from the state: of file and blob backends, and of Pulumi's own."""
_HOLDER = re.compile(r"created by .*@(?P<host>\S+) \(pid (?P<process>\d+)\)")
"""The end of a lock's line, by file and blob backends. Source: `lockContent` of Pulumi's `filestate/lock.go`."""

_REMEDY = "see https://www.pulumi.com/docs/install/; the version that Slipway is made for stands in requirements.in"
_UNEXPECTED = b"no changes were expected"
_WORDS = 2000
_LINES = 5000
_RESOURCE = re.compile(r"^ {2}(?P<name>[\w.:/-]+ \([^)]*\)):?$")
_ERROR = re.compile(r"^\s*error: (?P<words>.+)$")
_SUMMARY = re.compile(r"(update|preview) failed$|an unhandled error occurred: program exited")
_DEEPER = re.compile(r"^(?: {6,}|\s*\t|\s+\* )(?!File )\S?")
"""An error of several lines goes on further in, or as a list."""
_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""Value that an engine leaves in outputs where a resource was excluded before it existed."""


class UnstartedError(FailureError):
    """The release was not started: what ran before runs on, and there is nothing to put back."""


class LockedError(CommandError, UnstartedError):
    """Another process holds the stack's state. The engine changed nothing. `holders` are hosts with process ids."""

    def __init__(self, message: str, holders: Iterable[tuple[str, int]] = ()) -> None:
        super().__init__(message)
        self.holders = tuple(holders)


def read_digest(outputs: Mapping[str, Any]) -> str:
    """Return the digest of the release that a stack's outputs name, empty where they name none."""
    release = outputs.get("release")
    return str(release.get("digest") or "") if isinstance(release, Mapping) else ""


def name_digest(digest: str | None) -> str:
    """Return a live release's digest as a message shows it."""
    return digest[: len("sha256:") + 12] if digest else "no release"


def causes_of(lines: Iterable[str]) -> Iterator[str]:
    """The errors in what an `up` printed, each with its resource.

    The cause stands somewhere in the middle: after it the engine interrupts the program, whose trace is all that the
    last lines show.
    """
    resource, open_, known = "", False, set[str]()
    for line in lines:
        if found := _RESOURCE.match(line):
            resource, open_ = found["name"], False
        elif found := _ERROR.match(line):
            words = f"{resource}: {found['words']}" if resource else found["words"]
            open_ = not _SUMMARY.match(found["words"]) and words not in known
            if open_:
                known.add(words)
                yield words
        elif open_ and _DEEPER.match(line):
            yield f"  {line.strip()}"
        else:
            open_ = False


class Engine:
    """`pulumi` in the project's folder. Where the state is, PULUMI_BACKEND_URL says; who may, the Azure login."""

    def __init__(self, stack: str, root: Path = ROOT, pulumi: Command | None = None) -> None:
        self.stack = stack
        self._root = root
        self._canary: Mapping[str, Any] | None = None
        self._dead: set[tuple[str, int]] = set()
        variables = {"PULUMI_SKIP_UPDATE_CHECK": "true"}
        self._pulumi = pulumi or Command("pulumi", _REMEDY, folder=root, variables=variables)

    def beside(self, canary: Mapping[str, Any]) -> Self:
        """Return an engine for the same stack, in which this canary is beside the release."""
        other = copy.copy(self)
        other._canary = canary  # noqa: SLF001  # a copy of its own kind
        return other

    def outputs(self, stack: str = "") -> dict[str, Any]:
        """The outputs of the last `up`, of this stack or another one. CommandError if there is no such stack."""
        printed = self._pulumi.run("stack", "output", "--json", *self._common(stack))
        found = json.loads(printed or b"{}")
        return {name: value for name, value in found.items() if _UNKNOWN not in json.dumps(value)}

    def preview(self, release: Mapping[str, Any] | None, *options: str) -> bytes:
        """Return the engine's JSON of what an `up` with this release would do.

        None stands for the release that runs already. Raises CommandError with the engine's own errors. Unexpected
        changes are none: they are in the JSON.
        """
        with self._config(release) as file:
            ran = self._pulumi.attempt("preview", "--json", "--config-file", str(file), *options, *self._common())
        errors = list(_errors(ran.output))
        if ran.code and (errors or _UNEXPECTED not in ran.output + ran.errors):
            said = "\n".join(errors) or (ran.errors or ran.output).decode(errors="replace").strip()[-_WORDS:]
            raise CommandError(f"pulumi preview --stack {self.stack} ended with exit code {ran.code}\n{said}")
        return ran.output

    def up(self, release: Mapping[str, Any], message: str, read: Callable[[str], None]) -> None:
        """Make the stack run this release, and wait until it does.

        Raises LockedError, or CommandError with the engine's last words.
        """
        self._run_up(release, message, read)

    def _run_up(self, release: Mapping[str, Any] | None, message: str, read: Callable[[str], None]) -> None:
        """Run `pulumi up`; None leaves the release that runs."""
        with self._config(release) as file:
            options = ("--yes", "--skip-preview", "--color", "never", "--suppress-outputs", "--message", message)
            self._change(("up", "--config-file", str(file), *options), read)

    def refresh(self, urns: Iterable[str], read: Callable[[str], None]) -> None:
        """Read these resources as they are, and forget unfinished operations. Raises LockedError, or CommandError."""
        options = ("--yes", "--skip-preview", "--color", "never", "--suppress-outputs", "--clear-pending-creates")
        targets = (part for urn in urns for part in ("--target", urn))
        self._change(("refresh", *options, *targets), read)

    def read(self, urn: str) -> None:
        """Read one resource as it is, and write nothing. Raises CommandError with the engine's own errors."""
        options = ("--preview-only", "--color", "never", "--suppress-outputs")
        self._stream(("refresh", *options, "--target", urn), _ignore)

    def replace_state(self, state: Mapping[str, Any]) -> None:
        """Take `state`, an altered `state()`, for the stack's. Raises LockedError, or CommandError."""
        with tempfile.TemporaryDirectory(prefix="slipway-") as folder:
            file = Path(folder) / "state.json"
            file.touch(mode=0o600)
            file.write_text(json.dumps({"version": 3, "deployment": state}), encoding="utf-8")
            self._change(("stack", "import", "--file", str(file)), _ignore)

    def _change(self, arguments: tuple[str, ...], read: Callable[[str], None]) -> None:
        """Run a command that changes the state. A lock that a killed engine of ours left is taken away first."""
        try:
            self._stream(arguments, read)
        except LockedError as locked:
            if not locked.holders or not all(holder in self._dead for holder in locked.holders):
                raise
            self._pulumi.run("cancel", "--yes", *self._common())
            self._stream(arguments, read)

    def _stream(self, arguments: tuple[str, ...], read: Callable[[str], None]) -> None:
        said: deque[str] = deque(maxlen=_LINES)

        def heard(line: str) -> None:
            said.append(line)
            read(line)

        try:
            self._pulumi.stream((*arguments, *self._common()), heard)
        except KilledError as killed:
            self._dead.add((gethostname(), killed.process))
            raise
        except CommandError as error:
            causes = list(causes_of(said))
            text = "\n".join([str(error).splitlines()[0], *causes]) if causes else str(error)
            if any(words in line for line in said for words in _LOCKED):
                holders = [(found["host"], int(found["process"])) for line in said for found in _HOLDER.finditer(line)]
                raise LockedError(f"{text}\n{self._locked}", holders) from None
            raise CommandError(text) from None

    @property
    def _locked(self) -> str:
        return (
            "this `up` changed nothing; wait for the other one, or, where its process is gone: "
            f"pulumi cancel --stack {self.stack}"
        )

    def state(self) -> dict[str, Any]:
        """The stack's state, secrets encrypted."""
        found = json.loads(self._pulumi.run("stack", "export", *self._common()))
        return dict(found.get("deployment") or {})

    @property
    def file(self) -> Path:
        """The stack file."""
        return self._root / f"Pulumi.{self.stack}.yaml"

    def settings(self) -> dict[str, Any]:
        """The stack file's `config`. Raises NotFoundError where there is no such file."""
        found = parse_mapping(self._text(), self.file.name).get("config")
        return dict(found) if isinstance(found, dict) else {}

    def _text(self) -> str:
        try:
            return self.file.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise NotFoundError(f"{self.file.name}: no such stack file") from None

    @contextmanager
    def _config(self, release: Mapping[str, Any] | None) -> Iterator[Path]:
        """The stack file with this release in it, at another place: `--config` would write into the file itself."""
        text = self._text()
        parse_mapping(text, self.file.name)
        if release is not None:
            text = set_config(text, KEY, release)
        if self._canary is not None:
            text = set_config(text, CANARY_KEY, self._canary)
        with tempfile.TemporaryDirectory(prefix="slipway-") as folder:
            # Called like the original: the engine names the stack's file in what it says.
            file = Path(folder) / self.file.name
            file.write_text(text, encoding="utf-8")
            yield file

    def _common(self, stack: str = "") -> tuple[str, ...]:
        return "--stack", stack or self.stack, "--non-interactive"


def _ignore(line: str) -> None:
    del line


def _errors(printed: bytes) -> Iterator[str]:
    """The errors among a preview's diagnostics."""
    try:
        document = json.loads(printed[printed.find(b"{") :] or b"{}")
    except ValueError:
        return
    for diagnostic in document.get("diagnostics") or ():
        message = str(diagnostic.get("message", "")).strip()
        if diagnostic.get("severity") == "error" and message and _UNEXPECTED.decode() not in message:
            yield message
