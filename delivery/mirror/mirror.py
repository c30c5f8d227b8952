"""One branch and the tags of another Git server, pushed to the repository that the pipelines build.

The branch only moves forward. A commit that was pushed here and not there is a person's work, so a branch that has
parted stops, with its reason. A tag that moved there stays here, and is named: builds may already stand on it.
"""

import base64
import json
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from delivery.az import DEVOPS
from delivery.failure import ConflictError, FailureError, UsageError
from delivery.paths import ROOT
from delivery.release.command import Command, CommandError

_REMEDY = "see https://git-scm.com/downloads"
_AZ_REMEDY = "see https://learn.microsoft.com/cli/azure/install-azure-cli"
_SEEN = "refs/slipway/mirror"
_HOSTS = ("dev.azure.com", ".visualstudio.com")


@dataclass(frozen=True, kw_only=True)
class Mirror:
    """From the server at `source` to the remote called `target` of the checkout in `folder`."""

    source: str
    branch: str
    target: str = "origin"
    folder: Path = ROOT

    def run(self) -> str:
        """Fetch and push; what came of it, in words. Raises FailureError, ConflictError where the histories parted."""
        if not self.source:
            raise UsageError("--source (SLIPWAY_SOURCE) is needed: the URL of the Git server to follow")
        git = Command("git", _REMEDY, folder=self.folder, variables={"GIT_TERMINAL_PROMPT": "0"})
        seen = f"{_SEEN}/{self.branch}"
        git.run("fetch", "--no-tags", "--force", self.source, f"refs/heads/{self.branch}:{seen}")
        git.run("fetch", "--force", self.source, f"+refs/tags/*:{_SEEN}-tags/*")
        commit = git.run("rev-parse", seen).decode().strip()
        push = self._authenticated()
        listed = push.run("ls-remote", self.target, f"refs/heads/{self.branch}").decode().split()
        before = listed[0] if listed else ""
        try:
            push.run("push", self.target, f"{seen}:refs/heads/{self.branch}")
        except CommandError as error:
            if "non-fast-forward" in str(error) or "fetch first" in str(error):
                raise ConflictError(
                    f"{self.branch}: the two sides have parted; what was pushed here belongs on {self.source}\n{error}"
                ) from None
            raise
        came = f"{self.branch} went from {before[:12] or 'nothing'} to {commit[:12]}"
        if before == commit:
            came = f"{self.branch} is at {commit[:12]} on both sides"
        return "\n".join((came, *self._push_tags(push)))

    def _push_tags(self, push: Command) -> list[str]:
        """Push the tags that the target lacks; return a line for each that names another commit there, and stays."""
        listed = push.run("ls-remote", "--tags", "--refs", self.target).decode().splitlines()
        there = {name: commit for commit, name in (line.split() for line in listed)}
        form = f"--format=%(objectname) refs/tags/%(refname:lstrip={_SEEN.count('/') + 1})"
        seen = push.run("for-each-ref", form, f"{_SEEN}-tags/").decode().splitlines()
        here = {name: commit for commit, name in (line.split() for line in seen)}
        if new := sorted(here.keys() - there.keys()):
            push.run("push", self.target, *(f"{here[name]}:{name}" for name in new))
        return [
            f"{name} has moved on {self.source} to {here[name][:12]}; here it stays at {there[name][:12]}"
            for name in sorted(here.keys() & there.keys())
            if here[name] != there[name]
        ]

    def _authenticated(self) -> Command:
        """Return Git with the login of `az` where the target is on Azure Repos, else plain Git. Raises FailureError.

        The token is in Git's environment, and in no file.
        """
        plain = {"GIT_TERMINAL_PROMPT": "0"}
        url = Command("git", _REMEDY, folder=self.folder).run("remote", "get-url", self.target).decode().strip()
        host = urlsplit(url).hostname or ""
        if not host.endswith(_HOSTS):
            return Command("git", _REMEDY, folder=self.folder, variables=plain)
        basic = base64.b64encode(f":{_token()}".encode()).decode()
        header = {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"http.https://{host}/.extraheader",
            "GIT_CONFIG_VALUE_0": f"Authorization: Basic {basic}",
        }
        return Command("git", _REMEDY, folder=self.folder, variables=plain | header)


def _token() -> str:
    printed = Command("az", _AZ_REMEDY, folder=Path(os.sep)).run(
        *("account", "get-access-token", "--resource", DEVOPS, "--output", "json", "--only-show-errors")
    )
    try:
        return str(json.loads(printed)["accessToken"])
    except (ValueError, KeyError, TypeError):
        raise FailureError("az account get-access-token: gave no token; az login first") from None
