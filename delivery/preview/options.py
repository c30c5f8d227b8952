"""Resource options as plain data, read from a registration request."""

from typing import Any

from .record import Value

_FLAGS = ("protect", "retainOnDelete")
_LISTS = ("ignoreChanges", "replaceOnChanges", "additionalSecretOutputs")
_TIMEOUTS = ("create", "update", "delete")


def key(urn: str) -> str | None:
    """A URN as "<type>::<name>"; None for the stack's own and for none."""
    if not urn:
        return None
    *_, types, name = urn.split("::")
    type_ = types.rsplit("$", 1)[-1]
    return None if type_ == "pulumi:pulumi:Stack" else f"{type_}::{name}"


def of(request: Any) -> dict[str, Value]:  # noqa: ANN401 - the protocol's messages are untyped
    """The options that differ from the default."""
    found: dict[str, Value] = {flag: True for flag in _FLAGS if getattr(request, flag)}
    if request.deleteBeforeReplaceDefined:  # an explicit False overrules a provider that deletes first by itself
        found["deleteBeforeReplace"] = request.deleteBeforeReplace
    found |= {name: sorted(getattr(request, name)) for name in _LISTS if getattr(request, name)}
    if not request.custom:
        found["component"] = True
    if provider := _provider(request.provider):
        found["provider"] = provider
    if depends := _explicit(request):
        found["dependsOn"] = depends
    if with_ := key(request.deletedWith):
        found["deletedWith"] = with_
    if aliases := _aliases(request):
        found["aliases"] = aliases
    if timeouts := {name: text for name in _TIMEOUTS if (text := getattr(request.customTimeouts, name))}:
        found["customTimeouts"] = timeouts
    return found


def _provider(reference: str) -> str | None:
    """A provider reference is its URN and its id."""
    return key(reference.rsplit("::", 1)[0]) if reference else None


def _explicit(request: Any) -> list[str]:  # noqa: ANN401 - the engine's messages have no types
    """Dependencies that no input carries: those of `depends_on`."""
    carried = {urn for one in request.propertyDependencies.values() for urn in one.urns}
    named = {key(urn) for urn in request.dependencies if urn not in carried}
    return sorted(name for name in named if name is not None)


def _aliases(request: Any) -> list[str]:  # noqa: ANN401 - the engine's messages have no types
    named = [(alias.urn and (key(alias.urn) or "")) or alias.spec.name for alias in request.aliases]
    return sorted(name for name in (*named, *(key(urn) for urn in request.aliasURNs)) if name)
