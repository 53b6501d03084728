"""A document of the ERP as the JSON that the hub keeps of it, and back."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connectors.erp.base import (
    ErpAddress,
    ErpCredit,
    ErpDelivery,
    ErpDocumentRow,
    ErpInvoice,
    ErpParcel,
    ParcelStatus,
)

# Twelve digits before the two decimals.
LARGEST_TOTAL = 10**12
KEPT = ("rows", "parcels", "address", "method")


def as_content(document: ErpDelivery | ErpInvoice | ErpCredit) -> dict[str, Any]:
    """Return rows, parcels, address and delivery method of a document in JSON values, decimals as text."""
    return {name: plain(value) for name, value in asdict(document).items() if name in KEPT}


def money(total: Decimal) -> Decimal:
    """Return a document's total to the hundredth; raise ValueError for one that is no sum of money that can be kept."""
    if not total.is_finite() or abs(total) >= LARGEST_TOTAL:
        raise ValueError("not a sum of money")
    return total.quantize(Decimal("0.01"), ROUND_HALF_UP)


def rows(content: dict[str, Any]) -> tuple[ErpDocumentRow, ...]:
    """Return the rows of a kept document."""
    return tuple(ErpDocumentRow(**{name: _read(name, value) for name, value in row.items()}) for row in content["rows"])


def parcels(content: dict[str, Any]) -> tuple[ErpParcel, ...]:
    """Return the parcels of a kept delivery."""
    return tuple(ErpParcel(number=one["number"], status=ParcelStatus(one["status"])) for one in content["parcels"])


def address(content: dict[str, Any]) -> ErpAddress:
    """Return where a kept delivery went."""
    return ErpAddress(**content["address"])


def _read(name: str, value: Any) -> Any:
    return Decimal(value) if name in ("quantity", "unit_price", "unit_vat", "vat_rate") else value


def plain(value: Any) -> Any:
    """Return a value of dataclasses turned into dictionaries in JSON values: decimals and moments as text."""
    match value:
        case Decimal() | datetime():
            return str(value)
        case dict():
            return {name: plain(inner) for name, inner in value.items()}
        case list() | tuple():
            return [plain(inner) for inner in value]
        case _:
            return value
