"""Comments on a pull request on GitHub, from GitHub Actions or from an Azure pipeline that builds it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from delivery.failure import UsageError
from delivery.preview.forms.markdown import GITHUB

from .web import RefusedError, ask

_API: Final = "https://api.github.com"
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+")
_MOST_PAGES: Final = 50


@dataclass(frozen=True, slots=True)
class GitHub:
    """One pull request."""

    api: str
    repository: str
    number: int
    token: str = field(repr=False)
    limit: int = GITHUB

    def put(self, marker: str, text: str, *, attention: bool) -> str:
        """Rewrite our comment, or write the first one. Another author's comment with the marker is left alone."""
        del attention  # GitHub's comments have no state of their own
        for comment in self._comments():
            if marker in str(comment.get("body", "")):
                try:
                    ask("PATCH", f"{self._root}/issues/comments/{int(comment['id'])}", self._headers, {"body": text})
                except RefusedError as refused:
                    if refused.status not in (403, 404):
                        raise
                    continue
                return f"the comment on pull request {self.number} of {self.repository} is up to date"
        ask("POST", f"{self._root}/issues/{self.number}/comments", self._headers, {"body": text})
        return f"a comment was added to pull request {self.number} of {self.repository}"

    @property
    def _root(self) -> str:
        return f"{self.api}/repos/{self.repository}"

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "X-GitHub-Api-Version": "2022-11-28"}

    def _comments(self) -> Iterator[dict[str, Any]]:
        for page in range(1, _MOST_PAGES + 1):
            url = f"{self._root}/issues/{self.number}/comments?per_page=100&page={page}"
            answer = ask("GET", url, self._headers)
            yield from (comment for comment in answer.content or [] if isinstance(comment, dict))
            if not answer.next:
                return


def concerns(environment: Mapping[str, str]) -> bool:
    """Return True where the repository that is built is on GitHub."""
    provider = environment.get("BUILD_REPOSITORY_PROVIDER", "")
    return provider == "GitHub" or (not provider and "GITHUB_REPOSITORY" in environment)


def host(environment: Mapping[str, str]) -> GitHub:
    """The pull request that the environment names."""
    repository = environment.get("GITHUB_REPOSITORY") or environment.get("BUILD_REPOSITORY_NAME", "")
    number = environment.get("SYSTEM_PULLREQUEST_PULLREQUESTNUMBER", "")
    if not number:
        match = re.fullmatch(r"refs/pull/(\d+)/(?:merge|head)", environment.get("GITHUB_REF", ""))
        number = match[1] if match else ""
    if not number.isdigit():
        raise UsageError(
            "--comment: this build is not for a pull request (SYSTEM_PULLREQUEST_PULLREQUESTNUMBER, GITHUB_REF)"
        )
    if not _REPOSITORY.fullmatch(repository):
        raise UsageError(f"--comment: found the repository '{repository}'; GITHUB_REPOSITORY needs owner/name")
    token = environment.get("GITHUB_TOKEN", "")
    if not token:
        raise UsageError("--comment: GITHUB_TOKEN is not set; it needs to write pull requests' comments")
    api = environment.get("GITHUB_API_URL") or _API
    return GitHub(api.rstrip("/"), repository, int(number), token)
