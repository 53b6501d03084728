"""Norce Query 2.0 for what the hub reads: applications, customers and companies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from connectors.sandbox.applications import APPLICATION_IDS, APPLICATIONS, CLIENT_ID
from connectors.sandbox.filters import Filter, FilterError, Value, parse_filter
from connectors.sandbox.http import Refusal, Request, Response
from connectors.sandbox.state import State, folded, letters_and_digits
from connectors.sandbox.table import Record, Table

BASE = "/commerce/query/2.0/"
PAGE = 500
OPTIONS = {"$filter", "$select", "$orderby", "$top", "$skip"}
# Per property the index that finds it, and how a value is written there. Codes are found as they are
# written: in another case they are not the same code.
Indexes = dict[str, tuple[str, Callable[[Any], str]]]
CUSTOMER_INDEXES: Indexes = {
    "CustomerCode": ("code", str),
    "EmailAddress": ("natural", folded),
    "IsForgotten": ("forgotten", str),
}
COMPANY_INDEXES: Indexes = {
    "CompanyCode": ("code", str),
    "OrganizationNo": ("natural", letters_and_digits),
    "NormalizedOrganizationNo": ("natural", letters_and_digits),
    "VatNo": ("vat_no", letters_and_digits),
}


class Query:
    """The read side of the tenant. Without an application header it answers 500, as was observed."""

    def __init__(self, state: State) -> None:
        self._state = state

    def applications(self, request: Request) -> Response:
        """Answer ``Core/Applications``."""
        return _answer(request, _matching(APPLICATIONS, _filter(request)))

    def customers(self, request: Request) -> Response:
        """Answer ``Customers/Customers``."""
        wanted = _filter(request)
        records = _candidates(self._state.customers, CUSTOMER_INDEXES, wanted)
        return _answer(request, _matching(map(_customer_row, records), wanted))

    def companies(self, request: Request) -> Response:
        """Answer ``Customers/Companies``."""
        wanted = _filter(request)
        records = _candidates(self._state.companies, COMPANY_INDEXES, wanted)
        return _answer(request, _matching(map(self._company_row, records), wanted))

    def _company_row(self, record: Record) -> Record:
        parent = self._state.companies.find("code", record.get("ParentCompanyCode") or "")
        return {**_company_row(record), "ParentCompanyId": parent[0]["Id"] if parent else None}


def refuse_without_application(request: Request) -> None:
    """Refuse (500) a Query call that names no application by ``application-id`` or ``applicationId``."""
    number = request.headers.get("application-id") or request.headers.get("applicationid") or ""
    if not number.isdecimal():
        raise Refusal(500, "An error has occurred.")


def _filter(request: Request) -> Filter | None:
    unknown = [name for name in request.query if name.startswith("$") and name not in OPTIONS]
    if unknown:
        raise _bad_query(f"The sandbox does not know {', '.join(unknown)}.")
    if request.query.get("$orderby", "Id") not in ("Id", "Id asc"):
        raise _bad_query("The sandbox's $orderby knows Id only.")
    try:
        return parse_filter(request.query["$filter"]) if request.query.get("$filter") else None
    except FilterError as error:
        raise _bad_query(str(error)) from error


def _candidates(table: Table, indexes: Indexes, wanted: Filter | None) -> Iterable[Record]:
    def look_up(field: str, value: Value) -> set[int] | None:
        if field == "Id" and isinstance(value, Decimal):
            return {int(value)} if table.get(int(value)) else set()
        if field not in indexes or not (isinstance(value, str) or value is True):
            return None
        index, written = indexes[field]
        return {record["Id"] for record in table.find(index, written(value))}

    keys = wanted.candidates(look_up) if wanted else None
    if keys is None:
        return table.after(wanted.floor() if wanted else None)
    return [record for key in sorted(keys) if (record := table.get(key))]


def _matching(rows: Iterable[Record], wanted: Filter | None) -> Iterator[Record]:
    try:
        yield from (row for row in rows if not wanted or wanted.matches(row))
    except FilterError as error:
        raise _bad_query(str(error)) from error


def _answer(request: Request, rows: Iterable[Record]) -> Response:
    """One page. A nextLink is added when the page was cut by Norce's 500 rows, not by ``$top``."""
    skip, top = _number(request, "$skip", 0), _number(request, "$top", PAGE)
    page = list(islice(rows, skip, skip + min(top, PAGE) + 1))
    shown = [_selected(request, row) for row in page[: min(top, PAGE)]]
    data: Record = {"@odata.context": f"{BASE}$metadata", "value": shown}
    if len(page) > PAGE and "$top" not in request.query:
        rest = urlencode({**request.query, "$skip": skip + PAGE}, safe="$")
        data["@odata.nextLink"] = f"http://{request.headers.get('host', '127.0.0.1')}{request.path}?{rest}"
    return Response.json(data)


def _selected(request: Request, row: Record) -> Record:
    names = [name.strip() for name in request.query.get("$select", "").split(",") if name.strip()]
    unknown = [name for name in names if name not in row]
    if unknown:
        raise _bad_query(f"There is no property {', '.join(unknown)}; known are {', '.join(row)}.")
    return {name: row[name] for name in names} if names else row


def _number(request: Request, name: str, default: int) -> int:
    text = request.query.get(name, str(default))
    if not text.isdecimal():
        raise _bad_query(f"{name} must be a whole number from 0, not {text!r}.")
    return int(text)


def _bad_query(text: str) -> Refusal:
    return Refusal(400, text, data={"error": {"code": "", "message": text}})


def _common_row(record: Record) -> Record:
    key = record.get("ApplicationKey")
    return {
        "Id": record["Id"],
        "Key": record["Key"],
        "ClientId": CLIENT_ID,
        "TypeId": 1,
        "EmailAddress": record.get("EmailAddress"),
        "PhoneNumber": record.get("PhoneNumber"),
        "ApplicationId": APPLICATION_IDS.get(key.lower()) if key else None,
        "IsActive": record["IsActive"],
        "Created": f"{record['Created']}Z",
        "CreatedBy": record["CreatedBy"],
        "Updated": record["Updated"] and f"{record['Updated']}Z",
        "UpdatedBy": record["UpdatedBy"],
    }


def _customer_row(record: Record) -> Record:
    names = ("FirstName", "MiddleName", "LastName", "Title", "CellPhoneNumber", "SocialSecurityNumber", "CrmId")
    unused = ("ReplacementCustomerId", "StoppedDate")
    return {
        **_common_row(record),
        "CustomerCode": record["Code"],
        **{name: record.get(name) for name in names},
        "IsForgotten": record["IsForgotten"],
        **dict.fromkeys(unused),
    }


def _company_row(record: Record) -> Record:
    number = record["OrganizationNo"]
    return {
        **_common_row(record),
        "CompanyCode": record["Code"],
        "Name": record.get("Name"),
        "OrganizationNo": number,
        "NormalizedOrganizationNo": number and letters_and_digits(number),
        "VatNo": record["VatNo"],
    }
