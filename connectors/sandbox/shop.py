"""What happens in Norce without the hub: the shop changes a customer or company, a person cancels in the admin."""

from __future__ import annotations

from jsonschema import Draft202012Validator

from connectors.sandbox.applications import APPLICATIONS
from connectors.sandbox.changes import changed_members, raise_company_changed, raise_customer_changed
from connectors.sandbox.contracts import check, refuse_errors
from connectors.sandbox.faults import check_names
from connectors.sandbox.http import Refusal, Request, Response
from connectors.sandbox.importing import HANDLED
from connectors.sandbox.imports import COMPANY, CUSTOMER, Kind
from connectors.sandbox.order_events import ADMIN
from connectors.sandbox.orders import find_order, record
from connectors.sandbox.placing import SYSTEM_ACCOUNT
from connectors.sandbox.state import State
from connectors.sandbox.table import Record

CANCEL = Draft202012Validator(
    {
        "type": "object",
        "properties": {"status": {"enum": ["Cancelled", "WaitingForCancel"]}},
        "required": ["status"],
        "additionalProperties": False,
    }
)


class Shop:
    """The controls of Norce's side; each answers with the record as it is then."""

    def __init__(self, state: State) -> None:
        self._state = state

    def change_customer(self, request: Request) -> Response:
        """Set the members of the body, named as an import names them; ``null`` empties one."""
        row, changed = self._change(CUSTOMER, request)
        raise_customer_changed(self._state, row, changed)
        return Response.json(row)

    def change_company(self, request: Request) -> Response:
        """Do as `change_customer` with a company."""
        row, changed = self._change(COMPANY, request)
        raise_company_changed(self._state, row, changed)
        return Response.json(row)

    def cancel_order(self, request: Request) -> Response:
        """Cancel an order in Norce's admin, or only ask for it (WaitingForCancel); no payment is released."""
        data = request.json()
        refuse_errors(CANCEL.iter_errors(data), "cancel")
        order = find_order(self._state, {"ClientOrderRef": request.params["ref"]})
        record(self._state, order, ADMIN, data["status"])
        return Response.json(order)

    def _change(self, kind: Kind, request: Request) -> tuple[Record, list[str]]:
        """The record with its members set, and which of them are another than before."""
        table = self._state.companies if kind is COMPANY else self._state.customers
        number, given = request.params["id"], _read(kind, request)
        row = table.get(int(number)) if number.isdecimal() else None
        if row is None:
            raise Refusal(404, f"There is no {kind.schema.lower()} {number} in Norce.")
        changed = changed_members(row, given, given)
        row.update(given, Updated=self._state.now(), UpdatedBy=SYSTEM_ACCOUNT)
        table.save(row)
        return row, changed


def _read(kind: Kind, request: Request) -> Record:
    given: Record = request.json()
    check_names(given, [name for name in kind.fields if name not in {"ApplicationKey", *HANDLED}], "members")
    # The contract wants an application in every import of a company; here it stays as it is, so any will do.
    check("customer", kind.schema, {**given, "ApplicationKey": APPLICATIONS[0]["Key"]})
    if given.get("IsActive", True) is None:
        raise Refusal(400, "IsActive: must be true or false.")
    return given
