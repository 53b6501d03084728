"""What people configure: applications, ERP connections and value mappings."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from hub.models.history import kept
from hub.url_patterns import UrlPattern


class ValueKind(models.TextChoices):
    """The values of orders, customers and companies that may be called otherwise in the ERP."""

    PAYMENT_METHOD = "payment_method", _("Payment method")
    DELIVERY_METHOD = "delivery_method", _("Delivery method")
    FEE = "fee", _("Freight and fee article")
    UNIT = "unit", _("Unit of measure")
    VAT_RATE = "vat_rate", _("VAT rate")
    SALES_CONTACT = "sales_contact", _("Sales contact")
    PRICE_LIST = "price_list", _("Price list")
    FLAG = "flag", _("Flag")
    ROLE = "role", _("Role of a login")


class NoticeKind(models.TextChoices):
    """The mails that a buyer may get about an order."""

    ORDER_RECEIVED = "order_received", _("Order received")
    ORDER_CONFIRMED = "order_confirmed", _("Order confirmed")
    READY_FOR_PICKUP = "ready_for_pickup", _("Ready for pick-up")
    DELIVERED = "delivered", _("Delivered")


def url_field(title: Any, *names: str) -> models.CharField[str, str]:
    """Return a column for the address of a page, in which the names stand in braces; blank: no link."""
    return models.CharField(title, max_length=500, blank=True, validators=[UrlPattern(*names)])


class ErpConnection(models.Model):
    """An ERP by name. Its address and password live in the environment as ERP_URL or ERP_URL_<NAME>.

    ``party_rule`` says how its customers become Norce's people and companies; the brakes hold a run
    that would deactivate more than both limits, or read too few records.
    """

    class PartyRule(models.TextChoices):
        SEPARATE = "separate", _("The ERP tells people from companies")
        BY_NUMBER = "by_number", _("Who has an organisation or VAT number is a company")
        WITH_CONTACTS = "with_contacts", _("As by number, and a company's contacts become people")

    name = models.SlugField(_("name"), max_length=40, unique=True, help_text=_("As in ERP_URL_<NAME>, in lower case."))
    strict_kinds = models.JSONField(
        _("strict value kinds"),
        default=list,
        blank=True,
        help_text=_("Values of these kinds must have a mapping; values of other kinds pass through unchanged."),
    )
    party_rule = models.CharField(
        _("people and companies"), max_length=15, choices=PartyRule, default=PartyRule.SEPARATE
    )
    owns_relations = models.BooleanField(
        _("lists of relations are whole"),
        default=False,
        help_text=_("On: a relation between person and company that the ERP does not list ends in Norce."),
    )
    replaces_flags = models.BooleanField(
        _("lists of flags are whole"),
        default=False,
        help_text=_("On: a flag that the ERP does not list is removed in Norce."),
    )
    left_to_norce = models.JSONField(
        _("fields left to Norce"),
        default=list,
        blank=True,
        help_text=_("Fields of customers and companies that are never sent, for example PhoneNumber."),
    )
    creates_from_norce = models.BooleanField(
        _("create customers changed in Norce"),
        default=False,
        help_text=_("Off: a customer or company is created in the ERP by its first order only."),
    )
    has_documents = models.BooleanField(
        _("tells deliveries and invoices"),
        default=True,
        help_text=_(
            "Off: an ERP without delivery notes and invoices; its statuses Delivered and Invoiced are sent as such."
        ),
    )
    order_url = url_field(_("page of an order"), "number")
    customer_url = url_field(_("page of a customer"), "code")
    invoice_url = url_field(_("page of an invoice"), "number")
    brake_count = models.PositiveIntegerField(
        _("deactivations without asking"),
        default=25,
        help_text=_("A run that would deactivate more than this and more than the percentage is held."),
    )
    brake_percent = models.PositiveSmallIntegerField(
        _("percent without asking"),
        default=5,
        help_text=_("Of the customers or companies that Norce has from this ERP."),
    )
    brake_short_percent = models.PositiveSmallIntegerField(
        _("fewest records in percent"),
        default=80,
        help_text=_("A full run that reads less than this share of the last one is held."),
    )
    history = kept()

    class Meta:
        verbose_name = _("ERP connection")
        verbose_name_plural = _("ERP connections")

    def __str__(self) -> str:
        return self.name


class Application(models.Model):
    """A Norce application: a shop, a market or a brand, and the ERP its orders and customers go to."""

    key = models.CharField(_("application key"), max_length=64, unique=True, help_text=_("Header.ApplicationKey"))
    number = models.PositiveIntegerField(_("Norce id"), unique=True)
    name = models.CharField(_("name"), max_length=100)
    culture = models.CharField(_("culture"), max_length=10, default="sv-SE")
    currency = models.CharField(_("currency"), max_length=3, default="SEK")
    is_active = models.BooleanField(_("active"), default=True)
    erp_connection = models.ForeignKey(ErpConnection, on_delete=models.PROTECT, verbose_name=_("ERP connection"))
    sum_tolerance = models.DecimalField(
        _("tolerated rounding"),
        max_digits=8,
        decimal_places=2,
        default=Decimal("0.50"),
        help_text=_("How far an order's rows may differ from its payments, in the order's currency."),
    )
    order_infos = models.JSONField(
        _("order infos"),
        default=dict,
        blank=True,
        help_text=_("Info codes sent with the acknowledgement: code → erp_order_no, erp_customer_code or reference."),
    )

    uncaptured_methods = models.JSONField(
        _("payment methods that Norce must not capture"),
        default=list,
        blank=True,
        help_text=_("Codes of payment methods whose invoices and credits are only registered (SuppressPspCall)."),
    )
    releases_payments = models.BooleanField(
        _("release payments of cancelled orders"),
        default=True,
        help_text=_("On: a cancel in the ERP releases the reservations. Off: it sets the status only."),
    )
    notices = models.JSONField(
        _("mail to buyers"), default=list, blank=True, help_text=_("The kinds of mail that buyers get; none at first.")
    )
    order_url = url_field(_("page of an order in Norce"), "number", "application")
    customer_url = url_field(_("page of a customer in Norce"), "id", "code", "application")
    mail_from = models.CharField(
        _("sender of mail"), max_length=200, blank=True, help_text=_("For example Exempel <order@example.com>.")
    )
    history = kept()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the key as orders are filed under it, however a person has typed it."""
        self.key = self.key.strip("{} ").lower()
        super().save(*args, **kwargs)


class ValueMapping(models.Model):
    """The ERP's word for a Norce value; a row for one application goes before the row for all (blank)."""

    kind = models.CharField(_("kind"), max_length=20, choices=ValueKind)
    application_key = models.CharField(
        _("application key"), max_length=64, blank=True, help_text=_("Blank: for all applications.")
    )
    norce_value = models.CharField(_("Norce value"), max_length=100)
    erp_value = models.CharField(_("ERP value"), max_length=100)
    history = kept()

    class Meta:
        verbose_name = _("value mapping")
        verbose_name_plural = _("value mappings")
        # Who may edit them has the right `hub.edit_mapping`.
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["kind", "application_key", "norce_value"], name="valuemapping_single")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.norce_value} → {self.erp_value}"
