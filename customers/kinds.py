"""What differs between people and companies on their way from the ERP to Norce."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from connectors.erp.base import ErpParty, PartyKind
from connectors.norce import odata
from connectors.norce.message import Message
from connectors.norce.query import NorceQuery
from connectors.norce.types.query import CompanyRow, CustomerRow
from customers import records, separation
from customers.identity import normal_email, normal_number
from customers.models import CompanyBinding, CustomerBinding

Table = type[CustomerBinding] | type[CompanyBinding]


@dataclass(frozen=True, kw_only=True)
class NorceParty:
    """Who a customer or company of Norce is. ``identifier`` is as it is compared, ``name`` in lower case."""

    id: int
    code: str
    identifier: str
    name: str
    application_id: int | None
    forgotten: bool


@dataclass(frozen=True, kw_only=True)
class Kind:
    """People or companies. ``natural`` is the member Norce matches by after Id and Code, ``column`` its column here.

    ``relations`` is the member that every record must say: its default ends the relations to the other kind.
    """

    name: str
    party: PartyKind
    table: Table
    column: str
    natural: str
    code: str
    names: tuple[str, ...]
    method: str
    normal: Callable[[str | None], str]
    separated: Callable[[ErpParty, str], list[ErpParty]]
    record: Callable[[ErpParty, records.Scope], Message]
    relations: str
    page: Callable[[NorceQuery, int, str], list[NorceParty]]

    def identifier(self, party: ErpParty) -> str:
        """Return what identifies a party, as it is compared: e-mail address or organisation number."""
        return self.normal(getattr(party, self.column))

    def among(self, codes: Sequence[str], identifiers: Sequence[str]) -> str:
        """Return the filter for those in Norce that have one of the codes or identifiers."""
        spelled = [spelling for value in identifiers for spelling in _spellings(self, value)]
        return odata.either(odata.among(self.code, codes), odata.among(self.natural, spelled))


def _spellings(kind: Kind, value: str) -> list[str]:
    """Return a number as Norce may keep it: Swedish people write ten digits with a dash, 559999-0000."""
    dashed = kind.party == PartyKind.COMPANY and len(value) == 10 and value.isdigit()
    return [value, f"{value[:6]}-{value[6:]}"] if dashed else [value]


def _customers(query: NorceQuery, after: int, condition: str) -> list[NorceParty]:
    return [party_of_norce(row) for row in query.customers_after(after, condition)]


def _companies(query: NorceQuery, after: int, condition: str) -> list[NorceParty]:
    return [party_of_norce(row) for row in query.companies_after(after, condition)]


def party_of_norce(row: CustomerRow | CompanyRow) -> NorceParty:
    """Return who a row of Query is."""
    if isinstance(row, CompanyRow):
        return NorceParty(
            id=row.id or 0,
            code=row.company_code or "",
            identifier=normal_number(row.organization_no),
            name=(row.name or "").strip().lower(),
            application_id=row.application_id,
            forgotten=False,
        )
    return NorceParty(
        id=row.id or 0,
        code=row.customer_code or "",
        identifier=normal_email(row.email_address),
        name=f"{row.first_name or ''} {row.last_name or ''}".strip().lower(),
        application_id=row.application_id,
        forgotten=bool(row.is_forgotten),
    )


PEOPLE = Kind(
    name="customer",
    party=PartyKind.PERSON,
    table=CustomerBinding,
    column="email",
    natural="EmailAddress",
    code="CustomerCode",
    names=("FirstName", "LastName"),
    method="ImportCustomers",
    normal=normal_email,
    separated=separation.people,
    record=records.to_customer,
    relations="IsCompanyListDelta",
    page=_customers,
)
COMPANIES = Kind(
    name="company",
    party=PartyKind.COMPANY,
    table=CompanyBinding,
    column="organisation_no",
    natural="OrganizationNo",
    code="CompanyCode",
    names=("Name",),
    method="ImportCompanies",
    normal=normal_number,
    separated=separation.companies,
    record=records.to_company,
    relations="IsCustomerListDelta",
    page=_companies,
)
BOTH = (PEOPLE, COMPANIES)
