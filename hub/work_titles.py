"""What each kind of work, each type of event, each resource of runs and each system is called on screen."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from hub.models import SyncRun

TITLES = {
    "erp.order": sentence(_("Order to the ERP")),
    "erp.cancel": sentence(_("Cancellation to the ERP")),
    "norce.order_status": sentence(_("Order status to Norce")),
    "norce.fetch_order": sentence(_("Fetch a lost order from Norce")),
    "norce.delivery_note": sentence(_("Delivery note to Norce")),
    "norce.invoice": sentence(_("Invoice to Norce")),
    "norce.credit_payment": sentence(_("Credit to Norce")),
    "norce.cancel_order": sentence(_("Cancellation to Norce")),
    "erp.order_news": sentence(_("News of the order from the ERP")),
    "erp.customer": sentence(_("Customer's change to the ERP")),
    "hub.bulk": sentence(_("Bulk action")),
    "mail.operators": sentence(_("Mail to the operators")),
    "CustomerChangedNotification": sentence(_("Norce has changed a customer")),
    "CompanyChangedNotification": sentence(_("Norce has changed a company")),
    "OrderReceivedEvent": sentence(_("Norce has received the order")),
    "OrderConfirmedEvent": sentence(_("Norce has confirmed the order")),
    "OrderDeliveredEvent": sentence(_("The order is delivered")),
    "OrderPartlyDeliveredEvent": sentence(_("A part of the order is delivered")),
    "OrderReadyForPickupEvent": sentence(_("The order is ready for pick-up")),
    "OrderCancelledEvent": sentence(_("Norce asks for the order to be cancelled")),
    "OrderPaymentReceivedEvent": sentence(_("Norce has received a payment")),
    "InvoiceCaptureCompletedEvent": sentence(_("The capture for an invoice has ended")),
    "SubscriptionFailedEvent": sentence(_("A recurring order has failed")),
    "JobCompletedEvent": sentence(_("Norce has ended a job")),
    "SkuChangedNotification": sentence(_("Norce has changed a product")),
    "SkuPriceChangedNotification": sentence(_("Norce has changed a price")),
    "SkuOnHandBreakPointNotification": sentence(_("Stock has fallen below its minimum")),
    "TranslationRequestedNotification": sentence(_("Norce asks for a translation")),
    "SupplierSkuChangedNotification": sentence(_("Norce has changed a supplier's product")),
    "SupplierSkuOnHandChangedNotification": sentence(_("Norce has changed a supplier's stock")),
    "SupplierSkuPriceChangedNotification": sentence(_("Norce has changed a supplier's price")),
    "ErpChanged": sentence(_("The ERP has something new")),
    "mail.notice": sentence(_("Mail to the buyer")),
    "mail.notice_test": sentence(_("Test mail")),
}

RESOURCES = {
    "customers": _("Customers to Norce"),
    "companies": _("Companies to Norce"),
    "code_reports": _("ERP codes to Norce"),
    "lost_orders": _("Reconciliation of orders"),
    "order_news": _("News of orders from the ERP"),
    "norce_changes": _("Changes in Norce to the ERP"),
}


def work_title(kind: str) -> str:
    """Return what a kind of message or event does, in words for people."""
    return gettext(TITLES[kind]) if kind in TITLES else kind


def resource_title(resource: str) -> str:
    """Return what a run of the resource tells Norce, or the ERP, in words."""
    return gettext(RESOURCES[resource]) if resource in RESOURCES else resource


def run_title(run: SyncRun) -> str:
    """Return what a run does in words, with its number."""
    return f"{resource_title(run.resource)} {run.pk}"


def system_title(name: str) -> str:
    """Return what a system is called: "Norce", "ERP default"."""
    if name == "norce":
        return "Norce"
    return gettext("ERP %(name)s") % {"name": name.removeprefix("erp:")} if name.startswith("erp:") else name
