"""The program's entry: load the config, declare, export."""

import pulumi

from slipway.config.load import load
from slipway.declare import declare
from slipway.outputs import export


async def main() -> pulumi.Inputs:
    """What an engine runs."""
    return export(await declare(load()))


pulumi.run(main)
