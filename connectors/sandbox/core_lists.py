"""Norce's lists that are the same for all clients: countries, currencies, payment and delivery methods."""

from __future__ import annotations

from connectors.sandbox.table import Record

COUNTRIES = {
    "SE": (1, "Sweden"),
    "NO": (2, "Norway"),
    "DK": (3, "Denmark"),
    "FI": (4, "Finland"),
    "DE": (5, "Germany"),
}
CURRENCIES = {
    "EUR": (1, "Euro"),
    "SEK": (2, "Swedish krona"),
    "NOK": (3, "Norwegian krone"),
    "DKK": (4, "Danish krone"),
}
PAYMENT_METHODS = {
    "CARD": (31, "Card"),
    "INV30": (32, "Invoice 30 days"),
    "SWISH": (33, "Swish"),
    "PAYPAL": (34, "PayPal"),
    "KLARNA": (35, "Klarna"),
    "GIFTCARD": (36, "Gift card"),
}
DELIVERY_METHODS = {
    "HOME": (41, "Home delivery"),
    "CC": (42, "Collect in store"),
    "AGENT": (43, "Parcel agent"),
    "PALLET": (44, "Pallet freight"),
    "EU-PARCEL": (45, "Parcel within the EU"),
}


def number_of(known: dict[str, tuple[int, str]], code: str | None) -> int | None:
    """Return the id that a list gives to a code, None when it is not in it."""
    return known[code][0] if code in known else None


def coded_rows(known: dict[str, tuple[int, str]]) -> list[Record]:
    """Return a list's rows with their codes."""
    return [{"Id": number, "Code": code, "DefaultName": name} for code, (number, name) in known.items()]


def named_rows(known: dict[str, tuple[int, str]]) -> list[Record]:
    """Return a list's rows as Norce shows methods: without their codes."""
    return [{"Id": number, "DefaultName": name} for number, name in known.values()]
