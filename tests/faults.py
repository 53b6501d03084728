"""Make the sandbox fail, let time pass for waiting work, and look at what was called and made."""

from __future__ import annotations

import json
from typing import Any

from django.utils import timezone

from connectors.models import RateBucket
from connectors.sandbox.core import Sandbox
from connectors.sandbox.erp_customers import add_customer
from connectors.sandbox.http import Request
from hub import by_hand
from hub.drain import WORK_MODELS
from hub.models import ApiCall, OutboxMessage
from hub.models.work import State
from orders.models import Order
from orders.releasing import held_work, question_of, release
from tests.conftest import sample

CREATE_ORDER = "POST /erp/orders"
CREATE_CUSTOMER = "POST /erp/customers"
FIND_ORDER = "GET /erp/orders"
BUYER: str = sample("01")["SellTo"]["Person"]["Email"]


def set_faults(sandbox: Sandbox, **sides: dict[str, Any]) -> None:
    """Put faults in force, ``erp={...}`` and ``norce={...}`` as the control of the sandbox takes them."""
    headers = {"Content-Type": "application/json"}
    answer = sandbox.handle(Request.of("POST", "/_sandbox/faults", headers, json.dumps(sides).encode()))
    assert answer.status == 200, answer.body


def be_due() -> None:
    """Let the waiting work be due now, as if its pause and that of its destination were over."""
    RateBucket.objects.exclude(name__startswith="norce").delete()
    for model in WORK_MODELS:
        model._default_manager.filter(state=State.PENDING).update(not_before=timezone.now())


def to_erp(order: Order) -> OutboxMessage:
    """Return the message that brings an order to the ERP, as it is now."""
    return OutboxMessage.objects.get(kind="erp.order", subject=order.subject)


def acknowledgement_of(order: Order) -> OutboxMessage:
    """Return the message that acknowledges an order, as it is now."""
    return OutboxMessage.objects.get(kind="norce.order_status", subject=order.subject)


def operations(system: str) -> list[str]:
    """Return what was asked of a system, oldest first."""
    return list(ApiCall.objects.filter(system=system).order_by("pk").values_list("operation", flat=True))


def erp_orders(sandbox: Sandbox) -> list[Any]:
    """Return the orders that the ERP has."""
    return list(sandbox.state.erp_orders)


def erp_customers(sandbox: Sandbox) -> list[Any]:
    """Return the customers that the ERP has."""
    return list(sandbox.state.erp_customers)


def known_person(sandbox: Sandbox, code: str, email: str = BUYER) -> None:
    """Let the ERP have a person under a code."""
    add_customer(sandbox.state, code, {"kind": "person", "name": "Maja", "last_name": "Provberg", "email": email})


def known_company(sandbox: Sandbox, code: str, **numbers: str) -> None:
    """Let the ERP have a company under a code."""
    add_customer(sandbox.state, code, {"kind": "company", "name": "Exempelbygg", **numbers})


def answer_yes(order: Order, reason: str) -> None:
    """Release an order from what it is held for now, as a person does who has just read it."""
    held = held_work(order.subject).get()
    release(order, question=question_of(held), by="anna", reason=reason)


def retry(message: OutboxMessage) -> None:
    """Let a stopped message start again, as a person does."""
    by_hand.retry(message, by="anna", reason="mended")
