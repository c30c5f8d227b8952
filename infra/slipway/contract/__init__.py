"""The app contract: all that the platform knows of an app, as types. Imports neither Pulumi nor an app."""

from .app import Contract
from .reading import ContractError, parse, read

__all__ = ["Contract", "ContractError", "parse", "read"]
