"""Sizes of Azure's virtual machines that clusters are made of: cores, memory, processor, room for a system disk.

Sources: learn.microsoft.com, "Sizes for virtual machines in Azure" (each series' own page, "Ephemeral OS disks for
Azure VMs") and "Resource reservations in AKS". A size that is not here passes without a rule about machines. A new
series is one line of the table; the day until which it is believed is in docs/reference/dated_facts_page.py.
"""

import re
from dataclasses import dataclass
from functools import cache

ARCHITECTURE = "amd64"
"""The processors that images are built for and pods ask for."""

_LARGEST_SYSTEM_DISK = 2040
"""GiB: Azure keeps no larger system disk on a machine itself."""

_USUAL = (2, 4, 8, 16, 32, 48, 64)
_WIDE = (*_USUAL, 96)


@dataclass(frozen=True, kw_only=True)
class Machine:
    """One size of virtual machine."""

    cores: int
    memory_gib: float
    architecture: str
    room_gib: int
    """The largest system disk that the machine itself can hold; 0: none."""

    def allocatable_millicores(self) -> int:
        """Thousandths of a core that AKS leaves to pods."""
        reserved = 60 if self.cores == 1 else 60 + 20 * self.cores if self.cores <= 4 else 100 + 10 * self.cores
        return self.cores * 1000 - reserved

    def allocatable_mebibytes(self, max_pods: int) -> int:
        """The most memory that AKS can leave to pods; the machine's own system takes some of it as well."""
        whole = int(self.memory_gib * 1024)
        return whole - min(20 * max_pods + 50, whole // 4) - 100


@dataclass(frozen=True, kw_only=True)
class _Series:
    """Sizes that differ in their number of cores alone. Amounts are GiB a core."""

    name: str
    """A size's name, with {} for its cores."""

    cores: tuple[int, ...]
    memory: float
    room: float = 0
    architecture: str = "amd64"

    def machines(self) -> dict[str, Machine]:
        """Each of its sizes."""
        return {
            f"Standard_{self.name}".format(cores): Machine(
                cores=cores,
                memory_gib=self.memory * cores,
                architecture=self.architecture,
                room_gib=min(int(self.room * cores), _LARGEST_SYSTEM_DISK),
            )
            for cores in self.cores
        }


_SERIES = (
    _Series(name="D{}s_v3", cores=_USUAL, memory=4, room=25),
    _Series(name="D{}as_v4", cores=_WIDE, memory=4, room=25),
    _Series(name="D{}s_v4", cores=_USUAL, memory=4),
    _Series(name="D{}ds_v4", cores=_USUAL, memory=4, room=37.5),
    _Series(name="D{}s_v5", cores=_WIDE, memory=4),
    _Series(name="D{}as_v5", cores=_WIDE, memory=4),
    _Series(name="D{}ds_v5", cores=_WIDE, memory=4, room=37.5),
    _Series(name="D{}ads_v5", cores=_WIDE, memory=4, room=37.5),
    _Series(name="D{}ls_v5", cores=_WIDE, memory=2),
    _Series(name="D{}lds_v5", cores=_WIDE, memory=2, room=37.5),
    _Series(name="D{}s_v6", cores=(*_WIDE, 128), memory=4),
    _Series(name="D{}as_v6", cores=_WIDE, memory=4),
    _Series(name="D{}ds_v6", cores=(*_WIDE, 128), memory=4, room=55),
    _Series(name="D{}ads_v6", cores=_WIDE, memory=4, room=55),
    _Series(name="D{}ps_v5", cores=_USUAL, memory=4, architecture="arm64"),
    _Series(name="D{}pds_v5", cores=_USUAL, memory=4, room=37.5, architecture="arm64"),
    _Series(name="D{}pls_v5", cores=_USUAL, memory=2, architecture="arm64"),
    _Series(name="D{}plds_v5", cores=_USUAL, memory=2, room=37.5, architecture="arm64"),
    _Series(name="D{}ps_v6", cores=_WIDE, memory=4, architecture="arm64"),
    _Series(name="D{}pds_v6", cores=_WIDE, memory=4, room=55, architecture="arm64"),
    _Series(name="E{}s_v3", cores=(2, 4, 8, 16, 20, 32, 48), memory=8, room=25),
    _Series(name="E{}s_v4", cores=(2, 4, 8, 16, 20, 32, 48), memory=8),
    _Series(name="E{}ds_v4", cores=(2, 4, 8, 16, 20, 32, 48), memory=8, room=37.5),
    _Series(name="E{}s_v5", cores=(2, 4, 8, 16, 20, 32, 48, 64), memory=8),
    _Series(name="E{}as_v5", cores=(2, 4, 8, 16, 20, 32, 48, 64), memory=8),
    _Series(name="E{}ds_v5", cores=(2, 4, 8, 16, 20, 32, 48, 64), memory=8, room=37.5),
    _Series(name="E{}ads_v5", cores=(2, 4, 8, 16, 20, 32, 48, 64), memory=8, room=37.5),
    _Series(name="E{}ps_v5", cores=(2, 4, 8, 16, 20), memory=8, architecture="arm64"),
    _Series(name="E{}pds_v5", cores=(2, 4, 8, 16, 20), memory=8, room=37.5, architecture="arm64"),
    _Series(name="E{}s_v6", cores=(2, 4, 8, 16, 20, 32, 48, 64), memory=8),
    _Series(name="E{}as_v6", cores=(2, 4, 8, 16, 20, 32, 48, 64), memory=8),
    _Series(name="E{}ds_v6", cores=(2, 4, 8, 16, 32, 48, 64), memory=8, room=55),
    _Series(name="E{}ads_v6", cores=(2, 4, 8, 16, 32, 48, 64), memory=8, room=55),
    _Series(name="F{}s_v2", cores=(*_USUAL, 72), memory=2, room=16),
    _Series(name="B{}s", cores=(1,), memory=1, room=4),
    _Series(name="B{}s", cores=(2,), memory=2, room=4),
    _Series(name="B{}ms", cores=(1,), memory=2, room=4),
    _Series(name="B{}ms", cores=(2, 4, 8, 12, 16, 20), memory=4, room=8),
    _Series(name="B{}ls_v2", cores=(2, 4), memory=2),
    _Series(name="B{}s_v2", cores=(2, 4, 8, 16, 32), memory=4),
    _Series(name="B{}als_v2", cores=(2, 4), memory=2),
    _Series(name="B{}as_v2", cores=(2, 4, 8, 16, 32), memory=4),
    _Series(name="B{}pls_v2", cores=(2, 4), memory=2, architecture="arm64"),
    _Series(name="B{}ps_v2", cores=(2, 4, 8, 16), memory=4, architecture="arm64"),
    _Series(name="B{}ts_v2", cores=(2,), memory=0.5),
    _Series(name="B{}ats_v2", cores=(2,), memory=0.5),
    _Series(name="A{}_v2", cores=(1, 2, 4, 8), memory=2),
    _Series(name="NC{}as_T4_v3", cores=(4, 8), memory=7, room=44),
    _Series(name="NC{}as_T4_v3", cores=(16,), memory=6.875, room=22),
    _Series(name="NC{}as_T4_v3", cores=(64,), memory=6.875, room=44),
    _Series(name="NC{}ads_A100_v4", cores=(24, 48, 96), memory=220 / 24, room=64 / 24),
)


@cache
def machines() -> dict[str, Machine]:
    """Every size of the table, by its name."""
    return {name: machine for series in _SERIES for name, machine in series.machines().items()}


def machine(size: str) -> Machine | None:
    """The machine of that size; None for one that the table lacks."""
    return {name.lower(): found for name, found in machines().items()}.get(size.lower())


def burstable(size: str) -> bool:
    """Tell a size of the B family, whose cores are lent and not given."""
    return re.match(r"standard_b[0-9]", size.lower()) is not None
