"""A day at the hub: something in every list of the admin, good and bad, as the sandbox makes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.contrib.auth.models import Group, User
from django.utils import timezone

from connectors.sandbox.core import Sandbox
from hub import alerts, bulk_actions, inbox, schedules, summary
from hub.jobs import LATE, LATE_TEXT
from hub.models import (
    ApiClient,
    Application,
    BulkAction,
    Erasure,
    EventSource,
    InboxEvent,
    OutboxMessage,
    SyncRun,
    ValueMapping,
)
from hub.models.configuration import NoticeKind, ValueKind
from hub.models.work import ErrorKind, State
from orders.event_orders import NO_ORDER
from orders.models import NoticeTemplate, Order
from orders.receiving import receive
from tests.customers import registers
from tests.orders.clerk import clerk, line_of, read_news
from tests.orders.norce_side import compare, in_norce

Receive = Callable[..., Order]
Work = Callable[[], int]
MAJA = "maja.provberg@example.com"


def pass_by(application: Application, sandbox: Sandbox, received: Receive, work: Work) -> None:
    """Let orders, runs, events and strangers come and be dealt with, and the set-up be made."""
    set_up(application)
    orders(application, sandbox, received, work)
    many_at_once(work)
    register(application, sandbox, work)
    others(application)
    summary.refresh()


def set_up(application: Application) -> None:
    """Make a row of everything that people configure."""
    schedules.set_schedules()
    Group.objects.get_or_create(name="Order desk")
    User.objects.get_or_create(username="desk", is_staff=True)
    client = ApiClient(name="Shop")
    client.renew_token()
    client.save()
    client.applications.add(application)
    ValueMapping.objects.create(kind=ValueKind.DELIVERY_METHOD, norce_value="PNL-MYP", erp_value="POSTEN")
    for kind in NoticeKind.values:
        NoticeTemplate.objects.get_or_create(kind=kind, language="sv", application_key="")


def orders(application: Application, sandbox: Sandbox, received: Receive, work: Work) -> None:
    """Let one order go all the way, one wait for a decision, one miss a mapping and one never come."""
    received("01")
    work()
    line = line_of(sandbox)
    clerk(sandbox, "ship", lines=[{"line_no": line, "quantity": 1}], tracking_no="SE123")
    clerk(sandbox, "invoice")
    read_news(work)
    received("03", DoHold=True)
    application.erp_connection.strict_kinds = [ValueKind.PAYMENT_METHOD]
    application.erp_connection.save()
    received("01", ClientOrderRef="1002")
    work()
    in_norce(sandbox)
    compare(work)


def many_at_once(work: Work) -> None:
    """Retry at once what waits for a mapping, in vain."""
    stopped = OutboxMessage.objects.filter(error_kind=ErrorKind.MAPPING)
    bulk_actions.start(stopped, deed=BulkAction.Deed.RETRY, by="desk", reason="The mapping is there.")
    work()


def register(application: Application, sandbox: Sandbox, work: Work) -> None:
    """Bring the ERP's customers to Norce, preview the next time, and hold a run that would take most of them out."""
    registers.people(sandbox, 12)
    registers.company(sandbox, "B1")
    registers.run(work)
    registers.run(work, "companies")
    registers.change(sandbox, "P001", first_name="Majken")
    registers.run(work, dry_run=True)
    application.erp_connection.brake_count = 5
    application.erp_connection.save()
    registers.remove(sandbox, *(f"P{number:03d}" for number in range(2, 12)))
    assert registers.run(work).state == State.HELD


def others(application: Application) -> None:
    """Make what comes seldom: an event that failed, a stranger's message, an alert, an erasure, a run under way."""
    now = timezone.now()
    event = {"event_type": "OrderPaymentReceivedEvent", "subject": "order:1", "application_number": application.number}
    InboxEvent.objects.create(**event, body=b"{}", state=State.FAILED, error=NO_ORDER, error_kind="permanent")
    EventSource.objects.create(
        event_type="OrderReceivedEvent",
        application_number=application.number,
        first_at=now - timedelta(days=9),
        last_at=now,
        week=now.date(),
        silent_since=now,
        watched_at=now,
    )
    receive(body=b"<no/>", format=Order.Format.XML, sender="norce")
    receive(body=b'{"ClientOrderRef": ""}', format=Order.Format.JSON, sender="norce")
    inbox.receive(event_type="NoSuchEvent", body=b"{}")
    inbox.receive(event_type="OrderReceivedEvent", body=b'{"ApplicationId": "many"}')
    inbox.receive(event_type="SkuChangedNotification", body=b'{"ProductSkuId": 5, "ApplicationId": 1901}')
    late = {"job": 1, "minutes": 30, "method": "ImportCustomers", "run": 1, "resource": "customers", "total": 5}
    alerts.put(key="job-late:1", subject=LATE % late, text=LATE_TEXT % late, path="/admin/hub/norcejob/1/change/")
    Erasure.objects.create(state=State.DONE, reason="Asked by mail.", identifier_hash="0" * 64, counts={"orders": 1})
    SyncRun.objects.create(resource="companies", mode="full", state=State.RUNNING, started_at=now, expected=100)
