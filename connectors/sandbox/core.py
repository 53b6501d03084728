"""The sandbox as a pure callable: a request in, a response out, no socket and no waiting."""

from __future__ import annotations

import time
from collections.abc import Callable

import requests

from connectors.sandbox.control import Control
from connectors.sandbox.erp import SmallErp
from connectors.sandbox.event_delivery import EventDelivery
from connectors.sandbox.faults import FaultBoard
from connectors.sandbox.http import Handler, Refusal, Request, Response
from connectors.sandbox.options import SandboxOptions
from connectors.sandbox.push import Push
from connectors.sandbox.state import State
from connectors.sandbox.tenant import Tenant


def _plain_session() -> requests.Session:
    session = requests.Session()
    # The hub is on this machine: no proxy and no netrc of the environment may get in between.
    session.trust_env = False
    return session


def _say_nothing(line: str) -> None:
    pass


class Sandbox:
    """A Norce tenant, an ERP and the controls over one state.

    ``clock`` gives epoch seconds; ``hub_session`` sends the pushed orders and the events; ``report`` gets a
    line for every refusal. Whoever runs it delivers the events, with ``delivery``.
    """

    def __init__(
        self,
        options: SandboxOptions | None = None,
        *,
        clock: Callable[[], float] = time.time,
        hub_session: requests.Session | None = None,
        report: Callable[[str], None] = _say_nothing,
    ) -> None:
        options = options or SandboxOptions()
        self.state = State(clock)
        self.report = report
        faults = FaultBoard(options.seed)
        tenant = Tenant(self.state, options, faults)
        erp = SmallErp(self.state, options, faults)
        session = hub_session or _plain_session()
        push = Push(self.state, options, session)
        self.state.raises_events = bool(options.events_url)
        self.delivery = EventDelivery(
            self.state, options, faults, session, settle=tenant.jobs.settle, report=self.report
        )
        control = Control(self.state, tenant, erp, faults, push)
        self._sides: dict[str, Handler] = {
            "/identity/": tenant.handle,
            "/commerce/": tenant.handle,
            "/erp/": erp.handle,
            "/_sandbox/": control.handle,
        }

    def handle(self, request: Request) -> Response:
        """Answer a request. Safe to call from several threads; raises nothing for a bad request."""
        try:
            response = self._side(request.path)(request)
        except Refusal as refusal:
            response = refusal.response()
        if response.status >= 400:
            text = " ".join(response.body.decode().split())
            self.report(f"{response.status} {request.method} {request.path} {text}")
        return response

    def _side(self, path: str) -> Handler:
        for prefix, handler in self._sides.items():
            if path.startswith(prefix):
                return handler
        raise Refusal(404, f"There is nothing at {path}; begin with one of {', '.join(self._sides)}.")
