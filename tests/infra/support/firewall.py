"""Azure's verdict on a connection, from the rules of a declared network."""

from ipaddress import IPv4Address, IPv4Network
from typing import Any

from delivery.preview.record import Recorded

RULES = "azure-native:network:NetworkSecurityGroup"


def rules(found: Recorded, part: str) -> list[dict[str, Any]]:
    given: Any = found.one(RULES, f"network-{part}-rules").inputs["securityRules"]
    return sorted(given, key=lambda rule: int(rule["priority"]))


def admitted(found: Recorded, part: str, source: str, destination: str, port: int, protocol: str = "Tcp") -> bool:
    """What Azure decides about an inbound connection: the first rule that speaks of it. A source may be a tag."""
    for rule in rules(found, part):
        sources = rule.get("sourceAddressPrefixes") or [rule["sourceAddressPrefix"]]
        ports = rule.get("destinationPortRanges") or [rule["destinationPortRange"]]
        if (
            any(covers(one, source) for one in sources)
            and covers(rule["destinationAddressPrefix"], destination)
            and any(one in ("*", str(port)) for one in ports)
            and rule["protocol"] in ("*", protocol)
        ):
            return bool(rule["access"] == "Allow")
    raise AssertionError("no rule speaks of it, so Azure's defaults would decide")


def covers(prefix: str, what: str) -> bool:
    if prefix in {"*", what}:
        return True
    try:
        address = IPv4Address(what)
    except ValueError:
        return False
    if prefix == "Internet":
        return not address.is_private
    return "/" in prefix and address in IPv4Network(prefix)
