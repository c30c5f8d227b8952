"""AKS's calendar: until when each minor version of Kubernetes has support, and so until when clusters of it are made.

Source: learn.microsoft.com, "Supported Kubernetes versions in Azure Kubernetes Service", of 21 August 2026. Azure
gives months; a month's last day counts. A new version is one line here.
"""

from dataclasses import dataclass
from datetime import date

AS_OF = date(2026, 11, 28)
"""The day on which this calendar was compared with Azure's."""


@dataclass(frozen=True, kw_only=True)
class Support:
    """The last day of standard support, and of long-term support, which tier Premium pays for."""

    standard: date
    long_term: date

    def until(self, *, long_term: bool) -> date:
        """The last day on which AKS makes clusters of the version."""
        return self.long_term if long_term else self.standard


CALENDAR = {
    "1.32": Support(standard=date(2026, 3, 31), long_term=date(2027, 3, 31)),
    "1.33": Support(standard=date(2026, 7, 31), long_term=date(2027, 7, 31)),
    "1.34": Support(standard=date(2026, 11, 30), long_term=date(2027, 11, 30)),
    "1.35": Support(standard=date(2027, 3, 31), long_term=date(2028, 3, 31)),
    "1.36": Support(standard=date(2027, 6, 30), long_term=date(2028, 6, 30)),
    "1.37": Support(standard=date(2027, 10, 31), long_term=date(2028, 10, 31)),
}
"""Minor versions that AKS has made generally available."""


def minor(version: str) -> str:
    """The minor version, such as 1.35, of a version such as 1.35.2."""
    return ".".join(version.split(".")[:2])


def supported(day: date, *, long_term: bool) -> list[str]:
    """The minor versions of which AKS makes clusters on `day`."""
    return [version for version, support in CALENDAR.items() if support.until(long_term=long_term) >= day]
