"""The app that runs here, and what it is told: validated against the app's own contract."""

import json
from pathlib import Path
from typing import Annotated

from pydantic import Field, JsonValue, ValidationError

from slipway.contract import read
from slipway.contract.application import Application
from slipway.contract.choosing import settings_type

from .base import Section
from .problems import InvalidError, Problem, of, shown
from .words import Matching

ContractPath = Annotated[
    str,
    Matching(
        r"(?!.*(^|/)\.\.?(/|$))[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*\.ya?ml",
        "a YAML file inside the checkout, such as app/app.yaml",
    ),
]
"""A contract's path from the folder of Pulumi.yaml."""


class App(Section):
    """`slipway:app`. The app that runs here, and what it is told."""

    contract: ContractPath = "app/app.yaml"
    """The app's contract, from the folder of Pulumi.yaml: see docs/reference/app-contract.md."""

    settings: dict[str, JsonValue] = Field(default_factory=dict)
    """Settings of the app's own. Absent ones: as the image has them."""


def application(app: App, root: Path) -> Application:
    """The app in the checkout at `root`, as `app` chooses it.

    ContractError: its contract has mistakes. InvalidError: the section goes against the contract.
    """
    try:
        contract = read(root / app.contract, shown_as=app.contract)
    except OSError as error:
        words = "an app contract that can be read, such as app/app.yaml"
        found = f"{shown(app.contract)} ({error.strerror})"
        raise InvalidError([Problem("slipway:app.contract", found, words)]) from None
    kind = settings_type(contract)
    try:
        chosen = kind.model_validate_json(json.dumps(app.settings))
    except ValidationError as error:
        raise InvalidError(list(of(kind, "slipway:app.settings", error))) from None
    given = chosen.model_dump(exclude_unset=True, exclude_none=True)
    return Application(contract=contract, path=app.contract, chosen=given)
