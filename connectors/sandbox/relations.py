"""The relations between customers and companies that an import sets and takes away."""

from __future__ import annotations

from connectors.sandbox.imports import CUSTOMER, Kind
from connectors.sandbox.jobs import Outcome
from connectors.sandbox.registration import relate
from connectors.sandbox.state import State, folded, letters_and_digits
from connectors.sandbox.table import Record, Table


class Relations:
    """Writes the related records of an imported one. They must exist already: nothing is created here."""

    def __init__(self, state: State) -> None:
        self._state = state

    def write(self, kind: Kind, record: Record, names: set[str], given: Record, outcome: Outcome) -> None:
        """Relate what is listed. Unless the delta member is true, relations that are not listed end."""
        if kind.listed in names:
            related = self._related(kind, kind.listed, given, outcome)
            if given.get(kind.delta) is not True:
                self._end_others(kind, record, set(related), outcome)
            for number, item in related.items():
                self._relate(kind, record, number, item.get("IsPrimary") is True, is_active=True)
                outcome.updates += 1
        if "Contacts" in names:
            for number, item in self._related(kind, "Contacts", given, outcome).items():
                self._relate(kind, record, number, False, is_active=item.get("IsActive") is not False)
                outcome.updates += 1

    def _related(self, kind: Kind, member: str, given: Record, outcome: Outcome) -> dict[int, Record]:
        related: dict[int, Record] = {}
        for item in given.get(member) or []:
            found = self._find(kind, item)
            if found:
                related[found["Id"]] = item
            else:
                outcome.warn(f"{member}: a related record does not exist; import it first.", item)
        return related

    def _find(self, kind: Kind, item: Record) -> Record | None:
        """The first identifier given decides: Id, Code, then e-mail address or organisation number."""
        table = self._other_table(kind)
        if item.get("Id"):
            return table.get(item["Id"])
        if item.get("Code"):
            found = table.find("code", item["Code"])
        elif kind is CUSTOMER:
            found = table.find("natural", letters_and_digits(item.get("OrganizationNo")))
        else:
            found = table.find("natural", folded(item.get("EmailAddress")))
        return found[0] if found else None

    def _other_table(self, kind: Kind) -> Table:
        return self._state.companies if kind is CUSTOMER else self._state.customers

    def _end_others(self, kind: Kind, record: Record, kept: set[int], outcome: Outcome) -> None:
        index, other = ("customer", "CompanyId") if kind is CUSTOMER else ("company", "CustomerId")
        for relation in self._state.relations.find(index, str(record["Id"])):
            if relation["IsActive"] and relation[other] not in kept:
                primary = relation["IsPrimary"]
                relate(self._state, relation["CustomerId"], relation["CompanyId"], is_active=False, is_primary=primary)
                outcome.updates += 1

    def _relate(self, kind: Kind, record: Record, number: int, is_primary: bool, *, is_active: bool) -> None:
        customer, company = (record["Id"], number) if kind is CUSTOMER else (number, record["Id"])
        relate(self._state, customer, company, is_active=is_active, is_primary=is_primary)
