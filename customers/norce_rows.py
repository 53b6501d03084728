"""Ask Norce Query for whole customers and companies, one by Id or those that were changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from connectors.norce.query import NorceQuery
from connectors.norce.types.query import CompanyRow, CustomerRow
from customers import matching
from customers.kinds import PEOPLE, Kind
from hub import gateways

Row = CustomerRow | CompanyRow


def subject(kind: Kind, number: int | str) -> str:
    """Return the name under which events refer to a customer or company of Norce: ``norce_customer:50001``."""
    return f"norce_{kind.name}:{number}"


def query_for(application_key: str, number: int | None = None) -> NorceQuery:
    """Return the client of Query in the name of an application, by its id or key; "" is any."""
    return gateways.norce_query(number or matching.application_number(application_key))


def look_up(query: NorceQuery, kind: Kind, number: int, *, fresh: bool) -> Row | None:
    """Return a customer or company by Id, None when Norce has nobody; ``fresh`` goes past the cache."""
    return query.customer(number, fresh=fresh) if kind is PEOPLE else query.company(number, fresh=fresh)


def forget(query: NorceQuery, kind: Kind, number: int) -> None:
    """Drop a customer or company from the cache: it has just been changed."""
    query.forget("Customers" if kind is PEOPLE else "Companies", number)


def page(query: NorceQuery, kind: Kind, since: datetime, after: int) -> Sequence[Row]:
    """Return the next ones by Id that were made or changed at or after ``since``."""
    return query.changed_customers(since, after) if kind is PEOPLE else query.changed_companies(since, after)


def countries(query: NorceQuery, rows: Iterable[Row]) -> dict[int, str]:
    """Return the ISO codes of the countries in the rows' addresses, by Core's ids."""
    numbers = {one.country_id for row in rows for one in row.addresses if one.country_id}
    return {number: query.country_code(number) for number in sorted(numbers)}
