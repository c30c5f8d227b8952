"""The Azure CLI, asked and never told to change anything."""

import json
import subprocess
from typing import Any, Final

from delivery.failure import FailureError

DEVOPS: Final = "499b84ac-1321-427f-aa17-267ca6975798"
"""Azure DevOps among Entra's applications: `az rest` asks for a token of it."""

_SECONDS = 120
_WORDS = 300


class AzError(FailureError):
    """`az` refused or failed; the message carries its own words."""

    @property
    def forbidden(self) -> bool:
        """Whether it is a right that is missing, and not the thing itself."""
        words = str(self).lower()
        signs = (
            "authorizationfailed",
            "authorizationpermissionmismatch",
            "forbidden",
            "does not have authorization",
            "403",
        )
        return any(sign in words for sign in signs)


def az(*arguments: str, seconds: float = _SECONDS) -> Any:  # noqa: ANN401  # JSON of any shape
    """What `az <arguments>` answers, decoded. Raises AzError."""
    command = ["az", *arguments, "--only-show-errors", "--output", "json"]
    what = " ".join(["az", *arguments[:3]])
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise AzError(f"{what}: no answer within {seconds:.0f} s") from None
    except OSError as error:
        raise AzError(f"{what}: {error.strerror}") from None
    if done.returncode:
        words = " ".join(done.stderr.split()).removeprefix("ERROR: ")
        raise AzError(f"{what}: {words[:_WORDS] or f'exit code {done.returncode}'}")
    try:
        return json.loads(done.stdout) if done.stdout.strip() else None
    except ValueError:
        raise AzError(f"{what}: answered something else than JSON") from None
