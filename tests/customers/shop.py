"""A shop whose customers change their data, Norce's notifications of that, and what the ERP has then."""

from __future__ import annotations

import json
from typing import Any

from connectors.sandbox.core import Sandbox
from customers.models import CustomerBinding
from hub import inbox
from hub.models import InboxEvent, OutboxMessage
from tests.customers.registers import Record, binding

CLIENT = 1900
# A buyer in a shop is none of the accounts that the hub or the sandbox write with.
BUYER = 77


def changes(sandbox: Sandbox, number: int, **members: Any) -> None:
    """Let a buyer change members of their record in Norce."""
    record = sandbox.state.customers.get(number)
    assert record is not None
    sandbox.state.customers.save({**record, **members, "Updated": sandbox.state.now(), "UpdatedBy": BUYER})


def company_changes(sandbox: Sandbox, number: int, **members: Any) -> None:
    """Let a company's record change in Norce."""
    record = sandbox.state.companies.get(number)
    assert record is not None
    sandbox.state.companies.save({**record, **members, "Updated": sandbox.state.now(), "UpdatedBy": BUYER})


def notify(number: int, name: str = "Customer", **members: Any) -> None:
    """Let Norce notify the hub that somebody has changed."""
    body = {"ClientId": CLIENT, f"{name}Id": number, "EntityChanged": f"tClient{name}"} | members
    inbox.receive(event_type=f"{name}ChangedNotification", body=json.dumps(body).encode())


def moved(sandbox: Sandbox, number: int, city: str) -> None:
    """Let a buyer move to another city, and Norce notify the hub."""
    changes(sandbox, number, InvoiceAddress=address(city))
    notify(number)


def address(city: str, **members: Any) -> Record:
    """Return an address of Norce's in a city."""
    return {"AddressLine1": "Gatan 1", "ZipCode": "11122", "City": city, "CountryCode": "SE"} | members


def erp_address(city: str, **members: Any) -> Record:
    """Return the same address as the ERP has it."""
    return {"line1": "Gatan 1", "postal_code": "11122", "city": city, "country": "SE"} | members


def erp(sandbox: Sandbox, code: str) -> Record:
    """Return a customer of the ERP."""
    record = sandbox.state.erp_customers.get(code)
    assert record is not None
    return record


def city(sandbox: Sandbox, code: str) -> str:
    """Return where the ERP's customer lives."""
    return str(erp(sandbox, code)["address"]["city"])


def norce_id(code: str) -> int:
    """Return the id of the customer that is bound to a code."""
    return binding(code).norce_id or 0


def note() -> str:
    """Return what came of the last event."""
    return InboxEvent.objects.order_by("-pk").values_list("note", flat=True)[0]


def messages() -> list[str]:
    """Return the states of the messages to ERPs about customers, oldest first."""
    return list(OutboxMessage.objects.filter(kind="erp.customer").order_by("pk").values_list("state", flat=True))


def message() -> OutboxMessage:
    """Return the last message to an ERP about a customer."""
    return OutboxMessage.objects.filter(kind="erp.customer").order_by("-pk")[0]


def bind(sandbox: Sandbox, code: str, **columns: Any) -> int:
    """Bind a person of the ERP whom Norce has under the code, without anything known of either; return the id."""
    [record] = sandbox.state.customers.find("code", code)
    known = {"erp_connection": "default", "erp_code": code, "norce_id": record["Id"], "report": ""}
    CustomerBinding.objects.create(**known | columns)
    return int(record["Id"])
