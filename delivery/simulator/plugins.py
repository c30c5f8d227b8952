"""Scripts that an engine starts as its provider plugins, and the variables that lead an engine to the simulation."""

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from delivery.paths import ROOT

from .arm import SUBSCRIPTION, TENANT
from .azuredevops import ORGANISATION

PROVIDERS = ("azure-native", "azuredevops", "kubernetes")

_SCRIPT = """#!/bin/sh
cd {root} && exec {python} -m delivery.simulator {provider} {cloud} "$@"
"""
_OWNERS = ("PULUMI_", "ARM_", "AZURE_", "AZDO_")
"""Beginnings of variables that lead to the logins and stacks of a person or a pipeline."""


def write_plugin(provider: str, cloud: Path, folder: Path) -> None:
    """Write the plugin of one provider into `folder`. It keeps its resources in the file `cloud`."""
    folder.mkdir(parents=True, exist_ok=True)
    script = folder / f"pulumi-resource-{provider}"
    names = {"root": ROOT, "python": sys.executable, "provider": provider, "cloud": cloud}
    script.write_text(_SCRIPT.format(**{name: shlex.quote(str(value)) for name, value in names.items()}))
    script.chmod(0o755)


def engine_variables(home: Path, state: Path, passphrase: str, inherited: Mapping[str, str]) -> dict[str, str]:
    """Return all variables of an engine whose stacks lie in `state`, without the logins and clusters of a person."""
    kept = {name: value for name, value in inherited.items() if not name.startswith(_OWNERS) and name != "KUBECONFIG"}
    return kept | {
        "PULUMI_HOME": str(home),
        "PULUMI_BACKEND_URL": f"file://{state}",
        "PULUMI_CONFIG_PASSPHRASE": passphrase,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "ARM_SUBSCRIPTION_ID": SUBSCRIPTION,
        "ARM_TENANT_ID": TENANT,
        "AZDO_ORG_SERVICE_URL": ORGANISATION,
    }
