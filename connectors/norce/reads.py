"""What the hub reads of Norce Query: the one table of sets, from whose rows every name that is sent is derived."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from connectors.norce.message import Message
from connectors.norce.odata import Expand
from connectors.norce.plan import Many, Member, Record, plan_of
from connectors.norce.types.query import (
    Application,
    CodedRow,
    CompanyRow,
    CustomerRow,
    DeliveryNoteRow,
    InvoiceRow,
    OrderRow,
)

M_co = TypeVar("M_co", bound=Message, covariant=True)


@dataclass(frozen=True, kw_only=True)
class EntitySet(Generic[M_co]):
    """A set by its path, Namespace/Name, and the class of its rows.

    ``narrow`` are the navigations of which only the members of the class are asked for. Norce documents
    those for 2.0; any other ``$select`` with one inferred name in it would be answered 400 for the whole.
    """

    path: str
    row: type[M_co]
    narrow: frozenset[str] = frozenset()

    @property
    def namespace(self) -> str:
        """Return the first part of the path, which has a $metadata of its own."""
        return self.path.partition("/")[0]

    @property
    def name(self) -> str:
        """Return the name of the set within its namespace."""
        return self.path.partition("/")[2]

    @property
    def expand(self) -> tuple[Expand, ...]:
        """Return what must be expanded for a whole row."""
        return tuple(
            Expand(name, select=properties(row) if name in self.narrow else (), expand=_expands(row))
            for name, row in navigations(self.row).items()
        )


APPLICATIONS = EntitySet(path="Core/Applications", row=Application)
COUNTRIES = EntitySet(path="Core/Countries", row=CodedRow)
CURRENCIES = EntitySet(path="Core/Currencies", row=CodedRow)
CUSTOMERS = EntitySet(path="Customers/Customers", row=CustomerRow)
COMPANIES = EntitySet(path="Customers/Companies", row=CompanyRow)
ORDERS = EntitySet(path="Orders/Orders", row=OrderRow, narrow=frozenset({"Items"}))
INVOICES = EntitySet(path="Orders/Invoices", row=InvoiceRow)
DELIVERY_NOTES = EntitySet(path="Orders/DeliveryNotes", row=DeliveryNoteRow)

SETS: tuple[EntitySet[Message], ...] = (
    APPLICATIONS,
    COUNTRIES,
    CURRENCIES,
    CUSTOMERS,
    COMPANIES,
    ORDERS,
    INVOICES,
    DELIVERY_NOTES,
)


def properties(row: type[Message]) -> tuple[str, ...]:
    """Return the names of a row's plain members."""
    return tuple(member.name for member in plan_of(row).members if _rows_of(member) is None)


def navigations(row: type[Message]) -> dict[str, type[Message]]:
    """Return by name the classes of the rows that a row leads to."""
    return {member.name: rows for member in plan_of(row).members if (rows := _rows_of(member))}


def _expands(row: type[Message]) -> tuple[Expand, ...]:
    return tuple(Expand(name, expand=_expands(inner)) for name, inner in navigations(row).items())


def _rows_of(member: Member) -> type[Message] | None:
    kind = member.kind.of if isinstance(member.kind, Many) else member.kind
    return kind.of if isinstance(kind, Record) else None
