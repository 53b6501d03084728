"""What a clerk of the small ERP does with an order: delivers, invoices, credits, cancels, sets its status, deletes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from connectors.sandbox.http import Refusal
from connectors.sandbox.state import State
from connectors.sandbox.table import Record

ZERO, CENT = Decimal(0), Decimal("0.01")
# What an order has before anything is done with it.
UNTOUCHED: Record = {"deliveries": [], "invoices": [], "credits": [], "cancelled": {}}
STATUSES = (
    "allocation",
    "open",
    "confirmed",
    "back_order",
    "ready_for_pickup",
    "partly_delivered",
    "delivered",
    "invoiced",
)
Rows = Mapping[int, Decimal]


def amounts(order: Record) -> dict[int, dict[str, Decimal]]:
    """Return by line what is delivered, invoiced and cancelled of it."""
    done = {line["line_no"]: {"delivered": ZERO, "invoiced": ZERO, "cancelled": ZERO} for line in order["lines"]}
    for name, documents in (("delivered", order["deliveries"]), ("invoiced", order["invoices"])):
        for row in (row for document in documents for row in document["rows"]):
            done[row["line_no"]][name] += Decimal(row["quantity"])
    for line_no, quantity in order["cancelled"].items():
        done[int(line_no)]["cancelled"] += Decimal(quantity)
    return done


def ship(state: State, order: Record, wanted: Record) -> Record:
    """Deliver rows (``rows``: quantities by line, default all that is left of goods) with ``parcels``."""
    _refuse_cancelled(order)
    left = {line_no: _left(order, line_no, "delivered") for line_no in _lines(order, fees=False)}
    rows = _chosen(wanted, left, "delivered")
    document = {
        "number": f"D{state.take_number('erp_delivery')}",
        "date": f"{state.now()}Z",
        "rows": _rows(order, rows),
        "parcels": _parcels(wanted.get("parcels") or []),
        "address": order.get("ship_to") or {},
        "method": order.get("delivery_method") or "",
    }
    return _keep(state, order, "deliveries", document)


def invoice(state: State, order: Record, wanted: Record) -> Record:
    """Invoice rows (default what is delivered and not invoiced, and all fees); ``all`` true: all that is left."""
    _refuse_cancelled(order)
    done = amounts(order)
    left = {line_no: _left(order, line_no, "invoiced") for line_no in done}
    due = left if wanted.get("all") else {n: _due(order, n, left[n]) for n in left}
    rows = _chosen(wanted, due if "rows" not in wanted else left, "invoiced")
    document = {
        "number": f"F{state.take_number('erp_invoice')}",
        "date": f"{state.now()}Z",
        "due_date": f"{state.now()}Z",
        "currency": order["currency"],
        "rows": _rows(order, rows),
    }
    document["total"] = str(_rounded(order, document, closes=all(left[n] == rows.get(n, ZERO) for n in left)))
    return _keep(state, order, "invoices", document)


def credit(state: State, order: Record, wanted: Record) -> Record:
    """Credit rows of an invoice (``invoice``, default the last one; ``rows`` default all that is left of it)."""
    number = wanted.get("invoice") or (order["invoices"][-1]["number"] if order["invoices"] else "")
    found = next((each for each in order["invoices"] if each["number"] == number), None)
    if found is None:
        raise Refusal(400, f"invoice: the order has no invoice {number or '(none)'}.")
    earlier = [each for each in order["credits"] if each["invoice"] == number]
    left = {row["line_no"]: Decimal(row["quantity"]) for row in found["rows"]}
    for row in (row for each in earlier for row in each["rows"]):
        left[row["line_no"]] -= Decimal(row["quantity"])
    rows = _chosen(wanted, left, "credited")
    document = {
        "number": f"K{state.take_number('erp_credit')}",
        "invoice": number,
        "date": f"{state.now()}Z",
        "currency": order["currency"],
        "rows": _rows(order, rows),
    }
    rest = Decimal(found["total"]) - sum((Decimal(each["total"]) for each in earlier), ZERO)
    whole = all(left[n] == rows.get(n, ZERO) for n in left)
    document["total"] = str(rest if whole else min(_sum(document), rest))
    return _keep(state, order, "credits", document)


def cancel(state: State, order: Record, wanted: Record) -> Record:
    """Cancel the order, or ``rows`` of it: quantities by line that are not to be delivered or invoiced any more."""
    if order["status"] == "cancelled":
        return order
    if wanted.get("rows") is None:
        if order["deliveries"] or order["invoices"]:
            raise Refusal(409, f"Order {order['number']} is delivered or invoiced in part: it cannot be cancelled.")
        return _save(state, order, status="cancelled", cancel_reason=wanted.get("reason") or "")
    done = amounts(order)
    left = {
        n: Decimal(line["quantity"]) - max(done[n]["delivered"], done[n]["invoiced"]) - done[n]["cancelled"]
        for n, line in _lines(order).items()
    }
    rows = _chosen(wanted, left, "cancelled")
    before = {int(n): Decimal(quantity) for n, quantity in order["cancelled"].items()}
    after = {str(n): str(before.get(n, ZERO) + rows.get(n, ZERO)) for n in {*before, *rows}}
    return _save(state, order, cancelled=after)


def set_status(state: State, order: Record, wanted: Record) -> Record:
    """Set the order's ``status``, as a clerk may choose it."""
    status = wanted.get("status")
    if status not in STATUSES:
        raise Refusal(400, f"status: must be one of {', '.join(STATUSES)}.")
    return _save(state, order, status=status)


def delete(state: State, order: Record, wanted: Record) -> Record:
    """Take a ``document`` away from the order, or without one the order itself: what no ERP should do, and some do."""
    number = wanted.get("document")
    if not number:
        state.erp_orders.remove(order["number"])
        return {}
    for name in ("deliveries", "invoices", "credits"):
        kept = [each for each in order[name] if each["number"] != number]
        if kept != order[name]:
            return _save(state, order, **{name: kept})
    raise Refusal(400, f"document: the order has no document {number}.")


DEEDS: dict[str, Callable[[State, Record, Record], Record]] = {
    "ship": ship,
    "invoice": invoice,
    "credit": credit,
    "cancel": cancel,
    "status": set_status,
    "delete": delete,
}


def _refuse_cancelled(order: Record) -> None:
    if order["status"] == "cancelled":
        raise Refusal(409, f"Order {order['number']} is cancelled.")


def _lines(order: Record, *, fees: bool = True) -> dict[int, Record]:
    return {line["line_no"]: line for line in order["lines"] if fees or not line.get("is_fee")}


def _left(order: Record, line_no: int, what: str) -> Decimal:
    done = amounts(order)[line_no]
    return Decimal(_lines(order)[line_no]["quantity"]) - done["cancelled"] - done[what]


def _due(order: Record, line_no: int, left: Decimal) -> Decimal:
    """What is to be invoiced now: a fee at once, goods once they are delivered."""
    if _lines(order)[line_no].get("is_fee"):
        return left
    done = amounts(order)[line_no]
    return max(min(done["delivered"] - done["invoiced"], left), ZERO)


def _parcels(numbers: Any) -> list[Record]:
    if not isinstance(numbers, list):
        raise Refusal(400, 'parcels: write their numbers as a list, ["PARCEL-1"].')
    return [{"number": str(number), "status": "sent"} for number in numbers]


def _chosen(wanted: Record, left: Rows, what: str) -> dict[int, Decimal]:
    """Return the quantities that are asked for by line; refuse (400) none, and more than is left."""
    try:
        asked = {int(n): Decimal(str(quantity)) for n, quantity in (wanted.get("rows") or {}).items()} or dict(left)
    except (ValueError, InvalidOperation, AttributeError) as error:
        raise Refusal(400, 'rows: write quantities by line, {"1": "2"}.') from error
    rows = {n: quantity for n, quantity in asked.items() if quantity != ZERO}
    for n, quantity in rows.items():
        if not quantity.is_finite() or not ZERO < quantity <= left.get(n, ZERO):
            raise Refusal(400, f"rows: {quantity} of line {n} cannot be {what}; {left.get(n, ZERO)} is left.")
    if not rows:
        raise Refusal(400, f"rows: there is nothing to be {what}.")
    return rows


def _rows(order: Record, quantities: Rows) -> list[Record]:
    names = ("line_no", "part_no", "description", "unit_price", "unit_vat", "vat_rate")
    return [
        {**{name: line.get(name) for name in names}, "quantity": str(quantities[n])}
        for n, line in _lines(order).items()
        if n in quantities
    ]


def _sum(document: Record) -> Decimal:
    rows = document["rows"]
    total = sum((Decimal(r["quantity"]) * (Decimal(r["unit_price"]) + Decimal(r["unit_vat"])) for r in rows), ZERO)
    return total.quantize(CENT, ROUND_HALF_UP)


def _rounded(order: Record, document: Record, *, closes: bool) -> Decimal:
    """An invoice's total: no more than the buyer still has to pay, and all of it where it closes an uncut order."""
    rest = Decimal(order["total"]) - sum((Decimal(each["total"]) for each in order["invoices"]), ZERO)
    return rest if closes and not order["cancelled"] else min(_sum(document), rest)


def _keep(state: State, order: Record, name: str, document: Record) -> Record:
    _save(state, order, **{name: [*order[name], document]})
    return document


def _save(state: State, order: Record, **changes: Any) -> Record:
    saved = {**order, **changes, "changed": f"{state.now()}Z"}
    state.erp_orders.save(saved)
    return saved
