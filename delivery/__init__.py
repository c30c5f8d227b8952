"""The command `slipway`, which pipelines and people run."""
