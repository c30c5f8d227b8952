"""Azure regions as short words for names, and which of them have availability zones.

Source: learn.microsoft.com, "List of Azure regions" (November 2025). The list is what config accepts: a misspelt region
would otherwise fail only at Azure. A new region is one line here.
"""

_SHORT = {
    "australiaeast": "aue",
    "brazilsouth": "brs",
    "canadacentral": "cac",
    "centralindia": "inc",
    "centralus": "usc",
    "eastasia": "ase",
    "eastus": "use",
    "eastus2": "use2",
    "francecentral": "frc",
    "germanywestcentral": "gwc",
    "israelcentral": "ilc",
    "italynorth": "itn",
    "japaneast": "jpe",
    "japanwest": "jpw",
    "koreacentral": "krc",
    "mexicocentral": "mxc",
    "newzealandnorth": "nzn",
    "northcentralus": "usnc",
    "northeurope": "neu",
    "norwayeast": "noe",
    "polandcentral": "plc",
    "qatarcentral": "qac",
    "southafricanorth": "san",
    "southcentralus": "ussc",
    "southeastasia": "ass",
    "spaincentral": "esc",
    "swedencentral": "sec",
    "switzerlandnorth": "chn",
    "uaenorth": "uan",
    "uksouth": "uks",
    "ukwest": "ukw",
    "westeurope": "weu",
    "westus": "usw",
    "westus2": "usw2",
    "westus3": "usw3",
}

_WITHOUT_ZONES = {"northcentralus", "ukwest", "westus"}

REGIONS = tuple(_SHORT)
"""Every region that config accepts."""


def short(location: str) -> str:
    """The region's word in names. KeyError for a region that is not listed."""
    return _SHORT[location]


def has_zones(location: str) -> bool:
    """Return True if the region has availability zones, False for a region that is not listed."""
    return location in _SHORT and location not in _WITHOUT_ZONES
