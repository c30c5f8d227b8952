"""Contracts that differ from a valid one in a few places."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import yaml

from docs.reference.app_contract_page import SMALLEST
from slipway.contract import ContractError, parse
from tests.infra.sections import merged

Refused = Callable[[Mapping[str, Any]], list[str]]


@pytest.fixture(scope="session")
def refused() -> Refused:
    """Each mistake of the smallest contract with changes, without its line; nothing for a valid one."""

    def refuse(changes: Mapping[str, Any]) -> list[str]:
        try:
            parse(yaml.safe_dump(merged(yaml.safe_load(SMALLEST), changes)), "app.yaml")
        except ContractError as error:
            return [str(mistake.problem) for mistake in error.mistakes]
        return []

    return refuse
