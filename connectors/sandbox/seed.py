"""Fill the ERP with invented people and companies, the same ones every time, and change a share of them."""

from __future__ import annotations

from decimal import Decimal
from math import ceil

from jsonschema import Draft202012Validator

from connectors.sandbox.contracts import refuse_errors
from connectors.sandbox.erp_customers import add_customer, change_customer
from connectors.sandbox.faults import COUNT, SHARE
from connectors.sandbox.state import State
from connectors.sandbox.table import Record

FIRST_NAMES = ("Maja", "Elin", "Olle", "Nils", "Sara", "Karl", "Tove")
LAST_NAMES = ("Provberg", "Testlund", "Exempelsson", "Mallgren", "Påhittad")
WANTED = Draft202012Validator(
    {
        "type": "object",
        "properties": {
            "customers": COUNT,
            "companies": COUNT,
            "change": SHARE,
        },
        "additionalProperties": False,
    }
)
# Every so many places a record has more than the others: a company and a flag, a price list.
RICHER = 10
# Of Sweden's numbers that are nobody's, 070-174 06 05 to 070-174 06 99.
FIRST_PHONE, PHONES = 5, 95


def seed(state: State, wanted: Record) -> int:
    """Make ``customers`` people and ``companies``, then change the share ``change`` of the register.

    Returns how many were changed; refuses (400) anything else.
    """
    refuse_errors(WANTED.iter_errors(wanted), "seed")
    # Companies first, so that there is somebody to relate people to.
    seed_companies(state, wanted.get("companies", 0))
    seed_customers(state, wanted.get("customers", 0))
    return change_share(state, wanted.get("change", Decimal(0)))


def seed_customers(state: State, number: int) -> None:
    """Make the people P000001 up to ``number``; one that exists is made as it was.

    Every tenth has a flag, and buys for a company of a tenth of its number where there is one.
    """
    for place in range(1, number + 1):
        first, last = FIRST_NAMES[place % len(FIRST_NAMES)], LAST_NAMES[place % len(LAST_NAMES)]
        data = {
            "kind": "person",
            "name": f"{first} {last}",
            "first_name": first,
            "last_name": last,
            "email": f"person{place}@example.com",
            "currency": "SEK",
            "address": _address(place),
            **({} if place % RICHER else _belonging(state, place // RICHER)),
        }
        add_customer(state, f"P{place:06d}", data)


def seed_companies(state: State, number: int) -> None:
    """Make the companies B000001 up to ``number``; one that exists is made as it was. Every tenth has a price list.

    Swedish organisation numbers never begin with 99, so these belong to nobody.
    """
    for place in range(1, number + 1):
        organisation_no = f"99{place:08d}"
        data = {
            "kind": "company",
            "name": f"Exempelbolaget {place} AB",
            "email": f"company{place}@example.com",
            "organisation_no": organisation_no,
            "vat_no": f"SE{organisation_no}01",
            "currency": "SEK",
            "address": _address(place),
            **({} if place % RICHER else {"price_lists": [{"code": "B2B"}]}),
        }
        add_customer(state, f"B{place:06d}", data)


def change_share(state: State, share: Decimal | float) -> int:
    """Let this share of the customers move, rounded up, and return how many: always the same, never to where they were.

    A person takes another last name too.
    """
    time = state.take_number("erp_change")
    rows = list(state.erp_customers.after(None))
    chosen = [row for place, row in enumerate(rows) if ceil((place + 1) * share) > ceil(place * share)]
    for row in chosen:
        moved = {
            "phone": f"070-174 06 {FIRST_PHONE + time % PHONES:02d}",
            "address": {**row["address"], "line1": f"Nygatan {time + 1}"},
        }
        change_customer(state, row["code"], moved | _new_name(row, time))
    return len(chosen)


def _belonging(state: State, number: int) -> Record:
    company = f"B{number:06d}"
    related = {"companies": [{"code": company, "primary": True}]} if state.erp_customers.get(company) else {}
    return {"flags": [{"code": "VIP"}], **related}


def _new_name(row: Record, time: int) -> Record:
    if row["kind"] != "person":
        return {}
    last = LAST_NAMES[time % len(LAST_NAMES)]
    return {"last_name": last, "name": f"{row['first_name']} {last}"}


def _address(place: int) -> Record:
    return {"line1": f"Exempelgatan {place}", "postal_code": "999 01", "city": "Exempelstad", "country": "SE"}
