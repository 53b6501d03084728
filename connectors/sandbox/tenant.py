"""The Norce tenant: its addresses, and what every call to it passes on the way in."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.deliveries import Deliveries
from connectors.sandbox.events import show_events
from connectors.sandbox.faults import FaultBoard
from connectors.sandbox.forgetting import forget_customer
from connectors.sandbox.http import Handler, Refusal, Request, Response, Router
from connectors.sandbox.identity import Identity
from connectors.sandbox.importing import Importer
from connectors.sandbox.imports import Imports
from connectors.sandbox.invoices import Invoices
from connectors.sandbox.jobs import Jobs
from connectors.sandbox.options import SandboxOptions
from connectors.sandbox.orders import Orders
from connectors.sandbox.query import BASE as QUERY
from connectors.sandbox.query import Query, refuse_without_application
from connectors.sandbox.quota import Quota
from connectors.sandbox.state import State
from connectors.sandbox.table import Record

CONNECT = "/commerce/connect/4.0/"
TOKEN_PATH = "/identity/1.0/connect/token"


class Tenant:
    """Norce as seen from outside. ``handle`` answers every path under ``/identity/`` and ``/commerce/``."""

    def __init__(self, state: State, options: SandboxOptions, faults: FaultBoard) -> None:
        self._state = state
        self._options = options
        self._faults = faults
        self.jobs = Jobs(state, options.job_seconds, faults, Importer(state, options, faults).run)
        self.router = Router()
        self.forget()
        self._add_routes()

    def forget(self) -> None:
        """Start the quotas anew."""
        self._identity = Identity(self._state, self._options)
        self._quota = Quota(self._state, self._options.rate_limit, self._faults)

    def handle(self, request: Request) -> Response:
        """Answer one request, as late or as lost as the faults want it."""
        route, request = self.router.find(request)
        with self._state.lock:
            try:
                response = self._answer(route.name, route.handler, request)
            except Refusal as refusal:
                response = refusal.response()
            if request.path.startswith(CONNECT):
                self._quota.count(response.status)
            return self._faults.norce.after(route.name, request, response)

    def forget_customers(self, numbers: list[Any]) -> None:
        """Anonymise the customers with these ids, as GDPR asks; refuse (400) an id that nobody has."""
        self.jobs.settle()
        records = [self._state.customers.get(number) for number in numbers if isinstance(number, int)]
        found = [record for record in records if record is not None]
        if len(found) != len(numbers):
            raise Refusal(400, "customers: every one must be the id of a customer in Norce.")
        for record in found:
            forget_customer(self._state, record)

    def view(self) -> Record:
        """Return the tenant's side of the state."""
        self.jobs.settle()
        state = self._state
        return {
            "orders": list(state.orders),
            "customers": [self._with_relations(row, "customer") for row in state.customers],
            "refilled": list(state.refilled),
            "companies": [self._with_relations(row, "company") for row in state.companies],
            "jobs": [{**self.jobs.describe(job), "Log": job["log"]} for job in state.jobs],
            "events": show_events(state),
            "calls": state.calls,
            "tokens": {
                "issued": state.numbers["tokens"],
                "valid": sum(until > state.clock() for until in state.tokens.values()),
            },
        }

    def _answer(self, name: str, handler: Handler, request: Request) -> Response:
        if request.path != TOKEN_PATH:
            self._identity.authorise(request)
        if request.path.startswith(QUERY):
            refuse_without_application(request)
        if request.path.startswith(CONNECT):
            self._quota.take()
        self._faults.norce.before(name, self._faults.chance)
        self.jobs.settle()
        return handler(request)

    def _with_relations(self, record: Record, index: str) -> Record:
        related = self._state.relations.find(index, str(record["Id"]))
        return {**record, "Relations": [{k: v for k, v in row.items() if k != "key"} for row in related]}

    def _add_routes(self) -> None:
        orders, deliveries, invoices = Orders(self._state), Deliveries(self._state), Invoices(self._state, self._faults)
        imports, query, jobs = Imports(self.jobs), Query(self._state), self.jobs
        self.router.add("POST", TOKEN_PATH, self._give_token, "connect/token")
        calls: dict[tuple[str, str], Handler] = {
            ("POST", "Order/SendOrderStatus"): orders.send_order_status,
            ("POST", "Order/CancelOrder"): orders.cancel_order,
            ("POST", "Order/CreateDeliveryNote"): deliveries.create_delivery_note,
            ("POST", "Order/CreateInvoice"): invoices.create_invoice,
            ("POST", "Order/CreditPayment"): invoices.credit_payment,
            ("POST", "Customer/ImportCustomers"): imports.import_customers,
            ("POST", "Customer/ImportCompanies"): imports.import_companies,
            ("GET", "Job/Get"): jobs.get,
            ("GET", "Job/GetLog"): jobs.get_log,
            ("GET", "Job/List"): jobs.list_jobs,
            ("POST", "Job/Restart"): jobs.restart,
            ("GET", "Job/Ping"): lambda request: Response(),
        }
        for (method, name), handler in calls.items():
            self.router.add(method, f"{CONNECT}{name}", handler, name)
        for name, handler in query.calls():
            self.router.add("GET", f"{QUERY}{name}", handler, name)

    def _give_token(self, request: Request) -> Response:
        return self._identity.give_token(request)
