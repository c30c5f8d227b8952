"""Failures of commands: each has one clear message and a truthful exit code."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Meaning of the process's exit code. 0 is success; 130 is the shell's own for Ctrl-C."""

    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    CONFLICT = 4
    INTEGRITY = 5
    RESTORED = 6
    STRANDED = 7
    DRIFTED = 8
    UNJUDGED = 9
    UNHEALTHY = 20


class FailureError(Exception):
    """A command cannot do what was asked. The message names the place, what was found and what is allowed."""

    code: int = ExitCode.FAILED


class UsageError(FailureError):
    """The command was called in a way that cannot be meant."""

    code = ExitCode.USAGE


class NotFoundError(FailureError):
    """The thing that was asked for does not exist."""

    code = ExitCode.NOT_FOUND


class ConflictError(FailureError):
    """Another process changed the same thing at the same time."""

    code = ExitCode.CONFLICT


class IntegrityError(FailureError):
    """Bytes are not what they were declared to be. Nothing of them was kept."""

    code = ExitCode.INTEGRITY
