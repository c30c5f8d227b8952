"""Pipelines as they are expanded for a chain of their own, kept as text: the diff of a commit is the review."""
