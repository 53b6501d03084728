"""Run a queued import: match, insert, update, wipe and relate the records of its payload."""

from __future__ import annotations

from connectors.sandbox.applications import APPLICATIONS
from connectors.sandbox.changes import changed_members, raise_company_changed, raise_customer_changed
from connectors.sandbox.faults import FaultBoard
from connectors.sandbox.forgetting import note_refill
from connectors.sandbox.imports import COMPANY, CUSTOMER, KINDS, SWITCHES, Kind, identity_problem
from connectors.sandbox.jobs import Outcome, Status
from connectors.sandbox.options import SandboxOptions
from connectors.sandbox.registration import new_company, new_customer
from connectors.sandbox.relations import Relations
from connectors.sandbox.state import State, folded, letters_and_digits
from connectors.sandbox.table import Record, Table

# These members are kept apart from the plain values of a record.
HANDLED = {"Id", "Flags", "Companies", "Customers", "Contacts", *SWITCHES}


class RowError(Exception):
    """A record that is not imported; the text goes to the job's log."""


class Importer:
    """Applies payloads to the tenant's customers and companies."""

    def __init__(self, state: State, options: SandboxOptions, faults: FaultBoard) -> None:
        self._state = state
        self._falls_through = options.match == "fallthrough"
        self._faults = faults
        self._relations = Relations(state)

    def run(self, payload: Record) -> Outcome:
        """Apply every record of a payload; one that fails does not stop the others.

        Nothing valid at all ends the job as 4, nothing imported as 3, anything else as 2.
        """
        kind, header, rows = KINDS[payload["kind"]], payload["header"], payload["rows"]
        outcome = Outcome()
        invalid = 0
        for row in rows:
            problem = identity_problem(kind, header, row)
            invalid += bool(problem)
            try:
                self._import_row(kind, header, row, problem, outcome)
            except RowError as error:
                outcome.refuse(str(error), row)
        if rows and outcome.fail == len(rows):
            outcome.status = Status.VALIDATION_FAILED if invalid == len(rows) else Status.FAILED
        return outcome

    def _import_row(self, kind: Kind, header: Record, row: Record, problem: str, outcome: Outcome) -> None:
        names = kind.fields_set(header)
        # What the header does not list is ignored, also for matching.
        given = {name: value for name, value in row.items() if name in names or name == "ApplicationKey"}
        self._refuse(kind, given, problem)
        record = self._match(kind, given, names)
        is_new = record is None
        if record is None:
            record = self._new(kind, given, row, outcome)
        self._refuse_foreign_code(kind, given, record)
        before = {} if is_new else dict(record)
        self._write(record, kind, names, given, account=header["AccountId"])
        tell = raise_company_changed if kind is COMPANY else raise_customer_changed
        tell(self._state, record, changed_members(before, record, names))
        outcome.insert += is_new
        outcome.updates += not is_new
        self._relations.write(kind, record, names, {**given, kind.delta: row.get(kind.delta)}, outcome)

    def _refuse(self, kind: Kind, given: Record, problem: str) -> None:
        if problem:
            raise RowError(problem)
        if {given.get("Code"), given.get(kind.natural)} & set(self._faults.norce.fail_rows):
            raise RowError("A fault asks for this record to fail.")
        key = given.get("ApplicationKey")
        if key and key.lower() not in {application["Key"] for application in APPLICATIONS}:
            raise RowError(f"ApplicationKey: {key} is not an application of this client.")

    def _match(self, kind: Kind, given: Record, names: set[str]) -> Record | None:
        """Id, else Code, else the natural identifier; the last only without the first two, read literally."""
        table = self._table(kind)
        if given.get("Id"):
            record = table.get(given["Id"])
            if record is None:
                raise RowError(f"Id: there is no {kind.schema.lower()} {given['Id']}.")
            return record
        found = table.find("code", given.get("Code") or "")
        if not found and (self._falls_through or not given.get("Code")) and "SearchOnlyByCode" not in names:
            found = self._same_natural(kind, given)
        if len(found) > 1:
            raise RowError(f"{kind.natural}: {len(found)} records have it; send Id or Code.")
        return found[0] if found else None

    def _same_natural(self, kind: Kind, given: Record) -> list[Record]:
        """Those with the same natural identifier; a person of another application is somebody else (§ 4)."""
        normal = folded if kind is CUSTOMER else letters_and_digits
        found = self._table(kind).find("natural", normal(given.get(kind.natural)))
        key = given.get("ApplicationKey") if kind is CUSTOMER else None
        return [record for record in found if not key or record.get("ApplicationKey") in (None, key)]

    def _new(self, kind: Kind, given: Record, row: Record, outcome: Outcome) -> Record:
        missing = [name for name in kind.required if not given.get(name)]
        if missing:
            raise RowError(f"{', '.join(missing)}: needed to insert a {kind.schema.lower()}.")
        doubles = self._same_natural(kind, given)
        if doubles:
            outcome.warn(f"{kind.natural}: {kind.schema.lower()} {doubles[0]['Id']} has the same one.", row)
        return new_company(self._state, {}) if kind is COMPANY else new_customer(self._state, {})

    def _refuse_foreign_code(self, kind: Kind, given: Record, record: Record) -> None:
        for other in self._table(kind).find("code", given.get("Code") or ""):
            if other["Id"] != record["Id"]:
                raise RowError(f"Code: {given['Code']} belongs to {kind.schema.lower()} {other['Id']}.")

    def _write(self, record: Record, kind: Kind, names: set[str], given: Record, *, account: int) -> None:
        """Set every listed member; one that the record does not carry is wiped."""
        note_refill(self._state, record, given)
        for name in names - HANDLED:
            record[name] = given.get(name)
        if kind is COMPANY:
            record["ApplicationKey"] = given["ApplicationKey"]
        if "IsActive" in names:
            record["IsActive"] = given.get("IsActive") is not False
        if "Flags" in names:
            kept = record["Flags"] if "PreserveFlags" in names else {}
            given_flags = {flag["Code"]: flag.get("IsActive") is not False for flag in given.get("Flags") or []}
            record["Flags"] = {**kept, **given_flags}
        record["Updated"], record["UpdatedBy"] = self._state.now(), account
        self._table(kind).save(record)

    def _table(self, kind: Kind) -> Table:
        return self._state.companies if kind is COMPANY else self._state.customers
