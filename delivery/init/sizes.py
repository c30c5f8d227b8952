"""Versions and machines of a new environment, from the program's own calendar and table."""

import re
from datetime import date

from slipway.kubernetes_versions import supported
from slipway.machines import machines

SYSTEM_DISK_GIB = 128
"""Room that a pool's ephemeral system disk needs, as node pools have it by default."""

_GENERAL = re.compile(r"Standard_D(?P<cores>\d+)(?P<kind>a?d?)s_v(?P<generation>\d+)")


def choose_version(today: date) -> str:
    """Return the Kubernetes version before the newest: it has had its first patches, and is supported for long."""
    versions = supported(today, long_term=False)
    return versions[-2:][0]


def choose_machine(cores: int, *, local_disk: bool) -> str:
    """Return a size of the D family with so many cores, with or without a disk of its own.

    Its generation is the one before the newest: not every region has the newest yet. Without a disk it is AMD's,
    which costs less.
    """
    wanted = "d" if local_disk else "a"
    found: dict[int, str] = {}
    for name, machine in machines().items():
        match = _GENERAL.fullmatch(name)
        if match is None or match["kind"] != wanted or int(match["cores"]) != cores:
            continue
        if not local_disk or machine.room_gib >= SYSTEM_DISK_GIB:
            found[int(match["generation"])] = name
    return found[sorted(found)[-2:][0]]
