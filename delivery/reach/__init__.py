"""Computation of who reaches what, from a program as it is recorded."""
