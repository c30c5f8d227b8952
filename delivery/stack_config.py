"""Stack files as the program reads them, for commands: typed, checked whole, their mistakes as one failure."""

from collections.abc import Mapping
from pathlib import Path

from slipway.config.load import parse
from slipway.config.problems import ConfigError
from slipway.config.stack import StackConfig
from slipway.contract import ContractError

from .failure import FailureError
from .preview.project import Project


def read_stack(project: Project, stack: str) -> StackConfig:
    """Return a stack's config. Raises FailureError with every mistake, NotFoundError without its file."""
    return check_stack(stack, project.config(stack), project.root)


def check_stack(stack: str, texts: Mapping[str, str], root: Path) -> StackConfig:
    """Return the config that `texts` hold, by key. Raises FailureError with every mistake."""
    try:
        return parse(stack, texts, root)
    except (ConfigError, ContractError) as error:
        raise FailureError(str(error)) from None
