"""Orders that the ERP has no more: looked for in turn, those first that were looked at longest ago."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from connectors.errors import HubError, PermanentError
from hub import alerts, gateways, runs
from hub.models import Application, SyncRow, SyncRun
from orders.counting import listed
from orders.models import Order

# Of each ERP in one run; what is more has its turn in the next ones.
MOST = 300
# An order is as old before its ERP is asked, and is asked about at most once a night.
AGE, AGAIN = timedelta(days=1), timedelta(hours=20)
ENDED = (Order.Status.INVOICED, Order.Status.CANCELLED)
LIST = "/admin/orders/order/?state=gone"
NO_MORE = sentence(_("The ERP has order %(number)s no more."))
SUBJECT = sentence(_("%(number)s orders that are not finished are no longer in the ERP %(connection)s"))
TEXT = sentence(
    _(
        "%(orders)s. Nothing was invoiced in full of them. Ask who deleted them; if it was meant, cancel them in Norce "
        "Admin."
    )
)


def look(item: SyncRun, connection: str) -> bool:
    """Ask an ERP about the next order; return False when none is left for this run, or the ERP is away.

    An ERP may delete what it has invoiced in full, so these are not asked about; of the others that are gone the
    operators are told, all of one run at once.
    """
    looked = item.cursor.get("looked", 0)
    order = unfinished(connection).first() if looked < MOST else None
    if order is None or not _ask(item, connection, order):
        _tell(item, connection)
        return False
    return True


def unfinished(connection: str) -> QuerySet[Order]:
    """Return the orders in an ERP that are not finished and whose turn it is, without their bodies."""
    now = timezone.now()
    keys = list(Application.objects.filter(erp_connection__name=connection).values_list("key", flat=True))
    rows = Order.objects.defer("body").exclude(erp_order_no="").exclude(status__in=ENDED)
    due = rows.filter(erp_ordered_at__lt=now - AGE, checked_at__lt=now - AGAIN, invoiced_in_full=False)
    return due.filter(application_key__in=keys).order_by("checked_at", "pk")


def _ask(item: SyncRun, connection: str, order: Order) -> bool:
    try:
        is_gone, text = gateways.erp(connection).order_news(order.erp_order_no) is None, ""
    except PermanentError as error:
        is_gone, text = order.gone_at is not None, str(error)
    except HubError:
        return False
    _note(item, order, is_gone=is_gone, text=text)
    return True


def _note(item: SyncRun, order: Order, *, is_gone: bool, text: str) -> None:
    """Note on the order what the ERP said, and on the run what is new, in one transaction."""
    now = timezone.now()
    is_news = is_gone and order.gone_at is None
    text = NO_MORE % {"number": order.erp_order_no} if is_news else text
    cursor = item.cursor | {"looked": item.cursor.get("looked", 0) + 1}
    if is_news:
        cursor["gone"] = [*item.cursor.get("gone", []), order.erp_order_no]
    with transaction.atomic():
        Order.objects.filter(pk=order.pk).update(checked_at=now, gone_at=(order.gone_at or now) if is_gone else None)
        if text:
            SyncRow.objects.update_or_create(
                run=item,
                subject=order.subject,
                defaults={"erp_code": order.erp_order_no, "action": SyncRow.Action.SKIPPED, "message": text},
            )
        runs.store(item, cursor=cursor)


def _tell(item: SyncRun, connection: str) -> None:
    gone = item.cursor.get("gone", [])
    if not gone:
        return
    alerts.put(
        key=f"vanished:{item.pk}:{connection}",
        subject=SUBJECT % {"number": len(gone), "connection": connection},
        text=TEXT % {"orders": listed(gone, len(gone))},
        path=LIST,
    )
