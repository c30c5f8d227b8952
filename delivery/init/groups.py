"""Ids of groups that a person gives by name."""

from uuid import UUID

from delivery.az import AzError, az


def find_group(name: str) -> str:
    """Return the object id of an Entra group, given as itself or by name. Raises AzError with a command for it."""
    if _is_id(name):
        return name
    try:
        return str(az("ad", "group", "show", "--group", name, "--query", "id"))
    except AzError as error:
        nickname = "".join(letter for letter in name if letter.isalnum() or letter in "-_")
        raise AzError(
            f"{error}\nmake the group: az ad group create --display-name '{name}' --mail-nickname {nickname}"
        ) from None


def find_approver(name: str, organization: str, project: str) -> str:
    """Return the origin id of a group of an Azure DevOps project, given as itself or by name. Raises AzError."""
    if _is_id(name):
        return name
    where = ("--organization", organization, "--project", project)
    listed = az("devops", "security", "group", "list", *where, "--query", "graphGroups[].[displayName, originId]") or []
    found = {str(display): str(origin) for display, origin in listed}
    if name not in found:
        raise AzError(
            f"project {project}: found groups {', '.join(sorted(found)) or 'none'}, not {name}\nmake the group: "
            f"az devops security group create --name '{name}' --organization {organization} --project '{project}'"
        )
    return found[name]


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
