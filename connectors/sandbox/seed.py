"""Fill the ERP with invented people and companies, the same ones every time."""

from __future__ import annotations

from connectors.sandbox.erp import add_customer
from connectors.sandbox.state import Record, State

FIRST_NAMES = ("Maja", "Elin", "Olle", "Nils", "Sara", "Karl", "Tove")
LAST_NAMES = ("Provberg", "Testlund", "Exempelsson", "Mallgren", "Påhittad")


def seed_customers(state: State, number: int) -> None:
    """Make the people P000001 up to ``number``; one that exists is made as it was."""
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
        }
        add_customer(state, f"P{place:06d}", data)


def seed_companies(state: State, number: int) -> None:
    """Make the companies B000001 up to ``number``; one that exists is made as it was.

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
        }
        add_customer(state, f"B{place:06d}", data)


def _address(place: int) -> Record:
    return {"line1": f"Exempelgatan {place}", "postal_code": "999 01", "city": "Exempelstad", "country": "SE"}
