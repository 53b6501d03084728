"""A small ERP under ``/erp/``: customers and orders. Like most, it makes a second order of a repeated reference."""

from __future__ import annotations

import hmac
from base64 import b64encode
from decimal import Decimal, InvalidOperation

from connectors.sandbox.faults import FaultBoard
from connectors.sandbox.http import Handler, Refusal, Request, Response, Router
from connectors.sandbox.options import SandboxOptions
from connectors.sandbox.state import Record, State, folded, letters_and_digits

ADDRESS = ("name", "care_of", "line1", "line2", "postal_code", "city", "region", "country", "phone", "gln")
IDENTIFIERS = {"email": folded, "organisation_no": letters_and_digits, "vat_no": letters_and_digits}
PARTY = ("kind", "name", "first_name", "last_name", "phone", "cell_phone", "currency", *IDENTIFIERS)
KINDS = {"person", "company"}
LONGEST_TEXT = 100
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
        self.router.add("GET", "/erp/customers", self._find_customers)
        self.router.add("POST", "/erp/customers", self._create_customer)
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
        return {"customers": list(self._state.erp_customers), "orders": list(self._state.erp_orders)}

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

    def _find_customers(self, request: Request) -> Response:
        kind = request.query.get("kind", "")
        if kind and kind not in KINDS:
            raise _invalid({"kind": "must be person or company"})
        by_code = self._state.erp_customers.get(request.query.get("code", ""))
        found = [by_code] if by_code else []
        for name, normal in IDENTIFIERS.items():
            found += self._state.erp_customers.find(name, normal(request.query.get(name)))
        unique = {row["code"]: row for row in found if not kind or row["kind"] == kind}
        return Response.json({"customers": list(unique.values())})

    def _create_customer(self, request: Request) -> Response:
        data = _object(request)
        errors = _customer_errors(data)
        if self._faults.erp.refuse_customers:
            errors["name"] = "a fault asks for every new customer to be refused"
        if errors:
            raise _invalid(errors)
        customer = add_customer(self._state, f"C{self._state.take_number('erp_customer')}", data)
        return Response.json({"code": customer["code"]}, 201)

    def _find_orders(self, request: Request) -> Response:
        orders = self._state.erp_orders.find("reference", request.query.get("reference", ""))
        return Response.json({"orders": [{name: order[name] for name in ORDER_SUMMARY} for order in orders]})

    def _get_order(self, request: Request) -> Response:
        order = self._state.erp_orders.get(request.params["number"])
        if order is None:
            raise Refusal(404, f"There is no order {request.params['number']}.")
        return Response.json(order)

    def _create_order(self, request: Request) -> Response:
        data = _object(request)
        errors = self._order_errors(data)
        if errors:
            raise _invalid(errors)
        earlier = self._state.erp_orders.find("reference", data["reference"])
        if earlier and self._options.unique_reference:
            raise _invalid({"reference": f"order {earlier[0]['number']} has it already"}, status=409)
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


def add_customer(state: State, code: str, data: Record) -> Record:
    """Keep a customer of the ERP under ``code`` and return it; members it does not have are empty."""
    address = data.get("address") or {}
    customer = {
        "code": code,
        **{name: data.get(name) or "" for name in PARTY},
        "address": {name: address.get(name) or "" for name in ADDRESS},
    }
    state.erp_customers.save(customer)
    return customer


def _object(request: Request) -> Record:
    data = request.json()
    if not isinstance(data, dict):
        raise _invalid({"body": "must be a JSON object"})
    return data


def _customer_errors(data: Record) -> dict[str, str]:
    address = data.get("address") or {}
    texts = {name: data.get(name) or "" for name in PARTY}
    texts |= {f"address.{name}": address.get(name) or "" for name in ADDRESS}
    errors = {
        name: f"must be text of at most {LONGEST_TEXT} characters"
        for name, text in texts.items()
        if not isinstance(text, str) or len(text) > LONGEST_TEXT
    }
    if texts["kind"] not in KINDS:
        errors["kind"] = "must be person or company"
    if not texts["name"]:
        errors["name"] = "needed"
    if texts["kind"] == "person" and not texts["last_name"]:
        errors["last_name"] = "needed for a person"
    country = texts["address.country"]
    if country and (len(country) != 2 or not country.isalpha()):
        errors["address.country"] = "must be an ISO code of two letters"
    return errors


def _row_amount(line: Record) -> Decimal:
    return Decimal(line["quantity"]) * (Decimal(line["unit_price"]) + Decimal(line["unit_vat"]))


def _invalid(errors: dict[str, str], status: int = 422) -> Refusal:
    return Refusal(status, "; ".join(f"{name}: {text}" for name, text in errors.items()), data={"errors": errors})
