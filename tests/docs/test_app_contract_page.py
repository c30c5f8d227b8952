"""The page of the app contract is the one that the types make: `make reference`."""

from docs.reference import app_contract_page
from slipway.contract.words import Fact


def test_the_page_of_the_app_contract_is_current() -> None:
    assert app_contract_page.PAGE.read_text(encoding="utf-8") == app_contract_page.page()


def test_every_fact_is_explained() -> None:
    assert all(f"| `{fact}` | " in app_contract_page.page() for fact in Fact)
