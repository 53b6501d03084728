"""A small ERP under ``/erp/``: customers and orders."""

from __future__ import annotations

import hmac
from base64 import b64encode

from connectors.sandbox.erp_customers import ErpCustomers
from connectors.sandbox.erp_orders import ErpOrders
from connectors.sandbox.faults import FaultBoard
from connectors.sandbox.http import Handler, Refusal, Request, Response, Router
from connectors.sandbox.options import SandboxOptions
from connectors.sandbox.state import State
from connectors.sandbox.table import Record


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
        orders = ErpOrders(state, options)
        self.router.add("GET", "/erp/orders", orders.find)
        self.router.add("GET", "/erp/orders/changed", orders.list_changed)
        self.router.add("GET", "/erp/orders/totals", orders.totals)
        self.router.add("GET", "/erp/orders/<number>", orders.get)
        self.router.add("POST", "/erp/orders", orders.create)
        self.router.add("POST", "/erp/orders/<number>/cancel", orders.cancel)
        self.router.add("GET", "/erp/customers/<code>/orders", orders.list_of_customer)

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
