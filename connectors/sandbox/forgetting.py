"""Norce's anonymised customers: what forgetting one leaves, and the imports that fill one again."""

from __future__ import annotations

import uuid
from typing import Any

from connectors.sandbox.changes import raise_customer_changed
from connectors.sandbox.placing import SYSTEM_ACCOUNT
from connectors.sandbox.state import State
from connectors.sandbox.table import Record

PERSONAL = (
    *("EmailAddress", "SocialSecurityNumber", "Title", "FirstName", "MiddleName", "LastName"),
    *("PhoneNumber", "CellPhoneNumber", "InvoiceAddress", "DeliveryAddresses", "Accounts"),
)


def forget_customer(state: State, record: Record) -> None:
    """Anonymise a customer: its personal texts are scrambled and it is marked IsForgotten.

    The id, the code and everything that is no personal text are kept. Norce does not publish what is
    kept and what scrambled values look like, so both are inferred.
    """
    scrambled = {name: _scrambled(record[name]) for name in PERSONAL if record.get(name)}
    record.update(scrambled, IsForgotten=True, Updated=state.now(), UpdatedBy=SYSTEM_ACCOUNT)
    state.customers.save(record)
    raise_customer_changed(state, record, ["IsForgotten", *scrambled])


def note_refill(state: State, record: Record, given: Record) -> None:
    """Note an import that writes personal data to a forgotten customer; nobody may do that.

    That Norce takes such an import is inferred too, and so is that the customer stays marked.
    """
    members = [name for name in PERSONAL if given.get(name)]
    if record.get("IsForgotten") and members:
        noted = {"Id": record["Id"], "Code": record["Code"], "Members": members, "Updated": state.now()}
        state.refilled.save(noted)


def _scrambled(value: Any) -> Any:
    """The same shape with another text in every place that has one; a number or a switch is nobody's."""
    if isinstance(value, dict):
        return {name: _scrambled(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_scrambled(each) for each in value]
    return uuid.uuid4().hex[:10] if isinstance(value, str) and value else value
