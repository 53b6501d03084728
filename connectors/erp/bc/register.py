"""The customer register of Business Central: search it, page through it, write to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from connectors.erp.base import ErpParty, PartyKind, PartyPage
from connectors.erp.bc import parties
from connectors.erp.bc.api import BcApi
from connectors.erp.bc.reads import Read, numbered
from connectors.errors import PermanentError
from connectors.norce.odata import compared, every, quoted

TYPES = {PartyKind.PERSON: "Person", PartyKind.COMPANY: "Company"}


def find(api: BcApi, kind: PartyKind, *, code: str, email: str, organisation_no: str, vat_no: str) -> list[ErpParty]:
    """Return the active customers with any of the identifiers.

    ``or`` between different fields is refused, so there is a question for each, and they go in one batch. The
    filters are looser than wanted (``tolower`` becomes one of AL's, in which * means anything), so what
    comes is compared once more.
    """
    filters = list(_filters(code, email, organisation_no, vat_no))
    reads = [Read(name="customers", options={"$filter": every(one, _of_kind(kind))}) for one in filters]
    answers = api.batch("find customers", reads) if len(reads) > 1 else [api.rows("find customers", *reads[:1])]
    rows = {row["id"]: row for answer in answers for row in answer}
    numbers = {parties.normal(number) for number in parties.tax_numbers(organisation_no, vat_no)}
    return [one for one in map(parties.party, rows.values()) if one.active and _is_meant(one, code, email, numbers)]


def page(api: BcApi, kind: PartyKind, since: datetime | None, after: str, limit: int) -> PartyPage:
    """Return a page of the register by customer number.

    The number never changes, the moment of the last change does: by it, a customer that is changed
    while the pages are read would come twice.
    """
    condition = every(
        _of_kind(kind),
        compared("lastModifiedDateTime", "ge", since) if since else "",
        compared("number", "gt", after) if after else "",
    )
    options = {"$orderby": "number"} | ({"$filter": condition} if condition else {})
    rows, more = api.page("list customers", Read(name="customers", options=options), limit)
    return PartyPage(parties=tuple(map(parties.party, rows)), next=rows[-1]["number"] if more else "")


def create(api: BcApi, party: ErpParty) -> str:
    """Create a customer; return the number that its series gave it."""
    answer = api.create("create customer", "customers", parties.created(party))
    if not answer.get("number"):
        raise PermanentError("bc_no_customer_number")
    return str(answer["number"])


def update(api: BcApi, code: str, party: ErpParty, fields: frozenset[str]) -> None:
    """Change what the page has of the attributes; raise PermanentError when nobody has the code."""
    body = parties.changed(party, fields)

    def read() -> dict[str, Any]:
        options = {"$filter": compared("number", "eq", code)}
        rows = api.rows("read customer", Read(name="customers", options=options))
        if not rows:
            raise PermanentError("bc_no_customer", code=code)
        return rows[0]

    if body:
        api.change("change customer", "PATCH", "customers", read, body)
    else:
        read()


def _filters(code: str, email: str, organisation_no: str, vat_no: str) -> Iterator[str]:
    if code:
        yield compared("number", "eq", code)
    if email:
        yield f"tolower(email) eq {quoted(email.strip().lower())}"
    if organisation_no or vat_no:
        yield numbered("taxRegistrationNumber", parties.tax_numbers(organisation_no, vat_no))


def _is_meant(one: ErpParty, code: str, email: str, numbers: Iterable[str]) -> bool:
    tax = {parties.normal(number) for number in (one.organisation_no, one.vat_no) if number}
    same_mail = bool(email) and one.email.strip().lower() == email.strip().lower()
    return one.code == code or same_mail or bool(tax & set(numbers))


def _of_kind(kind: PartyKind) -> str:
    return compared("type", "eq", TYPES[kind]) if kind in TYPES else ""
