"""The error of these commands."""


class FaultError(Exception):
    """A model, or what it is made from, cannot be used. The message names place, finding and what is allowed."""
