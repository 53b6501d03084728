"""GET /api/orders and /api/orders/<number>: who asks and what, answered by `orders.history`."""

from __future__ import annotations

from django.core import signing
from rest_framework.request import Request
from rest_framework.response import Response

from hub.api_access import ClientView, application_of, read_query
from hub.models import Application
from hub.problems import Problem, wrong_parameters
from orders import history
from orders.history_answers import HistoryOrder, HistoryPage, OrderQuery, OrdersQuery, is_code
from orders.history_schema import describes_order, describes_orders


class OrdersView(ClientView):
    """The orders of a customer or company."""

    @describes_orders
    def get(self, request: Request) -> Response:
        """Answer with a page of the orders that the ERP has of a customer or company.

        Those that came through Norce with the application that asks, and those that did not come through
        the hub at all, by phone for example; no order of another application.
        """
        asked = read_query(request, OrdersQuery)
        application = application_of(self.client, asked["application"])
        after = _opened(asked["after"], application, asked["code"])
        page = history.list_orders(application, asked["code"], after=after, limit=asked["limit"])
        sealed = _sealed(page.next, application, asked["code"])
        return Response(HistoryPage({"orders": page.orders, "next": sealed}).data)


class OrderView(ClientView):
    """One order."""

    @describes_order
    def get(self, request: Request, number: str) -> Response:
        """Answer with one order of the ERP: its rows, deliveries, invoices and credit notes.

        An order that the hub knows is seen through its own application only; with customer or company it must
        also be theirs. One that did not come through the hub is seen only with the customer or
        company whose it is. Anything else is 404.
        """
        asked = read_query(request, OrderQuery)
        application = application_of(self.client, asked["application"])
        found = history.find_order(application, number, code=asked["code"]) if is_code(number) else None
        if found is None:
            raise Problem("not-found")
        return Response(HistoryOrder(found).data)


def _sealed(after: str, application: Application, code: str) -> str:
    """Return the ERP's word for where a page begins as an opaque one, "" for "".

    It is signed for this ERP and code: it goes into a question to the ERP, where nobody else's words belong.
    """
    return signing.dumps(after, salt=_salt(application, code)) if after else ""


def _opened(cursor: str, application: Application, code: str) -> str:
    """Return what `_sealed` was given; raise Problem for anything else."""
    try:
        return str(signing.loads(cursor, salt=_salt(application, code))) if cursor else ""
    except signing.BadSignature as error:
        text = "Send the next of the page before as it came, with the same application and code; or begin anew."
        raise wrong_parameters({"after": text}) from error


def _salt(application: Application, code: str) -> str:
    return f"orders.history:{application.erp_connection.name}:{code}"
