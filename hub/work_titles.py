"""What each kind of work, each type of event and each system is called on screen."""

from __future__ import annotations

from django.utils.translation import gettext as _


def work_title(kind: str) -> str:
    """Return what a kind of message or event does, in words for people."""
    titles = {
        "erp.order": _("Order to the ERP"),
        "erp.cancel": _("Cancellation to the ERP"),
        "norce.order_status": _("Order status to Norce"),
        "norce.fetch_order": _("Fetch a lost order from Norce"),
        "norce.delivery_note": _("Delivery note to Norce"),
        "norce.invoice": _("Invoice to Norce"),
        "norce.credit_payment": _("Credit to Norce"),
        "norce.cancel_order": _("Cancellation to Norce"),
        "erp.order_news": _("News of the order from the ERP"),
        "erp.customer": _("Customer's change to the ERP"),
        "hub.bulk": _("Bulk action"),
        "mail.operators": _("Mail to the operators"),
        "CustomerChangedNotification": _("Norce has changed a customer"),
        "CompanyChangedNotification": _("Norce has changed a company"),
        "OrderReceivedEvent": _("Norce has received the order"),
        "OrderConfirmedEvent": _("Norce has confirmed the order"),
        "OrderDeliveredEvent": _("The order is delivered"),
        "OrderPartlyDeliveredEvent": _("A part of the order is delivered"),
        "OrderReadyForPickupEvent": _("The order is ready for pick-up"),
        "OrderCancelledEvent": _("Norce asks for the order to be cancelled"),
        "OrderPaymentReceivedEvent": _("Norce has received a payment"),
        "InvoiceCaptureCompletedEvent": _("The capture for an invoice has ended"),
        "SubscriptionFailedEvent": _("A recurring order has failed"),
        "JobCompletedEvent": _("Norce has ended a job"),
        "SkuChangedNotification": _("Norce has changed a product"),
        "SkuPriceChangedNotification": _("Norce has changed a price"),
        "SkuOnHandBreakPointNotification": _("Stock has fallen below its minimum"),
        "TranslationRequestedNotification": _("Norce asks for a translation"),
        "SupplierSkuChangedNotification": _("Norce has changed a supplier's product"),
        "SupplierSkuOnHandChangedNotification": _("Norce has changed a supplier's stock"),
        "SupplierSkuPriceChangedNotification": _("Norce has changed a supplier's price"),
        "ErpChanged": _("The ERP has something new"),
        "mail.notice": _("Mail to the buyer"),
        "mail.notice_test": _("Test mail"),
    }
    return titles.get(kind, kind)


def system_title(name: str) -> str:
    """Return what a system is called: "Norce", "ERP default"."""
    if name == "norce":
        return "Norce"
    return _("ERP %(name)s") % {"name": name.removeprefix("erp:")} if name.startswith("erp:") else name
