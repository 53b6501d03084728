"""Codes and numbers in the paths that the example adapter calls: each reaches its own, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import responses

from connectors.erp import schemes
from connectors.erp.base import ErpParty, PartyKind
from connectors.errors import PermanentError
from connectors.http import Http
from connectors.sandbox.adapter import SandboxAdapter
from connectors.sandbox.core import Sandbox
from connectors.sandbox.erp_customers import add_customer
from connectors.sandbox.erp_documents import UNTOUCHED
from tests.connectors.test_sandbox_erp_documents import ORDER, SUMMARY


@pytest.fixture
def register() -> Any:
    """The adapter to a sandbox's ERP in this process, and that sandbox's state."""
    sandbox = Sandbox()
    http = Http(system="erp:default", base_url="")
    http.session.mount("http://", SandboxAdapter(sandbox))
    return schemes.connect("sandbox+http://sandbox.test/erp", http), sandbox.state


CODES = ["C/1", "C1/../C2", " C 1 ", "C?1=2", "C#1", "C%2F1", "C;1", "Å&Ö", "...", "C+1"]


@pytest.mark.parametrize("code", CODES)
def test_a_code_of_any_characters_reaches_its_own_customer_and_order(register: Any, code: str) -> None:
    adapter, state = register
    add_customer(state, code, {"kind": "person", "name": "Maja", "last_name": "Provberg"})
    state.erp_orders.save({**ORDER, **SUMMARY, **UNTOUCHED, "number": code, "customer_code": code})
    adapter.update_party(code, ErpParty(kind=PartyKind.PERSON, name="Maja Nyberg"), frozenset({"name"}))
    adapter.cancel_order(code, "The buyer asked")
    assert (adapter.order_news(code).status, adapter.list_orders(code).orders[0].number) == ("cancelled", code)
    assert state.erp_customers.get(code)["name"] == "Maja Nyberg"


@pytest.mark.parametrize("code", ["", ".", ".."])
@responses.activate
def test_a_code_that_would_lead_elsewhere_is_refused_before_a_call(code: str) -> None:
    adapter = schemes.connect("sandbox+http://erp.example.com/erp", Http(system="erp:default", base_url=""))
    asked: list[Callable[[], Any]] = [
        lambda: adapter.order_news(code),
        lambda: adapter.list_orders(code),
        lambda: adapter.cancel_order(code, "The buyer asked"),
        lambda: adapter.update_party(code, ErpParty(kind=PartyKind.PERSON, name="Maja"), frozenset({"name"})),
    ]
    for ask in asked:
        with pytest.raises(PermanentError, match="cannot be part of an address"):
            ask()
    assert len(responses.calls) == 0
