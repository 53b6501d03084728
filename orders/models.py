"""An order as it came from Norce, how far it has got, and the documents the ERP made of it."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hub.models.configuration import NoticeKind
from hub.models.history import kept


class Order(models.Model):
    """A Norce order: its request as received, its ERP number, its business status.

    The request is the truth about its contents; the columns after ``body`` are read out of it for
    lists and searches. ``released`` lists the questions a person has waved through (``sums``).
    ``invoiced_in_full`` says that the ERP has nothing left to invoice. ``checked_at`` is when the ERP was last asked
    whether it still has the order (at first, when it came), ``gone_at`` since when it has not.
    """

    class Status(models.TextChoices):
        RECEIVED = "received", _("Received")
        ALLOCATION = "allocation", _("Allocation")
        CONFIRMED = "confirmed", _("Confirmed")
        BACK_ORDER = "back_order", _("Back-ordered")
        READY_FOR_PICKUP = "ready_for_pickup", _("Ready for pick-up")
        PARTLY_DELIVERED = "partly_delivered", _("Partly delivered")
        DELIVERED = "delivered", _("Delivered")
        INVOICED = "invoiced", _("Invoiced")
        CANCELLED = "cancelled", _("Cancelled")

    class Format(models.TextChoices):
        JSON = "json", "JSON"
        XML = "xml", "XML"

    application_key = models.CharField(_("application key"), max_length=64, blank=True)
    source = models.CharField(_("source"), max_length=255, blank=True)
    client_order_ref = models.CharField(_("Norce order"), max_length=255)
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    format = models.CharField(max_length=4, choices=Format, default=Format.JSON)
    body = models.BinaryField()
    buyer_email = models.CharField(_("e-mail"), max_length=255, blank=True)

    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.RECEIVED)
    buyer_name = models.CharField(_("buyer"), max_length=255, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    total = models.DecimalField(_("total"), max_digits=14, decimal_places=2, null=True, blank=True)
    customer_code = models.CharField(_("customer in the ERP"), max_length=50, blank=True)
    erp_order_no = models.CharField(_("ERP order"), max_length=50, blank=True)
    erp_ordered_at = models.DateTimeField(_("in the ERP since"), null=True, blank=True)
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True, blank=True)
    invoiced_in_full = models.BooleanField(_("invoiced in full"), default=False)
    released = models.JSONField(_("released questions"), default=list, blank=True)
    checked_at = models.DateTimeField(default=timezone.now)
    gone_at = models.DateTimeField(_("no longer in the ERP since"), null=True, blank=True)
    erased_at = models.DateTimeField(_("personal data erased"), null=True, blank=True)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            # Norce's number first: the same index finds an order by its number.
            models.UniqueConstraint(
                fields=["client_order_ref", "source", "application_key"], name="order_single_per_reference"
            )
        ]
        indexes = [
            models.Index(fields=["erp_order_no"], name="order_erp_no", condition=~models.Q(erp_order_no="")),
            models.Index(fields=["buyer_email"], name="order_email", condition=~models.Q(buyer_email="")),
            models.Index(fields=["received_at"], name="order_received"),
            # What is rare among many, such as the orders of a small shop, is listed as quickly as the rest.
            models.Index(fields=["status", "received_at", "id"], name="order_status"),
            models.Index(fields=["application_key", "received_at", "id"], name="order_application"),
            models.Index(fields=["received_at"], name="order_outside_erp", condition=models.Q(erp_order_no="")),
            models.Index(
                fields=["checked_at"],
                name="order_open_in_erp",
                condition=~models.Q(erp_order_no="") & ~models.Q(status__in=["invoiced", "cancelled"]),
            ),
            models.Index(fields=["gone_at"], name="order_gone", condition=models.Q(gone_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.client_order_ref

    @property
    def subject(self) -> str:
        """The name under which work, attempts and calls refer to this order."""
        return f"order:{self.pk}"


class MappedOrder(models.Model):
    """An order as it was mapped for its ERP the last time (`orders.recorded`); it goes when the order's contents go."""

    order = models.OneToOneField(Order, on_delete=models.CASCADE, related_name="mapped", primary_key=True)
    erp_connection = models.CharField(_("ERP connection"), max_length=40)
    content = models.JSONField()
    mapped_at = models.DateTimeField(_("mapped"), default=timezone.now)

    class Meta:
        verbose_name = _("mapped order")
        verbose_name_plural = _("mapped orders")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.order)


class NoticeTemplate(models.Model):
    """The texts of one kind of mail to buyers, for one application or for all (blank), in one language.

    A row without a subject has no texts of its own: what is for all applications holds, else what is
    shipped with the hub (`orders.notice_templates`). Without ``html`` the mail is plain text.
    """

    class Language(models.TextChoices):
        SWEDISH = "sv", _("Swedish")
        ENGLISH = "en", _("English")

    kind = models.CharField(_("kind"), max_length=20, choices=NoticeKind)
    application_key = models.CharField(
        _("application key"), max_length=64, blank=True, help_text=_("Blank: for all applications.")
    )
    language = models.CharField(_("language"), max_length=2, choices=Language)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    text = models.TextField(_("plain text"), blank=True)
    html = models.TextField(_("HTML"), blank=True)
    changed_at = models.DateTimeField(_("changed"), null=True, blank=True)
    history = kept(excluded_fields=["changed_at"])

    class Meta:
        verbose_name = _("mail template")
        verbose_name_plural = _("mail templates")
        constraints = [
            models.UniqueConstraint(fields=["kind", "application_key", "language"], name="noticetemplate_single")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.get_language_display()})"


class Document(models.Model):
    """A document of the ERP, as it was when the hub first saw it; one number comes once per order.

    ``content`` holds its rows and what else Norce is told. ``gone_at`` says since when the ERP has it no more.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, verbose_name=_("order"))
    number = models.CharField(_("number"), max_length=50)
    made_at = models.DateTimeField(_("made in the ERP"))
    content = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(_("seen"), default=timezone.now)
    gone_at = models.DateTimeField(_("no longer in the ERP since"), null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number


class Posting(models.Model):
    """A call to Norce that must not be made twice.

    ``posting_since`` is written before the call and stays until its answer is known; with it, the next try asks
    Norce whether it has the document already.
    """

    posting_since = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("in Norce since"), null=True, blank=True)
    norce_id = models.BigIntegerField(_("Norce id"), null=True, blank=True)

    class Meta:
        abstract = True


class DeliveryNote(Document, Posting):
    """A delivery, full or partial; ``completes`` says that with it everything is delivered."""

    completes = models.BooleanField(_("completes the order"), default=False)

    class Meta:
        verbose_name = _("delivery note")
        verbose_name_plural = _("delivery notes")
        constraints = [models.UniqueConstraint(fields=["order", "number"], name="deliverynote_single")]


class Invoice(Document):
    """An invoice, or a credit note of the invoice ``credited_number``; ``total`` is positive and includes VAT."""

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("Invoice")
        CREDIT = "credit", _("Credit note")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.INVOICE)
    credited_number = models.CharField(_("credits invoice"), max_length=50, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    total = models.DecimalField(_("total"), max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        constraints = [models.UniqueConstraint(fields=["order", "number"], name="invoice_single")]


class Capture(Posting):
    """What one reservation pays of an invoice, or gets back of a credit note: one call to Norce.

    ``number`` is the InvoiceNo in Norce, which must be single: the invoice's own, with a suffix for the second
    reservation and further ones. ``credited`` is the capture whose money a credit gives back.
    """

    class State(models.TextChoices):
        WAITING = "", _("not yet sent")
        REQUESTED = "requested", _("asked for")
        CAPTURED = "captured", _("captured")
        ERROR = "error", _("failed at the payment provider")
        NOT_WANTED = "not_wanted", _("not by Norce")

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="captures", verbose_name=_("invoice"))
    credited = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="credits")
    number = models.CharField(_("number in Norce"), max_length=50)
    payment_code = models.IntegerField(null=True, blank=True)
    payment_ref = models.CharField(_("reservation"), max_length=255, blank=True)
    payment_method = models.CharField(_("payment method"), max_length=100, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2, default=Decimal(0))
    is_last = models.BooleanField(_("last of the order"), default=False)
    suppress = models.BooleanField(default=False)
    state = models.CharField(_("payment"), max_length=10, choices=State, default=State.WAITING, blank=True)

    class Meta:
        verbose_name = _("capture")
        verbose_name_plural = _("captures")
        constraints = [models.UniqueConstraint(fields=["invoice", "number"], name="capture_single")]

    def __str__(self) -> str:
        return self.number
