"""The small ERP's register of customers: found by a number, listed by code, made, changed and removed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from zlib import crc32

from connectors.sandbox.erp_shape import KINDS, customer_errors, filled
from connectors.sandbox.faults import FaultBoard
from connectors.sandbox.http import Refusal, Request, Response
from connectors.sandbox.options import SandboxOptions
from connectors.sandbox.state import State, folded, letters_and_digits, written
from connectors.sandbox.table import Record

IDENTIFIERS = {"email": folded, "organisation_no": letters_and_digits, "vat_no": letters_and_digits}
ANY = "any"
LONGEST_PAGE = 1000


class ErpCustomers:
    """The calls under ``/erp/customers``. A register that does not separate answers ``any`` as every kind."""

    def __init__(self, state: State, options: SandboxOptions, faults: FaultBoard) -> None:
        self._state = state
        self._separate = options.separate_parties
        self._kinds = KINDS if options.separate_parties else KINDS | {ANY}
        self._faults = faults

    def find(self, request: Request) -> Response:
        """Answer with the active customers that have any one of the identifiers."""
        kind = self._kind(request)
        by_code = self._state.erp_customers.get(request.query.get("code", ""))
        found = [by_code] if by_code else []
        for name, normal in IDENTIFIERS.items():
            found += self._state.erp_customers.find(name, normal(request.query.get(name)))
        unique = {row["code"]: self.shown(row) for row in found if row["active"] and kind in ("", row["kind"])}
        return Response.json({"customers": list(unique.values())})

    def list_all(self, request: Request) -> Response:
        """Answer with a page by code, inactive customers too; ``next`` is empty on the last one.

        The page begins behind the code ``after``, so nothing that changes meanwhile moves another
        record. Only a total of changed ones has to be counted.
        """
        kind, since, limit = self._kind(request), since_of(request), page_limit(request)
        rows = self._listed(request.query.get("after") or None, kind, since)
        page = list(islice(rows, limit + 1))
        shown = [self.shown(row) for row in page[:limit]]
        following = shown[-1]["code"] if len(page) > limit else ""
        return Response.json({"customers": shown, "next": following, "total": self._total(kind, since)})

    def create(self, request: Request) -> Response:
        """Make a customer and answer with its code; a second one of the same person is welcome, as in most ERPs."""
        data = read_object(request)
        errors = customer_errors(data, self._kinds)
        if self._faults.erp.refuse_customers:
            errors["name"] = "a fault asks for every new customer to be refused"
        if errors:
            raise invalid(errors)
        customer = add_customer(self._state, f"C{self._state.take_number('erp_customer')}", data)
        return Response.json({"code": customer["code"]}, 201)

    def change(self, request: Request) -> Response:
        """Replace the members that are given, each as a whole, and answer with the customer."""
        customer, data = self._known(request), read_object(request)
        errors = customer_errors({**_content(customer), **data}, self._kinds)
        if errors:
            raise invalid(errors)
        return Response.json(self.shown(change_customer(self._state, customer["code"], data)))

    def remove(self, request: Request) -> Response:
        """Take a customer out of the register."""
        remove_customer(self._state, self._known(request)["code"])
        return Response.json({})

    def shown(self, row: Record) -> Record:
        """Return a customer as the ERP answers it."""
        return row if self._separate else {**row, "kind": ANY}

    def _listed(self, after: str | None, kind: str, since: str) -> Iterator[Record]:
        rows = self._state.erp_customers.after(after)
        share = self._faults.erp.short
        return (
            row
            for row in rows
            if kind in ("", row["kind"]) and row["changed"] >= since and (share == 1 or _lot(row["code"]) < share)
        )

    def _total(self, kind: str, since: str) -> int:
        if since or self._faults.erp.short < 1:
            return sum(1 for _ in self._listed(None, kind, since))
        return self._state.erp_customers.count("kind", kind) if kind else len(self._state.erp_customers)

    def _kind(self, request: Request) -> str:
        """The kind that is asked for; empty for all, which a register that does not separate always answers."""
        kind = request.query.get("kind", "")
        if kind and kind not in KINDS:
            raise invalid({"kind": "must be person or company"})
        return kind if self._separate else ""

    def _known(self, request: Request) -> Record:
        customer = self._state.erp_customers.get(request.params["code"])
        if customer is None:
            raise Refusal(404, f"There is no customer {request.params['code']}.")
        return customer


def add_customer(state: State, code: str, data: Record) -> Record:
    """Keep a customer of the ERP under ``code`` and return it; members it does not have are blank.

    ``changed`` is the sandbox's time, unless the customer was there already and is the same.
    """
    customer = filled(code, data)
    known = state.erp_customers.get(code)
    if known and _content(known) == customer:
        return known
    customer["changed"] = f"{state.now()}Z"
    state.erp_customers.save(customer)
    return customer


def change_customer(state: State, code: str, changes: Record) -> Record:
    """Replace members of the ERP's customer ``code`` and return it; raises KeyError when there is none."""
    customer = state.erp_customers.get(code)
    if customer is None:
        raise KeyError(code)
    return add_customer(state, code, {**_content(customer), **changes})


def remove_customer(state: State, code: str) -> None:
    """Take a customer out of the ERP; raises KeyError when there is none."""
    state.erp_customers.remove(code)


def read_object(request: Request) -> Record:
    """Return the JSON object of a request; refuse anything else (422)."""
    data = request.json()
    if not isinstance(data, dict):
        raise invalid({"body": "must be a JSON object"})
    return data


def invalid(errors: dict[str, str], status: int = 422) -> Refusal:
    """Return the refusal that names every wrong member."""
    return Refusal(status, "; ".join(f"{name}: {text}" for name, text in errors.items()), data={"errors": errors})


def _content(customer: Record) -> Record:
    return {name: value for name, value in customer.items() if name != "changed"}


def since_of(request: Request, name: str = "since") -> str:
    """Return a moment of the query as the ERP writes its own, empty when there is none; refuse (422) another text."""
    text = request.query.get(name, "")
    if not text:
        return ""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise invalid({name: "must be an ISO 8601 moment with its offset"})
    return f"{written(moment)}Z"


def page_limit(request: Request) -> int:
    """Return how many a page may hold; refuse (422) what is no number or too large."""
    text = request.query.get("limit", str(LONGEST_PAGE))
    if not text.isdecimal() or not 1 <= int(text) <= LONGEST_PAGE:
        raise invalid({"limit": f"must be a whole number from 1 to {LONGEST_PAGE}"})
    return int(text)


def _lot(code: str) -> float:
    """A number from 0 to 1 that a code always draws."""
    return crc32(code.encode()) / 2**32
