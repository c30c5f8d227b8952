"""Writes the golden files anew: `make golden`. The diff of the commit is then the review."""

from .text import STACKS, golden, rendered

for stack in STACKS:
    golden(stack).write_text(rendered(stack), encoding="utf-8")
