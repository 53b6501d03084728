"""The controls under ``/_sandbox/``: look at both sides, push, set faults, seed, change Norce, send events, reset."""

from __future__ import annotations

from connectors.sandbox.erp import SmallErp
from connectors.sandbox.erp_customers import read_object
from connectors.sandbox.erp_documents import DEEDS
from connectors.sandbox.erp_orders import known_order
from connectors.sandbox.events import raise_given
from connectors.sandbox.faults import FaultBoard
from connectors.sandbox.http import Handler, Refusal, Request, Response, Router
from connectors.sandbox.push import Push
from connectors.sandbox.seed import seed
from connectors.sandbox.shop import Shop
from connectors.sandbox.state import State
from connectors.sandbox.tenant import Tenant


class Control:
    """What a test or a person does to the sandbox. ``handle`` answers every path under ``/_sandbox/``."""

    def __init__(self, state: State, tenant: Tenant, erp: SmallErp, faults: FaultBoard, push: Push) -> None:
        self._state = state
        self._tenant = tenant
        self._erp = erp
        self._faults = faults
        self.router = Router()
        self.router.add("GET", "/_sandbox/state", self._show_state)
        self.router.add("POST", "/_sandbox/orders", push.send)
        self.router.add("POST", "/_sandbox/faults", self._set_faults)
        self.router.add("POST", "/_sandbox/reset", self._reset)
        self.router.add("POST", "/_sandbox/erp/seed", self._seed)
        self.router.add("POST", "/_sandbox/events", self._send_events)
        self.router.add("POST", "/_sandbox/norce/forget", self._forget)
        shop = Shop(state)
        self.router.add("POST", "/_sandbox/norce/customers/<id>", self._in_norce(shop.change_customer))
        self.router.add("POST", "/_sandbox/norce/companies/<id>", self._in_norce(shop.change_company))
        self.router.add("POST", "/_sandbox/norce/orders/<ref>/cancel", self._in_norce(shop.cancel_order))
        self.router.add("POST", "/_sandbox/erp/orders/<number>/<deed>", self._do)

    def handle(self, request: Request) -> Response:
        """Answer one request; the controls themselves have no faults and ask for no password."""
        route, request = self.router.find(request)
        return route.handler(request)

    def _show_state(self, request: Request) -> Response:
        with self._state.lock:
            return Response.json({"norce": self._tenant.view(), "erp": self._erp.view()})

    def _set_faults(self, request: Request) -> Response:
        data = request.json()
        calls = {"norce": self._tenant.router.names, "erp": self._erp.router.names}
        with self._state.lock:
            self._faults.norce, self._faults.erp = self._faults.read(data, calls)
            if data.get("norce", {}).get("expire_tokens"):
                self._state.tokens = {}
        return Response.json({})

    def _reset(self, request: Request) -> Response:
        with self._state.lock:
            self._state.clear()
            self._faults.clear()
            self._tenant.forget()
        return Response.json({})

    def _seed(self, request: Request) -> Response:
        wanted = request.json()
        with self._state.lock:
            changed = seed(self._state, wanted)
            return Response.json({"customers": len(self._state.erp_customers), "changed": changed})

    def _send_events(self, request: Request) -> Response:
        with self._state.lock:
            return Response.json({"raised": raise_given(self._state, request.json())})

    def _in_norce(self, handler: Handler) -> Handler:
        """The handler with the state locked, after the imports that are due."""

        def handle(request: Request) -> Response:
            with self._state.lock:
                self._tenant.jobs.settle()
                return handler(request)

        return handle

    def _do(self, request: Request) -> Response:
        """What a clerk of the ERP does with an order; answers with the document or the order."""
        deed = DEEDS.get(request.params["deed"])
        if deed is None:
            raise Refusal(404, f"There is no {request.params['deed']}; there are {', '.join(DEEDS)}.")
        wanted = read_object(request) if request.body else {}
        with self._state.lock:
            order = known_order(self._state, request.params["number"])
            return Response.json(deed(self._state, order, wanted))

    def _forget(self, request: Request) -> Response:
        wanted = request.json()
        numbers = wanted.get("customers") if isinstance(wanted, dict) and len(wanted) == 1 else None
        if not isinstance(numbers, list):
            raise Refusal(400, "Send a JSON object with customers: a list of Norce's ids.")
        with self._state.lock:
            self._tenant.forget_customers(numbers)
        return Response.json({"forgotten": len(numbers)})
