"""Norce Query: read applications, customers and companies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.errors import PermanentError
from connectors.norce import wire
from connectors.norce.api import NorceApi
from connectors.norce.types.query import Application, CompanyRow, CustomerRow

PAGE = 200
# The most rows of one answer (query-event.md).
LARGEST_PAGE = 500
CUSTOMER_IDENTITY = "Id,ApplicationId,CustomerCode,EmailAddress,FirstName,LastName,IsActive,IsForgotten"
COMPANY_IDENTITY = "Id,ApplicationId,CompanyCode,OrganizationNo,Name,IsActive"


def quoted(value: str) -> str:
    """Return a text as an OData literal: quotes doubled, nothing else to escape."""
    return "'" + value.replace("'", "''") + "'"


@dataclass(kw_only=True)
class NorceQuery:
    """Query of one tenant. Errors as of `connectors.http.Http.call`.

    The application header is sent always: without it several sets answered 500 (query-event.md).
    """

    api: NorceApi

    def applications(self) -> list[Application]:
        """Read every application of the tenant."""
        return [wire.read(Application, row) for row in self._all("Core/Applications", {})]

    def customers_by_email(self, emails: Sequence[str]) -> list[CustomerRow]:
        """Read the customers that have one of these e-mail addresses (a few dozen at most)."""
        rows = self._all("Customers/Customers", {"$filter": either("EmailAddress", emails)})
        return [wire.read(CustomerRow, row) for row in rows]

    def companies_by_organisation_no(self, numbers: Sequence[str]) -> list[CompanyRow]:
        """Read the companies with one of these organisation numbers, as they are written in Norce.

        The set's name is inferred in the notes; a tenant that spells it otherwise answers 404.
        """
        rows = self._all("Customers/Companies", {"$filter": either("OrganizationNo", numbers)})
        return [wire.read(CompanyRow, row) for row in rows]

    def customers_after(self, number: int, condition: str = "") -> list[CustomerRow]:
        """Read who the next customers by Id are, at most 500; ``condition`` is a further OData filter.

        Keyset paging: what is made or removed meanwhile neither hides a row nor shows one twice.
        """
        return [wire.read(CustomerRow, row) for row in self._after("Customers", number, condition, CUSTOMER_IDENTITY)]

    def companies_after(self, number: int, condition: str = "") -> list[CompanyRow]:
        """Read who the next companies by Id are, as `customers_after` does."""
        return [wire.read(CompanyRow, row) for row in self._after("Companies", number, condition, COMPANY_IDENTITY)]

    def _after(self, name: str, number: int, condition: str, members: str) -> list[Any]:
        wanted = f"Id gt {number} and ({condition})" if condition else f"Id gt {number}"
        params = {"$filter": wanted, "$orderby": "Id", "$top": str(LARGEST_PAGE), "$select": members}
        return self._page(f"Customers/{name}", params)

    def _all(self, path: str, params: dict[str, str]) -> Iterator[Any]:
        skip = 0
        while True:
            page = self._page(path, params | {"$top": str(PAGE), "$skip": str(skip)})
            yield from page
            if len(page) < PAGE:
                return
            skip += PAGE

    def _page(self, path: str, params: dict[str, str]) -> list[Any]:
        answer = self.api.call("GET", path, params=params, bulk=True).json()
        if not isinstance(answer, dict) or not isinstance(answer.get("value"), list):
            raise PermanentError(f"Norce Query answered {path} without a list of values.")
        return list(answer["value"])


def either(field: str, values: Sequence[str]) -> str:
    """Return the filter for a text field that is any of the values (a few dozen at most: it goes into the address)."""
    return " or ".join(f"{field} eq {quoted(value)}" for value in values)
