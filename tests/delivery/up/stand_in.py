"""A stand-in for the engine: it creates stacks as the real one does, and prints what a test wrote into its folder."""

import json
from pathlib import Path
from typing import Any

PROGRAM = """#!/bin/sh
here={here}
echo "$*" >>$here/calls
env >$here/variables
case "$1 $2" in
  "stack init")
    state=${{PULUMI_BACKEND_URL#file://}}
    stacks=${{state%\\?*}}/.pulumi/stacks/p
    echo 'encryptionsalt: v1:made-here' >>Pulumi.$3.yaml
    mkdir -p $stacks && echo '{{}}' >$stacks/$3.json ;;
  "stack output") echo '{{"endpointUrl": "http://a.example/"}}' ;;
  "stack export") cat $here/state ;;
  "destroy --preview-only") cat $here/destroy; exit $(cat $here/destroy-code) ;;
  "version "*) echo v3.272.0 ;;
  preview*) cp "$4" $here/config; cat $here/preview; exit $(cat $here/preview-code) ;;
  up*) cat $here/up; exit $(cat $here/up-code) ;;
esac
"""
UP = """ +  azure-native:resources:ResourceGroup group creating (0s)
 +  azure-native:resources:ResourceGroup group created (0.20s)
Resources:
    + 1 created
    2 unchanged
"""
CLUSTER = "azure-native:containerservice:ManagedCluster"
URN = f"urn:pulumi:prod::p::slipway:index:Cluster${CLUSTER}::cluster-aks"
DESTROYED = f"""error: Preview failed: resource "{URN}" cannot be deleted
    because it is protected. To unprotect the resource, either remove the `protect` flag"""
KEPT = [{"urn": URN, "type": CLUSTER, "protect": True}, {"urn": f"{URN}-pool", "type": CLUSTER}]


def step(op: str, kind: str, name: str, **inputs: Any) -> dict[str, Any]:
    """Return one step of an engine's JSON."""
    urn = f"urn:pulumi:dev::p::{kind}::{name}"
    state = {"urn": urn, "type": kind, "custom": True, "inputs": inputs}
    sides = {"create": {"newState": state}, "update": {"oldState": {**state, "inputs": {}}, "newState": state}}
    return {"op": op, "urn": urn, **sides[op]}


def write_engine(folder: Path) -> Path:
    """Write `pulumi` and its language host into `folder`; a preview creates one group, and all goes well."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (("pulumi", PROGRAM.format(here=folder)), ("pulumi-language-python", "#!/bin/sh\n")):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    steps = [step("create", "azure-native:resources:ResourceGroup", "group", resourceGroupName="rg")]
    answers = {"preview": json.dumps({"steps": steps}), "preview-code": "0", "up": UP, "up-code": "0"}
    answers |= {"destroy": DESTROYED, "destroy-code": "255", "state": json.dumps({"deployment": {"resources": KEPT}})}
    for name, text in answers.items():
        (folder / name).write_text(text)
    return folder
