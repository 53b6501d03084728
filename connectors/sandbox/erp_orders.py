"""The small ERP's orders: made, found, changed, listed. Like most, it makes a second order of a repeated reference."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any

from connectors.sandbox.erp_customers import invalid, page_limit, read_object, since_of
from connectors.sandbox.erp_documents import UNTOUCHED, amounts, cancel
from connectors.sandbox.http import Refusal, Request, Response
from connectors.sandbox.options import SandboxOptions
from connectors.sandbox.state import State
from connectors.sandbox.table import Record

LONGEST_REFERENCE = 35
ROUNDING = Decimal("1.00")
ORDER_SUMMARY = ("number", "reference", "customer_code", "status", "currency", "total", "created")


class ErpOrders:
    """The calls under ``/erp/orders``, and a customer's history."""

    def __init__(self, state: State, options: SandboxOptions) -> None:
        self._state = state
        self._options = options

    def find(self, request: Request) -> Response:
        """Answer with the orders of a reference."""
        orders = self._state.erp_orders.find("reference", request.query.get("reference", ""))
        return Response.json({"orders": [summary(order) for order in orders]})

    def get(self, request: Request) -> Response:
        """Answer with one order and all its documents."""
        return Response.json(shown(self._known(request)))

    def list_changed(self, request: Request) -> Response:
        """Answer with a page, by number, of the orders that have changed since a moment.

        It begins behind the number ``after``, so nothing that changes meanwhile moves another order.
        """
        since, limit = since_of(request), page_limit(request)
        rows = (row for row in self._state.erp_orders.after(request.query.get("after") or None))
        page = list(islice((row for row in rows if row["changed"] >= since), limit + 1))
        following = page[limit - 1]["number"] if len(page) > limit else ""
        return Response.json({"orders": [shown(row) for row in page[:limit]], "next": following})

    def list_of_customer(self, request: Request) -> Response:
        """Answer with a page of a customer's orders, the latest first."""
        limit, after = page_limit(request), request.query.get("after") or ""
        rows = self._state.erp_orders.find("customer", request.params["code"])
        rest = [row for row in reversed(rows) if not after or row["number"] < after]
        following = rest[limit - 1]["number"] if len(rest) > limit else ""
        return Response.json({"orders": [summary(row) for row in rest[:limit]], "next": following})

    def totals(self, request: Request) -> Response:
        """Answer how many orders with a prefix were made in a span, and their sums by currency."""
        since, until = since_of(request), since_of(request, "until")
        prefix = request.query.get("prefix", "")
        rows = [row for row in self._state.erp_orders if _is_between(row, since, until, prefix)]
        sums: dict[str, Decimal] = {}
        for row in rows:
            sums[row["currency"]] = sums.get(row["currency"], Decimal(0)) + Decimal(row["total"])
        return Response.json({"count": len(rows), "sums": {name: str(value) for name, value in sums.items()}})

    def create(self, request: Request) -> Response:
        """Make an order and answer with its number."""
        data = read_object(request)
        errors = self._errors(data)
        if errors:
            raise invalid(errors)
        earlier = self._state.erp_orders.find("reference", data["reference"])
        if earlier and self._options.unique_reference:
            raise invalid({"reference": f"order {earlier[0]['number']} has it already"}, status=409)
        number = f"SO{self._state.take_number('erp_order')}"
        now = f"{self._state.now()}Z"
        order = {**data, **UNTOUCHED, "number": number, "status": "open", "created": now, "changed": now}
        self._state.erp_orders.save(order)
        return Response.json({"number": number, "reference": data["reference"]}, 201)

    def cancel(self, request: Request) -> Response:
        """Cancel an order of which nothing is delivered or invoiced; one that is cancelled stays so."""
        cancel(self._state, self._known(request), {"reason": read_object(request).get("reason")})
        return Response.json({})

    def _known(self, request: Request) -> Record:
        return known_order(self._state, request.params["number"])

    def _errors(self, data: Record) -> dict[str, str]:
        errors = {}
        reference = data.get("reference")
        if not isinstance(reference, str) or not 0 < len(reference) <= LONGEST_REFERENCE:
            errors["reference"] = f"needed, at most {LONGEST_REFERENCE} characters"
        if self._state.erp_customers.get(data.get("customer_code")) is None:
            errors["customer_code"] = f"there is no customer {data.get('customer_code')}"
        if not data.get("currency"):
            errors["currency"] = "needed"
        return errors | self._line_errors(data)

    def _line_errors(self, data: Record) -> dict[str, str]:
        lines = data.get("lines")
        if not isinstance(lines, list) or not lines or not all(isinstance(line, dict) for line in lines):
            return {"lines": "an order needs at least one"}
        if not _are_single([line.get("line_no") for line in lines]):
            return {"lines": "each needs a line_no of its own, a whole number"}
        known = self._options.known_parts
        unknown = {
            f"lines[{place}].part_no": f"there is no part {line.get('part_no')}"
            for place, line in enumerate(lines)
            if known is not None and line.get("part_no") not in known
        }
        try:
            rows = sum((_row_amount(line) for line in lines), Decimal(0))
            total = Decimal(data["total"])
            is_off = abs(rows - total) > ROUNDING
        except (KeyError, TypeError, ValueError, InvalidOperation) as error:
            return {**unknown, "lines": f"quantity, unit_price, unit_vat and total must be decimals as text: {error!r}"}
        if is_off:
            return {**unknown, "total": f"{total} is not the lines' sum including VAT, {rows}"}
        return unknown


def known_order(state: State, number: str) -> Record:
    """Return the order with this number; refuse (404) one that is not there."""
    order = state.erp_orders.get(number)
    if order is None:
        raise Refusal(404, f"There is no order {number}.")
    return order


def summary(order: Record) -> Record:
    """Return what lists say of an order."""
    return {name: order[name] for name in ORDER_SUMMARY}


def shown(order: Record) -> Record:
    """Return an order as the ERP answers it: its lines with what has become of each."""
    done = amounts(order)
    lines = [{**line, **{name: str(value) for name, value in done[line["line_no"]].items()}} for line in order["lines"]]
    return {**order, "lines": lines}


def _is_between(order: Record, since: str, until: str, prefix: str) -> bool:
    return bool(since <= order["created"] < (until or "~") and order["reference"].startswith(prefix))


def _are_single(numbers: list[Any]) -> bool:
    return all(isinstance(number, int) for number in numbers) and len(set(numbers)) == len(numbers)


def _row_amount(line: Record) -> Decimal:
    return Decimal(line["quantity"]) * (Decimal(line["unit_price"]) + Decimal(line["unit_vat"]))
