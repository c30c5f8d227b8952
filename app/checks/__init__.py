"""Checks of the started app: its HTTP contract, and what it must refuse. They need nothing but its address."""
