"""Resource code_reports: tell Norce the ERP codes of its customers and companies, collected, in few calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from connectors.errors import ConfigError
from connectors.norce.types.customers import Company, Customer
from connectors.norce.types.jobs import JobResponse
from customers.models import Binding, CompanyBinding, CustomerBinding
from customers.norce_ids import look_up
from hub import gateways, jobs, runs
from hub.models import Application, SyncRow, SyncRun
from hub.models.work import State

NAME = "code_reports"
# Norce calls one record per call bad practice and publishes no number (customers-jobs-auth.md § 7).
BATCH = 500
MOST = 20_000
Table = type[CustomerBinding] | type[CompanyBinding]
TABLES: tuple[Table, ...] = (CustomerBinding, CompanyBinding)


def wanted() -> bool:
    """Return whether any code waits to be reported."""
    return any(table._default_manager.filter(report=Binding.Report.DUE).exists() for table in TABLES)


def run(item: SyncRun) -> State | None:
    """Report all due codes (full: also those that Norce refused or did not know); a killed run goes on here.

    Rows are planned once, and once more after a Retry if they failed; every batch that has no job yet
    is sent. Sending a batch again after a lost answer is harmless: the same code to the same customer.
    """
    if not item.rows.exists():
        _plan(item)
    item.rows.filter(action=SyncRow.Action.FAILED).update(action=SyncRow.Action.PLANNED, batch=None, message="")
    for table in TABLES:
        bindings = _planned(item, table)
        _skip(item, table, look_up(list(bindings.values())))
        _form_batches(item, table)
    for batch in _unsent_batches(item):
        _send(item, batch)
    _count(item)
    return State.SUBMITTED if runs.has_open_jobs(item) else State.DONE


def settle(rows: Sequence[SyncRow]) -> None:
    """Mark the bindings of an ended job's rows as reported or refused."""
    now = timezone.now()
    for table in TABLES:
        mine = {_key(row): row for row in rows if _is_about(row, table)}
        # A code that a person has corrected meanwhile is not the one Norce was told; it stays due.
        bindings: list[Any] = [
            row for row in table._default_manager.filter(pk__in=mine) if row.erp_code == mine[row.pk].erp_code
        ]
        for binding in bindings:
            row = mine[binding.pk]
            accepted = row.action == SyncRow.Action.ACCEPTED
            binding.report = Binding.Report.ACCEPTED if accepted else Binding.Report.FAILED
            binding.report_error = row.message
            binding.reported_at = now if accepted else binding.reported_at
        table._default_manager.bulk_update(bindings, ["report", "report_error", "reported_at"], batch_size=500)


def _plan(item: SyncRun) -> None:
    states = [Binding.Report.DUE]
    if item.mode == SyncRun.Mode.FULL:
        states += [Binding.Report.UNKNOWN, Binding.Report.FAILED]
    rows = [
        SyncRow(run=item, erp_code=binding.erp_code, subject=binding.subject)
        for table in TABLES
        for binding in table._default_manager.filter(report__in=states).order_by("pk")[:MOST]
    ]
    SyncRow.objects.bulk_create(rows, batch_size=500)


def _planned(item: SyncRun, table: Table) -> Mapping[int, Binding]:
    rows = item.rows.filter(action=SyncRow.Action.PLANNED, batch=None, subject__startswith=_prefix(table))
    return table._default_manager.in_bulk([_key(row) for row in rows])


def _skip(item: SyncRun, table: Table, reasons: Mapping[int, str]) -> None:
    """Leave out who cannot be matched; the binding says why, a full run looks again."""
    for pk, reason in reasons.items():
        with transaction.atomic():
            item.rows.filter(subject=f"{_prefix(table)}{pk}").update(action=SyncRow.Action.SKIPPED, message=reason)
            table._default_manager.filter(pk=pk).update(report=Binding.Report.UNKNOWN, report_error=reason)


def _form_batches(item: SyncRun, table: Table) -> None:
    """Number the planned rows in batches; records with and without an Id never share a call."""
    known = {pk: binding.norce_id is not None for pk, binding in _planned(item, table).items()}
    for with_id in (True, False):
        keys = [pk for pk, has_id in known.items() if has_id is with_id]
        for start in range(0, len(keys), BATCH):
            subjects = [f"{_prefix(table)}{pk}" for pk in keys[start : start + BATCH]]
            item.rows.filter(subject__in=subjects).update(batch=_last_batch(item) + 1)


def _last_batch(item: SyncRun) -> int:
    numbers = [*item.rows.values_list("batch", flat=True).distinct(), *item.jobs.values_list("batch", flat=True)]
    return max((number for number in numbers if number), default=0)


def _unsent_batches(item: SyncRun) -> list[int]:
    planned = item.rows.exclude(batch=None).order_by("batch").values_list("batch", flat=True).distinct()
    sent = set(item.jobs.values_list("batch", flat=True))
    return [batch for batch in planned if batch is not None and batch not in sent]


def _send(item: SyncRun, batch: int) -> None:
    rows = list(item.rows.filter(batch=batch))
    table = CustomerBinding if _is_about(rows[0], CustomerBinding) else CompanyBinding
    bindings = list(table._default_manager.filter(pk__in=[_key(row) for row in rows]).order_by("pk"))
    if not bindings:
        item.rows.filter(batch=batch).update(action=SyncRow.Action.SKIPPED, message="It was deleted here meanwhile.")
        return
    method, response = _import(bindings)
    jobs.follow(item, batch=batch, method=method, response=response)


def _import(bindings: Sequence[Binding]) -> tuple[str, JobResponse]:
    connect = gateways.norce_connect()
    account = settings.NORCE_ACCOUNT_ID
    if isinstance(bindings[0], CustomerBinding):
        people = [to_customer(binding) for binding in bindings if isinstance(binding, CustomerBinding)]
        return "ImportCustomers", connect.import_customers(people, account_id=account)
    default = _default_application_key()
    companies = [to_company(binding, default) for binding in bindings if isinstance(binding, CompanyBinding)]
    return "ImportCompanies", connect.import_companies(companies, account_id=account)


def to_customer(binding: CustomerBinding) -> Customer:
    """Return the least that gives a customer its code: Id + Code, else the e-mail address that Norce may match by."""
    if binding.norce_id is not None:
        return Customer(id=binding.norce_id, code=binding.erp_code)
    return Customer(email_address=binding.email, code=binding.erp_code)


def to_company(binding: CompanyBinding, default_key: str) -> Company:
    """Return the least that gives a company its code; ApplicationKey is required for companies."""
    key = binding.application_key or default_key
    if binding.norce_id is not None:
        return Company(application_key=key, id=binding.norce_id, code=binding.erp_code)
    return Company(application_key=key, organization_no=binding.organisation_no, code=binding.erp_code)


def _default_application_key() -> str:
    row = (
        Application.objects.filter(number=settings.NORCE_APPLICATION_ID).first()
        or Application.objects.filter(is_active=True).order_by("number").first()
    )
    if row is None:
        raise ConfigError("No application is known.", remedy="Run sync_applications, then Retry.")
    return row.key


def _count(item: SyncRun) -> None:
    skipped = item.rows.filter(action=SyncRow.Action.SKIPPED).count()
    SyncRun.objects.filter(pk=item.pk).update(count_read=item.rows.count(), count_skipped=skipped)


def _prefix(table: Table) -> str:
    return f"{table._meta.model_name}:"


def _is_about(row: SyncRow, table: Table) -> bool:
    return row.subject.startswith(_prefix(table))


def _key(row: SyncRow) -> int:
    return int(row.subject.partition(":")[2])
