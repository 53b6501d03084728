"""Norce Query 2.0 for what the hub reads: lists of Core, customers and companies, orders and what hangs on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import urlencode

from connectors.sandbox import core_lists
from connectors.sandbox.applications import APPLICATIONS
from connectors.sandbox.csdl import written_model
from connectors.sandbox.filters import Filter, FilterError
from connectors.sandbox.http import Handler, Refusal, Request, Response
from connectors.sandbox.query_customers import CustomerSets
from connectors.sandbox.query_options import PAGE, bad_query, expanded, number, refuse_unknown, selected, wanted_rows
from connectors.sandbox.query_orders import OrderSets
from connectors.sandbox.query_sets import RowSet, Shape, shape
from connectors.sandbox.state import State
from connectors.sandbox.table import Record

BASE = "/commerce/query/2.0/"
CODED = "Id Code DefaultName"


class Query:
    """The read side of the tenant. Without an application header it answers 500, as was observed."""

    def __init__(self, state: State) -> None:
        self._sets = [*_core_sets(), *CustomerSets(state).sets(), *OrderSets(state).sets()]

    def calls(self) -> Iterator[tuple[str, Handler]]:
        """Yield every call by its name below `BASE`: the sets, and $metadata of each namespace."""
        for rows in self._sets:
            yield rows.path, _reader(rows)
        for namespace in dict.fromkeys(rows.path.partition("/")[0] for rows in self._sets):
            yield f"{namespace}/$metadata", self._model(namespace)

    def _model(self, namespace: str) -> Handler:
        headers = {"Content-Type": "application/xml"}
        own = [rows for rows in self._sets if rows.path.startswith(f"{namespace}/")]
        return lambda request: Response(body=written_model(namespace, own), headers=headers)


def refuse_without_application(request: Request) -> None:
    """Refuse (500) a Query call that names no application by ``application-id`` or ``applicationId``."""
    application = request.headers.get("application-id") or request.headers.get("applicationid") or ""
    if not application.isdecimal():
        raise Refusal(500, "An error has occurred.")


def _core_sets() -> list[RowSet]:
    application, country = Shape("Application", tuple(APPLICATIONS[0])), shape("Country", CODED)
    lists = {
        "Applications": (application, list(APPLICATIONS)),
        "Countries": (country, core_lists.coded_rows(core_lists.COUNTRIES)),
        "Currencies": (shape("Currency", CODED), core_lists.coded_rows(core_lists.CURRENCIES)),
        "PaymentMethods": (shape("PaymentMethod", "Id DefaultName"), core_lists.named_rows(core_lists.PAYMENT_METHODS)),
        "DeliveryMethods": (
            shape("DeliveryMethod", "Id DefaultName"),
            core_lists.named_rows(core_lists.DELIVERY_METHODS),
        ),
    }
    return [_list(name, kind, rows) for name, (kind, rows) in lists.items()]


def _list(name: str, kind: Shape, rows: list[Record]) -> RowSet:
    return RowSet(path=f"Core/{name}", shape=kind, found=lambda wanted: rows)


def _reader(rows: RowSet) -> Handler:
    def read(request: Request) -> Response:
        refuse_unknown(request)
        wanted = wanted_rows(request, rows)
        return _answer(request, rows, _matching(rows.found(wanted), wanted))

    return read


def _matching(found: Iterable[Record], wanted: Filter | None) -> Iterator[Record]:
    try:
        yield from (row for row in found if not wanted or wanted.matches(row))
    except FilterError as error:
        raise bad_query(str(error)) from error


def _answer(request: Request, rows: RowSet, found: Iterable[Record]) -> Response:
    """One page. A nextLink is added when the page was cut by Norce's 500 rows, not by ``$top``."""
    names, navigations = selected(request.query.get("$select", ""), rows.shape.names), expanded(request, rows)
    skip, top = number(request, "$skip", 0), min(number(request, "$top", PAGE), PAGE)
    page = list(islice(found, skip, skip + top + 1))
    shown = [{name: row[name] for name in names} | _led_to(row, rows, navigations) for row in page[:top]]
    data: Record = {"@odata.context": f"{BASE}{rows.path.replace('/', '/$metadata#')}", "value": shown}
    if len(page) > PAGE and "$top" not in request.query:
        rest = urlencode({**request.query, "$skip": skip + PAGE}, safe="$")
        data["@odata.nextLink"] = f"http://{request.headers.get('host', '127.0.0.1')}{request.path}?{rest}"
    return Response.json(data)


def _led_to(row: Record, rows: RowSet, wanted: dict[str, list[str]]) -> Record:
    """What a row leads to, one or many, with the wanted names of each."""
    shown: Record = {}
    for navigation, names in wanted.items():
        found = rows.navigations[navigation].found(row)
        each = [{name: one[name] for name in names} for one in (found if isinstance(found, list) else [found]) if one]
        shown[navigation] = each if rows.navigations[navigation].many else next(iter(each), None)
    return shown
