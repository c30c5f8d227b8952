"""Errors of an engine on the simulated Azure, as one message with the service's own words."""

import re

from delivery.failure import FailureError
from delivery.preview.gates import GateCode
from delivery.release.command import CommandError
from delivery.release.engine import LockedError

_PROTECTED = re.compile(
    r"unable to (?P<verb>replace|delete) resource \"(?P<urn>[^\"]+)\"\s+as it is currently marked for protection"
    r"|resource \"?(?P<kept>urn:[^\"\s]+)\"?\s+cannot be deleted\s+because it is protected"
)
_NOISE = re.compile(r"^error: (preview|update) failed$|Resource monitor has terminated, shutting down$")
"""Consequences of an error, not errors."""


class ProtectedError(FailureError):
    """The engine refuses a change, because it would lose a resource that is protected."""

    code = GateCode.PROTECTED


def find_protected(text: str) -> list[str]:
    """Return the names of the protected resources for which an engine refused."""
    return [_name(one["urn"] or one["kept"]).partition(" ")[0] for one in _PROTECTED.finditer(text)]


def translate(error: CommandError, stack: str) -> FailureError:
    """Return the error that a person reads."""
    text = str(error)
    if found := list(_PROTECTED.finditer(text)):
        lost = ", ".join(
            dict.fromkeys(f"{one['verb'] or 'delete'} {_name(one['urn'] or one['kept'])}" for one in found)
        )
        return ProtectedError(
            f"Pulumi.{stack}.yaml: this change would {lost}, which is protected, and Pulumi refuses it. "
            f"Allowed: a change that keeps it; hint: slipway preview report --stack {stack}"
        )
    if isinstance(error, LockedError):
        return error
    first, *causes = text.splitlines()
    lines = [f"  {line.removeprefix('error: ')}" for line in causes if line.strip() and not _NOISE.search(line)]
    if not lines:
        return error
    hint = f"hint: mend Pulumi.{stack}.yaml and run the command again; --reset begins from nothing"
    return CommandError("\n".join([f"Pulumi.{stack}.yaml: {first}, on the simulated Azure", *lines, hint]))


def _name(urn: str) -> str:
    """Return name and type of a URN."""
    kinds, name = urn.split("::")[2:4]
    return f"{name} ({kinds.rpartition('$')[2]})"
