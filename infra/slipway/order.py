"""Values that are facts of the config and yet may be used only once something exists."""

from functools import partial

import pulumi


def known(value: str, after: pulumi.Resource) -> pulumi.Output[str]:
    """Return `value`, for resources that must wait for `after`.

    A resource's own `name` would make them wait as well, but Azure's answers are unknown in the preview of what is new
    or changed; a URN never is, so previews show the final name.
    """
    return after.urn.apply(partial(_second, value))


def _second(value: str, _urn: str) -> str:
    return value
