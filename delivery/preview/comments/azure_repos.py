"""Comments on a pull request of Azure Repos: a thread of our own, open while it needs attention."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from delivery.failure import UsageError
from delivery.preview.forms.markdown import AZURE_DEVOPS

from .web import RefusedError, ask

_VERSION: Final = "api-version=7.1"
_TEXT: Final = 1
"""The service's number for a comment of plain text."""


@dataclass(frozen=True, slots=True)
class AzureRepos:
    """One pull request."""

    threads: str
    """Address of its threads."""
    number: int
    token: str = field(repr=False)
    limit: int = AZURE_DEVOPS

    def put(self, marker: str, text: str, *, attention: bool) -> str:
        """Rewrite our thread's first comment, or open a first thread. One that needs no attention is closed at once."""
        status = "active" if attention else "closed"
        for thread in self._threads():
            first: dict[str, Any] = next((one for one in thread.get("comments") or [] if not one.get("isDeleted")), {})
            if marker not in str(first.get("content", "")) or thread.get("isDeleted"):
                continue
            url = f"{self.threads}/{int(thread['id'])}"
            try:
                comment = f"{url}/comments/{int(first['id'])}?{_VERSION}"
                ask("PATCH", comment, self._headers, {"content": text, "commentType": _TEXT})
            except RefusedError as refused:
                if refused.status not in (403, 404):
                    raise
                continue
            if thread.get("status") != status:
                ask("PATCH", f"{url}?{_VERSION}", self._headers, {"status": status})
            return f"the comment on pull request {self.number} is up to date"
        thread = {
            "comments": [{"parentCommentId": 0, "content": text, "commentType": _TEXT}],
            "status": status,
        }
        ask("POST", f"{self.threads}?{_VERSION}", self._headers, thread)
        return f"a comment was added to pull request {self.number}"

    @property
    def _headers(self) -> dict[str, str]:
        # Without this header an unknown token gets a sign-in page instead of a refusal.
        return {"Authorization": f"Bearer {self.token}", "X-TFS-FedAuthRedirect": "Suppress"}

    def _threads(self) -> list[dict[str, Any]]:
        answer = ask("GET", f"{self.threads}?{_VERSION}", self._headers)
        found = answer.content.get("value", []) if isinstance(answer.content, dict) else []
        return [thread for thread in found if isinstance(thread, dict)]


def host(environment: Mapping[str, str]) -> AzureRepos:
    """The pull request that the pipeline's environment names."""
    number = environment.get("SYSTEM_PULLREQUEST_PULLREQUESTID", "")
    if not number.isdigit():
        raise UsageError(
            "--comment: this build is not for a pull request (SYSTEM_PULLREQUEST_PULLREQUESTID is not set)"
        )
    collection = environment.get("SYSTEM_COLLECTIONURI") or environment.get("SYSTEM_TEAMFOUNDATIONCOLLECTIONURI", "")
    names = {"SYSTEM_COLLECTIONURI": collection}
    names |= {
        name: environment.get(name, "") for name in ("SYSTEM_TEAMPROJECT", "BUILD_REPOSITORY_ID", "SYSTEM_ACCESSTOKEN")
    }
    missing = [name for name, value in names.items() if not value]
    if missing:
        raise UsageError(
            f"--comment: not set: {', '.join(missing)}; a step maps SYSTEM_ACCESSTOKEN: $(System.AccessToken)"
        )
    project, repository = (quote(names[name], safe="") for name in ("SYSTEM_TEAMPROJECT", "BUILD_REPOSITORY_ID"))
    root = f"{collection.rstrip('/')}/{project}/_apis/git/repositories/{repository}"
    return AzureRepos(f"{root}/pullRequests/{number}/threads", int(number), names["SYSTEM_ACCESSTOKEN"])
