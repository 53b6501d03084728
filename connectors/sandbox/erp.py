"""A small ERP under ``/erp/``: customers and orders. Like most, it makes a second order of a repeated reference."""

from __future__ import annotations

import hmac
from base64 import b64encode
from decimal import Decimal, InvalidOperation

from connectors.sandbox.erp_customers import ErpCustomers, invalid, read_object
from connectors.sandbox.faults import FaultBoard
from connectors.sandbox.http import Handler, Refusal, Request, Response, Router
from connectors.sandbox.options import SandboxOptions
from connectors.sandbox.state import State
from connectors.sandbox.table import Record

LONGEST_REFERENCE = 35
ROUNDING = Decimal("1.00")
ORDER_SUMMARY = ("number", "reference", "customer_code", "status", "currency", "total")


class SmallErp:
    """The ERP as seen from outside. ``handle`` answers every path under ``/erp/``."""

    def __init__(self, state: State, options: SandboxOptions, faults: FaultBoard) -> None:
        self._state = state
        self._options = options
        self._faults = faults
        self.router = Router()
        self.router.add("GET", "/erp/ping", lambda request: Response.json({"name": "Sandbox ERP"}))
        self._customers = customers = ErpCustomers(state, options, faults)
        self.router.add("GET", "/erp/customers", customers.find)
        self.router.add("GET", "/erp/customers/list", customers.list_all)
        self.router.add("POST", "/erp/customers", customers.create)
        self.router.add("PUT", "/erp/customers/<code>", customers.change)
        self.router.add("DELETE", "/erp/customers/<code>", customers.remove)
        self.router.add("GET", "/erp/orders", self._find_orders)
        self.router.add("GET", "/erp/orders/<number>", self._get_order)
        self.router.add("POST", "/erp/orders", self._create_order)

    def handle(self, request: Request) -> Response:
        """Answer one request, as late or as lost as the faults want it."""
        route, request = self.router.find(request)
        with self._state.lock:
            try:
                response = self._answer(route.name, route.handler, request)
            except Refusal as refusal:
                response = refusal.response()
            return self._faults.erp.after(route.name, request, response)

    def view(self) -> Record:
        """Return the ERP's side of the state."""
        customers = map(self._customers.shown, self._state.erp_customers)
        return {"customers": list(customers), "orders": list(self._state.erp_orders)}

    def _answer(self, name: str, handler: Handler, request: Request) -> Response:
        self._authorise(request)
        self._faults.erp.before(name, self._faults.chance)
        return handler(request)

    def _authorise(self, request: Request) -> None:
        credentials = self._options.erp_credentials
        expected = b"Basic " + b64encode(credentials.encode())
        given = request.headers.get("authorization", "").encode()
        if credentials and not hmac.compare_digest(given, expected):
            headers = {"WWW-Authenticate": 'Basic realm="Sandbox ERP"'}
            raise Refusal(401, "User name or password is wrong.", headers=headers)

    def _find_orders(self, request: Request) -> Response:
        orders = self._state.erp_orders.find("reference", request.query.get("reference", ""))
        return Response.json({"orders": [{name: order[name] for name in ORDER_SUMMARY} for order in orders]})

    def _get_order(self, request: Request) -> Response:
        order = self._state.erp_orders.get(request.params["number"])
        if order is None:
            raise Refusal(404, f"There is no order {request.params['number']}.")
        return Response.json(order)

    def _create_order(self, request: Request) -> Response:
        data = read_object(request)
        errors = self._order_errors(data)
        if errors:
            raise invalid(errors)
        earlier = self._state.erp_orders.find("reference", data["reference"])
        if earlier and self._options.unique_reference:
            raise invalid({"reference": f"order {earlier[0]['number']} has it already"}, status=409)
        number = f"SO{self._state.take_number('erp_order')}"
        self._state.erp_orders.save({**data, "number": number, "status": "open", "created": self._state.now()})
        return Response.json({"number": number, "reference": data["reference"]}, 201)

    def _order_errors(self, data: Record) -> dict[str, str]:
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
        if not isinstance(lines, list) or not lines:
            return {"lines": "an order needs at least one"}
        known = self._options.known_parts
        unknown = {
            f"lines[{place}].part_no": f"there is no part {line.get('part_no')}"
            for place, line in enumerate(lines)
            if known is not None and line.get("part_no") not in known
        }
        try:
            rows = sum((_row_amount(line) for line in lines), Decimal(0))
            total = Decimal(data["total"])
        except (KeyError, TypeError, InvalidOperation) as error:
            return {**unknown, "lines": f"quantity, unit_price, unit_vat and total must be decimals as text: {error!r}"}
        if abs(rows - total) > ROUNDING:
            return {**unknown, "total": f"{total} is not the lines' sum including VAT, {rows}"}
        return unknown


def _row_amount(line: Record) -> Decimal:
    return Decimal(line["quantity"]) * (Decimal(line["unit_price"]) + Decimal(line["unit_vat"]))
