"""Hostile requests: generated from a seed, sent as raw bytes, judged by one table of right answers (`kinds`)."""
