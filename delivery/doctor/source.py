"""Looks at the code's server and connection: they are as the pipelines need them, or a finding names the lack."""

import os
import subprocess
from collections.abc import Iterator

from delivery.az import AzError, az

from .finding import Finding, Purpose, missing, there, unknown
from .target import Source, Target

_PIPELINES = frozenset({Purpose.PIPELINES})
_SECONDS = 60


def look(target: Target | None) -> Iterator[Finding]:
    """Yield the finding about another Git server, or about the connection to GitHub; none for Azure Repos."""
    if target is None or target.source is None:
        return
    if target.source.url:
        yield _server(target.source)
    if target.source.kind == "github":
        yield _connection(target, target.source)


def _server(source: Source) -> Finding:
    """Ask the server as the mirror's pipeline does: without a login."""
    remedy = f"open {source.url} to reading without a login and correct slipway:pipelines.hub.source.url, or branch"
    command = ["git", "-c", "credential.helper=", "ls-remote", "--exit-code", source.url, f"refs/heads/{source.branch}"]
    variables = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "", "SSH_ASKPASS": ""}
    try:
        done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except FileNotFoundError:
        return unknown("source", "git is missing", _PIPELINES, "install git, as said above")
    except subprocess.TimeoutExpired:
        return missing("source", f"{source.url} did not answer in {_SECONDS} seconds", _PIPELINES, remedy)
    if done.returncode == 2:  # git's own code for a server that has no such branch
        return missing("source", f"{source.url} has no branch {source.branch}", _PIPELINES, remedy)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        return missing("source", f"{source.url}: {said}", _PIPELINES, remedy)
    return there("source", f"{source.url} answers, and has {source.branch}", _PIPELINES)


def _connection(target: Target, source: Source) -> Finding:
    """Compare the kind of the connection: the provider finds it by its name alone."""
    where = ("--organization", target.organization, "--project", target.project)
    remedy = "Project settings, Service connections, New: GitHub, with the Azure Pipelines app, and name it in config"
    try:
        kinds = (
            az("devops", "service-endpoint", "list", *where, "--query", f"[?name=='{source.connection}'].type") or []
        )
    except AzError as error:
        return unknown("source", str(error), _PIPELINES, "look again once the project is there")
    if not kinds:
        return missing("source", f"the project has no connection {source.connection}", _PIPELINES, remedy)
    if kinds[0].lower() != "github":
        return missing("source", f"{source.connection} is a connection to {kinds[0]}", _PIPELINES, remedy)
    return there("source", f"{source.connection} is a connection to GitHub, where {source.name} is", _PIPELINES)
