"""What an order's page shows: its rows, its people with what nobody needs to see masked, its work and events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from connectors import catalogue
from connectors.errors import HubError
from connectors.norce.types.orders import OrderItem, OrderRequest
from connectors.redaction import redact_body
from hub.admin.badges import badge, state_badge
from hub.admin.fixes import Link
from hub.admin.links import item_url, subject_url
from hub.admin.trouble import Trouble, trouble_of
from hub.models import Application, OutboxMessage
from hub.models.work import TROUBLED, ErrorKind, State
from orders.about import Item, about
from orders.contents import read_request
from orders.document_lines import lines
from orders.links_out import links_out
from orders.masking import mask_name, mask_text
from orders.missing import mapping_links
from orders.models import Order
from orders.order_timeline import moments
from orders.parties import parties
from orders.standing import standing
from orders.sums import quantity, row_amount
from orders.work_names import name_of


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of the order as it came from Norce; price and VAT per unit, amount with VAT."""

    part_no: str
    text: str
    quantity: Decimal
    price: Decimal
    vat: Decimal
    vat_rate: Decimal
    amount: Decimal


def page(order: Order, *, before: datetime | None = None) -> dict[str, Any]:
    """Return the template's variables for one order; of its time-line the latest, or what was before a time."""
    known = about(order)
    application, items = known.application, known.items
    outside = links_out(order, application)
    documents = lines(order, outside)
    request, unreadable = _read(order)
    stands = standing(order, _states(order, items))
    return {
        "order": order,
        "buyer": mask_name(order.buyer_name),
        "application": application,
        "badge": badge(stands.word, stands.tone),
        "released": [_released(code) for code in order.released],
        "troubles": _troubles(items, order, request, application),
        "moments": moments(order, documents, before),
        "before": before,
        "outside": outside,
        "rows": [_row(item) for item in request.items] if request else [],
        "parties": [party.masked for party in parties(request)] if request else [],
        "payments": request.payments if request else (),
        "documents": documents,
        "comment": mask_text((request.customer_order_comment or "") if request else ""),
        "unreadable": unreadable,
        "work": [_work(item) for item in items],
        "body": redact_body(bytes(order.body)),
    }


def _released(code: str) -> str:
    """Return a question that somebody has released in words."""
    words = {
        "dohold": _("a look was asked for"),
        "external": _("an external order"),
        "currency": _("payments in another currency"),
        "sums": _("rows and payments differ"),
    }
    return words.get(code) or catalogue.word(code)


def _read(order: Order) -> tuple[OrderRequest | None, str]:
    try:
        return read_request(order), ""
    except HubError as error:
        return None, error.told
    except RecursionError:
        return None, _("The order is nested too deeply to be shown.")


def _states(order: Order, items: Iterable[Item]) -> set[str]:
    """Return the states that tell where the order stands, as `orders.standing.states_of` does."""
    own = [item for item in items if item.subject == order.subject]
    return {item.state for item in own if isinstance(item, OutboxMessage) or item.state in TROUBLED}


def _troubles(
    items: Iterable[Item], order: Order, request: OrderRequest | None, application: Application | None
) -> list[Trouble]:
    """The first of the order's own messages that is stopped or waits: those behind it only wait for it.

    Then each mail and each event that is stopped, on whose page the buttons are.
    """
    own: list[Trouble] = []
    others: list[Trouble] = []
    for item in sorted(items, key=lambda item: item.state not in TROUBLED):
        if isinstance(item, OutboxMessage) and item.subject == order.subject:
            links = _missing_mappings(item, request, application)
            found = trouble_of(item, links=links, here=subject_url(order.subject))
            own += [found] if found and not own else []
        else:
            found = trouble_of(item, links=(Link(_("Open it"), item_url(item)),))
            others += [replace(found, elsewhere=True)] if found else []
    return [*own, *others]


def _missing_mappings(
    message: OutboxMessage, request: OrderRequest | None, application: Application | None
) -> tuple[Link, ...] | None:
    """Return where to add each mapping that is missing by now; None when it is not that the message lacks."""
    lacks_mapping = message.state in TROUBLED and message.error_kind == ErrorKind.MAPPING
    if not (lacks_mapping and request and application):
        return None
    return mapping_links(request, application, about=message.subject)


def _row(item: OrderItem) -> Row:
    return Row(
        part_no=item.erp_part_no or item.part_no or "",
        text=item.description or "",
        quantity=quantity(item),
        price=item.unit_price or Decimal(0),
        vat=item.unit_vat or Decimal(0),
        vat_rate=item.vat_rate or Decimal(0),
        amount=row_amount(item),
    )


def _work(item: Item) -> tuple[str, str, SafeString]:
    return name_of(item), item_url(item), state_badge(item)


def releasable(order: Order) -> OutboxMessage | None:
    """Return the message that waits for an answer that Release gives, if any."""
    held = [message for message in about(order).own_work if message.state == State.HELD]
    return held[0] if held and held[0].is_releasable else None
