"""The demo's story: which orders are sent, and whether hub, Norce and ERP agree on them afterwards."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from django.conf import settings

from connectors.erp import schemes
from connectors.erp.base import ErpParty, PartyKind
from connectors.http import Http
from hub.local import Local
from hub.models import Application
from orders.models import Order
from orders.sending import reference_of

SAMPLES = Path(settings.BASE_DIR) / "connectors" / "sandbox" / "samples"
SHOP = "7f0c2d1a-4b52-4f6e-9a31-0d5b6f1e2c10"
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One order of the story: what it shows, its request, how it is sent and how often."""

    what: str
    request: dict[str, Any]
    format: str = "json"
    times: int = 1

    @property
    def reference(self) -> str:
        """Norce's number of the order."""
        return str(self.request["ClientOrderRef"])


def send(local: Local, *, say: Say) -> list[Sent]:
    """Have the sandbox push every order of the story to the hub, as Norce would; return them."""
    sent = story(local.erp_url, first=int(time.time() * 2) % 2_000_000_000)
    for entry in sent:
        url = f"{local.sandbox_url}/_sandbox/orders?format={entry.format}"
        for _ in range(entry.times):
            answer = requests.post(url, json=entry.request, timeout=60).json()
        say(f"{entry.reference}  {entry.what}: {answer['answer'].get('StatusCode', answer)}")
    return sent


def story(erp_url: str, *, first: int) -> list[Sent]:
    """Return the orders to send, numbered from ``first`` so that the demo may run many times.

    The ERP at the connection URL gets the customer whom one of them says that it knows.
    """
    known = _existing_customer(erp_url)
    chapters = [
        ("01", "a consumer pays by card, sent three times", {}, "json", 3),
        ("02", "a new company, the shop asks for a look (DoHold)", {}, "json", 1),
        ("03", "click and collect, as XML", {}, "xml", 1),
        ("04", "EUR to Germany, two VAT rates", {"Header": {"ApplicationKey": SHOP}}, "json", 1),
        ("05", "a customer the ERP knows", {"SellTo": known, "BillTo": known}, "json", 1),
        ("06", "a bundle, gift card and card, as XML", {}, "xml", 1),
    ]
    return [
        Sent(what=what, request=_sample(name) | changes | {"ClientOrderRef": str(first + number)}, format=form, times=n)
        for number, (name, what, changes, form, n) in enumerate(chapters)
    ]


def buyer_of(sent: Sent) -> str:
    """Return the e-mail address of an order's buyer."""
    return str(sent.request["SellTo"]["Person"]["Email"])


def disagreeing(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the first cell of the rows whose two sides do not ``agree``."""
    return [str(next(iter(row.values()))) for row in rows if row["agree"] is not True]


def compare(sent: list[Sent], state: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return one row for each order with what hub, Norce and ERP have; ``agree`` is True or what is wrong."""
    return [_compare(entry, state) for entry in sent]


def _compare(entry: Sent, state: Mapping[str, Any]) -> dict[str, Any]:
    order = Order.objects.get(client_order_ref=entry.reference)
    application = Application.objects.get(key=order.application_key)
    reference = reference_of(order, application)
    norce = next(row for row in state["norce"]["orders"] if str(row["client_order_ref"]) == entry.reference)
    in_erp = [row for row in state["erp"]["orders"] if row["reference"] == reference]
    codes = [row["Code"] for side in ("customers", "companies") for row in state["norce"][side]]
    facts = {
        "one ERP order": len(in_erp) == 1,
        "same number": {order.erp_order_no} == {norce["erp_order_no"], *(row["number"] for row in in_erp)},
        "confirmed once": [step["status"] for step in norce["history"]].count("Confirmed") == 1,
        "same total": all(f"{order.total:.2f}" == f"{float(row['total']):.2f}" for row in in_erp),
        "code in Norce": order.customer_code in codes,
    }
    return {
        "order": entry.reference,
        "what": entry.what,
        "hub": order.get_status_display(),
        "norce": norce["status"],
        "erp": ", ".join(row["number"] for row in in_erp),
        "customer": order.customer_code,
        "total": f"{order.total} {order.currency}",
        "agree": all(facts.values()) or ", ".join(f"not {name}" for name, good in facts.items() if not good),
    }


def _sample(name: str) -> dict[str, Any]:
    sample: dict[str, Any] = json.loads(next(SAMPLES.glob(f"order-{name}*.json")).read_text())
    return sample


def _existing_customer(erp_url: str) -> dict[str, Any]:
    """See to it that the ERP has the customer of sample 5; return the buyer with the ERP's code."""
    buyer: dict[str, Any] = _sample("05")["SellTo"]
    person = buyer["Person"]
    first_name, last_name, email = person["FirstName"], person["LastName"], person["Email"]
    erp = schemes.connect(erp_url, Http(system="demo", base_url=""))
    known = erp.find_parties(PartyKind.PERSON, email=email)
    made = ErpParty(
        kind=PartyKind.PERSON,
        name=f"{first_name} {last_name}",
        first_name=first_name,
        last_name=last_name,
        email=email,
    )
    code = known[0].code if known else erp.create_party(made)
    return buyer | {"Person": person | {"CustomerCode": code}}
