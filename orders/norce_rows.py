"""What an order that Norce Query shows is to the hub: its reference, day, amount, and whether it is ours. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone
from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from connectors.norce.moments import parse_moment
from connectors.norce.types.order_updates import OrderStatus
from connectors.norce.types.orders import OrderType
from connectors.norce.types.query import OrderRow

ZERO, CENT = Decimal(0), Decimal("0.01")
# Purchase orders and the templates of recurring ones are not sent to an order receiver.
NOT_OURS = (OrderType.PURCHASE_ORDER, OrderType.RECURRING_ORDER_TEMPLATE)
OTHER_TYPE = sentence(_("It is of type %(type)s, which Norce does not send."))
CANCELLED = sentence(_("It is cancelled in Norce."))
ANONYMISED = sentence(_("Norce has anonymised it."))


def is_ours(row: OrderRow) -> bool:
    """Return whether it is of a type that Norce pushes; one without a type is (its name in Query is inferred)."""
    return row.type_id not in NOT_OURS


def why_not_wanted(row: OrderRow) -> str:
    """Return why an order that the hub lacks is not missing, "" when it is."""
    if not is_ours(row):
        return OTHER_TYPE % {"type": row.type_id}
    if row.status_id == OrderStatus.CANCELLED.id:
        return CANCELLED
    return ANONYMISED if row.is_forgotten else ""


def is_external(row: OrderRow) -> bool:
    """Return whether the order was made outside of Norce; it then bears the number of where it was made."""
    return row.type_id == OrderType.EXTERNAL_ORDER or row.quotation_id is None


def reference(row: OrderRow) -> str:
    """Return what is ClientOrderRef in the order's push: the basket's id, an external order's own number."""
    return (row.order_no or "") if is_external(row) else str(row.quotation_id)


def made_at(row: OrderRow) -> datetime | None:
    """Return when the order was made in Norce, in UTC where it names no zone."""
    moment = parse_moment(row.created) or parse_moment(row.order_date)
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def day_of(moment: datetime) -> date:
    """Return the day of a moment where the hub is (TIME_ZONE)."""
    return timezone.localtime(moment).date()


def midnight(day: date) -> datetime:
    """Return when a day begins where the hub is."""
    return timezone.make_aware(datetime.combine(day, time.min))


def amount(row: OrderRow) -> Decimal:
    """Return what the lines come to with VAT, rounded to hundredths.

    The header's freight repeats a line and its VAT rate is 0, so neither is used (query-event.md § 2.6).
    """
    total = sum(((item.line_amount or ZERO) * (100 + (item.vat_rate or ZERO)) / 100 for item in row.items), ZERO)
    return total.quantize(CENT, ROUND_HALF_UP)
