"""Mending of an environment's state after its engine died: what was being created is adopted, nothing is deleted."""
