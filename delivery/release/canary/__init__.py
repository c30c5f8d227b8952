"""Canaries: a share of the callers for a new release, watched before it takes all."""
