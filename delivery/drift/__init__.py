"""Differences between the code, the state and the cloud, reported and never mended."""
