"""An order as it came from Norce, and how far it has got."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Order(models.Model):
    """A Norce order: its request as received, its ERP number, its business status.

    The request is the truth about its contents; the columns after ``body`` are read out of it for
    lists and searches. ``released`` lists the questions a person has waved through (``sums``).
    """

    class Status(models.TextChoices):
        RECEIVED = "received", _("Received")
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
    released = models.JSONField(_("released questions"), default=list, blank=True)

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
        ]
        permissions = [
            ("retry_order", _("Can retry and release orders")),
        ]

    def __str__(self) -> str:
        return self.client_order_ref

    @property
    def subject(self) -> str:
        """The name under which work, attempts and calls refer to this order."""
        return f"order:{self.pk}"
