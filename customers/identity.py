"""What identifies a buyer: e-mail address of a person, organisation or VAT number of a company."""

from __future__ import annotations

import re


def normal_email(text: str | None) -> str:
    """Return an e-mail address as it is compared: trimmed, in lower case."""
    return (text or "").strip().lower()


def normal_number(text: str | None) -> str:
    """Return an organisation or VAT number as it is compared: letters and digits, upper case."""
    return re.sub(r"[^0-9A-Z]", "", (text or "").upper())


def buyer_serial(vat_no: str | None, email: str | None) -> str:
    """Return what only one worker at a time may make a buyer under, "" when nothing tells who they are."""
    identifier = normal_number(vat_no) or normal_email(email)
    return f"buyer:{identifier}"[:255] if identifier else ""


def organisation_no_of(vat_no: str | None) -> str:
    """Return the organisation number inside a Swedish VAT number (SE + ten digits + 01), else "".

    The order carries a company's VAT number only (orders.md, Company); Norce and most ERPs match by
    organisation number. The shape decides, not the check digit: a wrong one is the ERP's to refuse.
    """
    number = normal_number(vat_no)
    return number[2:12] if re.fullmatch(r"SE\d{10}01", number) else ""
