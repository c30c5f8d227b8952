"""The programs that a release needs, `pulumi` and `az`: their words are kept; they are asked to end, never killed."""

import os
import signal
import subprocess
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from delivery.failure import FailureError
from delivery.paths import ROOT

_TAIL = 30
_GRACE_SECONDS = 15 * 60
"""Seconds that an engine may take to finish what it has begun: a broken-off update leaves the state locked."""


class CommandError(FailureError):
    """A program could not be run, or ended with an error; the message carries its own last words."""


class KilledError(CommandError):
    """A signal ended the program: what it had begun may be half done."""

    def __init__(self, message: str, process: int) -> None:
        super().__init__(message)
        self.process = process


@dataclass(frozen=True)
class Ran:
    """A program that has ended."""

    code: int
    output: bytes
    errors: bytes


class Command:
    """One program with what it always needs: its folder and environment variables."""

    def __init__(
        self,
        program: str,
        remedy: str,
        *,
        folder: Path = ROOT,
        variables: Mapping[str, str] | None = None,
        alone: bool = False,
    ) -> None:
        """`alone`: it gets no other variables than these, not even those of this process."""
        self._program = program
        self._remedy = remedy
        self._folder = folder
        self._variables = variables or {}
        self._alone = alone

    def run(self, *arguments: str, seconds: float = 600) -> bytes:
        """Run it and return its standard output. Raises CommandError unless it ends well."""
        ran = self.attempt(*arguments, seconds=seconds)
        if ran.code:
            raise self._failed(arguments, ran.code, (ran.errors or ran.output).decode(errors="replace"))
        return ran.output

    def attempt(self, *arguments: str, seconds: float = 600) -> Ran:
        """Run it and return its end, for programs whose output counts even when they fail.

        Raises CommandError where it cannot start, or does not answer within `seconds`.
        """
        process = self._start(arguments, subprocess.PIPE)
        try:
            output, errors = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            self._end(process)
            raise CommandError(f"{self._name(arguments)}: no answer within {seconds:.0f} s") from None
        except BaseException:
            self._end(process)
            raise
        return Ran(process.returncode, output, errors)

    def stream(self, arguments: Sequence[str], read: Callable[[str], None]) -> None:
        """Run it, handing on every line at once. Raises CommandError with the last ones."""
        tail: deque[str] = deque(maxlen=_TAIL)
        process = self._start(arguments, subprocess.STDOUT)
        try:
            for line in process.stdout or ():
                text = line.decode(errors="replace").rstrip()
                if text:
                    tail.append(text)
                    read(text)
            process.wait()
        except BaseException:
            self._end(process)
            raise
        finally:
            if process.stdout:
                process.stdout.close()
        if process.returncode < 0:
            _end_group(process.pid)
            raise self._killed(arguments, process, tail)
        if process.returncode:
            raise self._failed(arguments, process.returncode, "\n".join(tail))

    def _start(self, arguments: Sequence[str], errors: int) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                [self._program, *arguments],
                cwd=self._folder,
                env={**({} if self._alone else os.environ), **self._variables},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,  # Ctrl-C goes to everybody in the session; here it is ours to pass on
            )
        except FileNotFoundError:
            raise CommandError(f"{self._program} is not on PATH: {self._remedy}") from None

    def _failed(self, arguments: Sequence[str], code: int, said: str) -> CommandError:
        lines = [line for line in said.splitlines() if line.strip()][-_TAIL:]
        return CommandError("\n".join([f"{self._name(arguments)} ended with exit code {code}", *lines]))

    def _killed(self, arguments: Sequence[str], process: subprocess.Popen[bytes], tail: Sequence[str]) -> KilledError:
        name = signal.Signals(-process.returncode).name
        return KilledError("\n".join([f"{self._name(arguments)} was ended by {name}", *tail]), process.pid)

    def _name(self, arguments: Sequence[str]) -> str:
        words = takewhile(lambda word: not word.startswith("-"), arguments)
        return " ".join([self._program, *words])

    @staticmethod
    def _end(process: subprocess.Popen[bytes]) -> None:
        """As a person would: one Ctrl-C, then patience."""
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def _end_group(group: int) -> None:
    """End what a killed program started: nothing else may go on changing what it began."""
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
