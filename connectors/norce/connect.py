"""Norce Connect: order status, delivery notes, invoices, credits, imports and jobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from connectors.norce import header, wire
from connectors.norce.api import NorceApi
from connectors.norce.types.jobs import Job, JobLogEntry, JobResponse
from connectors.norce.types.order_updates import (
    CancelOrderRequest,
    CreditInvoice,
    DeliveryNote,
    Invoice,
    SendOrderStatusRequest,
)


@dataclass(kw_only=True)
class NorceConnect:
    """Connect 4.0 of one tenant. Errors as of `connectors.http.Http.call`; payloads that break the
    contract raise WireError before anything is sent.

    ``job_prefix`` is put before the Job paths: one public client uses ``api/``, Norce's own pages
    do not (customers-jobs-auth.md § 1), so it is a setting.
    """

    api: NorceApi
    job_prefix: str = ""

    def send_order_status(self, request: SendOrderStatusRequest) -> None:
        """Set an order's status, ERP number and infos. A repeat changes nothing."""
        self._send("Order/SendOrderStatus", request)

    def cancel_order(self, request: CancelOrderRequest) -> None:
        """Cancel an order and release the payments that the request names."""
        self._send("Order/CancelOrder", request)

    def create_delivery_note(self, note: DeliveryNote) -> None:
        """Register a delivery; Norce moves the order to Delivered or PartlyDelivered by itself."""
        self._send("Order/CreateDeliveryNote", note)

    def create_invoice(self, invoice: Invoice) -> None:
        """Register an invoice, which captures the payment. Look it up before sending it again."""
        self._send("Order/CreateInvoice", invoice)

    def credit_payment(self, credit: CreditInvoice) -> None:
        """Register a credit of an invoice, which refunds the buyer. Look it up before sending it again."""
        self._send("Order/CreditPayment", credit)

    def import_encoded(self, method: str, payloads: Sequence[str], *, fields: str, account_id: int) -> JobResponse:
        """Queue a batch of records that were encoded before; ``method`` is ImportCustomers or ImportCompanies.

        ``fields`` is the `header.fields_key` that all of them have: only members it names are changed.
        Returns Norce's job.
        """
        headers = {"X-StormConnect-Header": header.with_account(fields, account_id)}
        body = f"[{','.join(payloads)}]".encode("ascii")
        answer = self.api.call("POST", f"Customer/{method}", headers=headers, body=body, bulk=True)
        return wire.read(JobResponse, answer.json())

    def job(self, job_id: int) -> Job:
        """Read one job."""
        return wire.read(Job, self._job("GET", "Get", job_id).json())

    def job_log(self, job_id: int) -> list[JobLogEntry]:
        """Read the log of one job: severity 1 information, 2 partly imported, 3 not imported."""
        return [wire.read(JobLogEntry, row) for row in self._job("GET", "GetLog", job_id).json() or []]

    def jobs(self) -> list[Job]:
        """Read all jobs since Norce last cleaned its log."""
        rows = self.api.call("GET", f"{self.job_prefix}Job/List", operation="Job/List", bulk=True).json()
        return [wire.read(Job, row) for row in rows or []]

    def restart_job(self, job_id: int) -> JobResponse:
        """Run a finished job (status 2 or 3, at most two weeks old) again from its stored payload."""
        return wire.read(JobResponse, self._job("POST", "Restart", job_id).json())

    def ping(self) -> None:
        """Raise unless Connect is up and the account may use it."""
        self.api.call("GET", f"{self.job_prefix}Job/Ping", operation="Job/Ping")

    def _send(self, path: str, payload: Any) -> None:
        self.api.call("POST", path, body=wire.encode(payload))

    def _job(self, method: str, operation: str, job_id: int) -> Any:
        path = f"{self.job_prefix}Job/{operation}"
        return self.api.call(method, path, operation=f"Job/{operation}", params={"id": job_id}, bulk=True)
