"""What pipelines and people run: `slipway`."""
