"""What the hub is told of orders when it starts: their errors, who does which work, and what may be asked of them."""

from __future__ import annotations

from connectors import catalogue
from hub import impact, registry
from orders import (
    cancelling,
    cancelling_norce,
    capturing,
    crediting,
    delivering,
    describing,
    document_errors,
    erasing,
    error_catalogue,
    events,
    fetching,
    news,
    notice_preview,
    notices,
    reconcile,
    reporting,
    sending,
    updates,
    waiting,
)
from orders.impact import order_impact


def register(app: str) -> None:
    """Register all of it under the app's name; called once, when Django's apps are ready."""
    catalogue.add((*error_catalogue.ENTRIES, *document_errors.ENTRIES))
    _work()
    _answers(app)


def _work() -> None:
    registry.handle_messages("erp.order", sending.send_order)
    registry.handle_messages("erp.cancel", cancelling.cancel_in_erp)
    registry.handle_messages(sending.READ, updates.read_order)
    registry.handle_messages(news.STATUS, reporting.send_order_status)
    registry.handle_messages(news.DELIVERY, delivering.send_delivery_note)
    registry.handle_messages(news.INVOICE, capturing.send_invoice)
    registry.handle_messages(news.CREDIT, crediting.send_credit)
    registry.handle_messages(news.CANCEL, cancelling_norce.send_cancel)
    registry.handle_messages(fetching.KIND, fetching.fetch_order)
    registry.handle_messages(notices.KIND, notices.send_notice)
    registry.handle_messages(notice_preview.KIND, notice_preview.send_test)
    events.register()
    registry.add_resource(updates.resource())
    registry.add_resource(reconcile.resource())


def _answers(app: str) -> None:
    registry.add_eraser(app, erasing.eraser())
    registry.add_pruner(app, erasing.prune)
    registry.add_describer("order", describing.describe)
    registry.add_namer("order", describing.name, describing.find)
    registry.add_describer("norce_order", describing.describe_references)
    impact.add(order_impact)
    impact.add_waiters(waiting.waiting)
