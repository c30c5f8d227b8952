"""Releases: what was built and tested, where it is, and what was deployed when."""
