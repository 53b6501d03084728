"""What staff see of the people on an order before they ask for more: enough to recognise the order by."""

from __future__ import annotations

from dataclasses import replace

from connectors.erp.base import ErpAddress
from connectors.redaction import MASK, redact_text


def mask_phone(number: str | None) -> str:
    """Return a phone number with only its last three digits legible."""
    return f"{MASK}{number[-3:]}" if number else ""


def mask_text(text: str) -> str:
    """Return only that there is a text."""
    return MASK if text else ""


def mask_name(name: str) -> str:
    """Return a name as it is; a buyer without one goes by their e-mail address, which is masked."""
    return redact_text(name)


def mask_address(address: ErpAddress) -> ErpAddress:
    """Return an address with name and place legible, and its street masked."""
    return replace(
        address,
        name=mask_name(address.name),
        care_of=mask_text(address.care_of),
        line1=mask_text(address.line1),
        line2=mask_text(address.line2),
        phone=mask_phone(address.phone),
    )
