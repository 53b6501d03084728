"""Accept ImportCustomers and ImportCompanies: check the header and the records, queue the job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import simplejson

from connectors.sandbox.contracts import check, field_names
from connectors.sandbox.http import Refusal, Request, Response
from connectors.sandbox.jobs import Jobs, job_response
from connectors.sandbox.table import Record

HEADER = "X-StormConnect-Header"
SWITCHES = {"SearchOnlyByCode", "PreserveFlags"}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What differs between the two imports. ``natural`` is the third identifier, after Id and Code;
    ``required`` are the members an insert needs (customers-jobs-auth.md § 4); ``listed`` names the member
    with related records and ``delta`` the one that says whether it is the whole list.
    """

    schema: str
    natural: str
    required: tuple[str, ...]
    listed: str
    delta: str

    @property
    def fields(self) -> list[str]:
        """The names a header may list, placed by their numbers."""
        return field_names(f"{self.schema}Field")

    def fields_set(self, header: Record) -> set[str]:
        """Return the names that a header lists for this kind, whether it gave names or numbers."""
        given = header.get(f"{self.schema}FieldsThatAreSet") or []
        return {self.fields[name] if isinstance(name, int) else name for name in given}


CUSTOMER = Kind(
    schema="Customer",
    natural="EmailAddress",
    required=("Code", "FirstName", "LastName", "EmailAddress"),
    listed="Companies",
    delta="IsCompanyListDelta",
)
COMPANY = Kind(
    schema="Company",
    natural="OrganizationNo",
    required=("Code", "Name", "OrganizationNo"),
    listed="Customers",
    delta="IsCustomerListDelta",
)
KINDS = {kind.schema: kind for kind in (CUSTOMER, COMPANY)}


class Imports:
    """The calls ImportCustomers and ImportCompanies."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    def import_customers(self, request: Request) -> Response:
        """Queue a batch of people and answer with its JobResponse."""
        return self._queue(CUSTOMER, "ImportCustomersHeader", request)

    def import_companies(self, request: Request) -> Response:
        """Queue a batch of companies and answer with its JobResponse."""
        return self._queue(COMPANY, "ImportCompaniesHeader", request)

    def _queue(self, kind: Kind, header_schema: str, request: Request) -> Response:
        header = _read_header(header_schema, request)
        rows = request.json()
        check("customer", kind.schema, rows, many=True)
        failures = [text for text in (identity_problem(kind, header, row) for row in rows) if text]
        number = self._jobs.submit({"kind": kind.schema, "header": header, "rows": rows}, len(rows))
        return Response.json(job_response(number, len(rows), failures))


def identity_problem(kind: Kind, header: Record, row: Record) -> str:
    """Say why a record cannot be told from others, empty when it can: the first check of an import."""
    names = ["Id", "Code", kind.natural]
    if any(row.get(name) for name in names if name in kind.fields_set(header)):
        return ""
    return f"One of {', '.join(names)} must be set in the record and listed in the header."


def _read_header(schema: str, request: Request) -> Record:
    text = request.headers.get(HEADER.lower(), "")
    if not text:
        raise Refusal(400, f"The header {HEADER} is missing; it lists the fields that are set.")
    try:
        header: Any = simplejson.loads(text, use_decimal=True)
    except ValueError as error:
        raise Refusal(400, f"The header {HEADER} is not JSON on one line: {error}.") from error
    check("customer", schema, header)
    return dict(header)
