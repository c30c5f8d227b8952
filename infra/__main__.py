"""The program's entry: load the config, declare, export."""

import pulumi

from slipway.config.load import load
from slipway.declare import declare
from slipway.outputs import export


async def main() -> pulumi.Inputs:
    """Declare the stack for an engine, and return its outputs."""
    return export(await declare(load()))


pulumi.run(main)
