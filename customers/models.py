"""Identity: which ERP code is which Norce customer or company."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Binding(models.Model):
    """One customer of the ERP and its counterpart in Norce.

    ``application_key`` is "" where customers are shared between applications. ``report`` says how
    far the code has come on its way back to Norce. ``sent`` is the record Norce accepted last (JSON),
    ``digest`` its short form, ``accepted_run`` the run that sent it; ``is_active`` what it said.
    ``seen_run`` is the last run that found the code in the ERP. ``heard`` is what the hub has heard of it
    in Norce and brought to the ERP (`customers.baseline`). A customer that Norce has forgotten
    (``forgotten_at``) is never written to again.
    """

    class Report(models.TextChoices):
        NOT_NEEDED = "", _("Norce had it")
        DUE = "due", _("To be reported")
        SENT = "sent", _("Sent")
        ACCEPTED = "accepted", _("Reported")
        UNKNOWN = "unknown", _("Not in Norce")
        FAILED = "failed", _("Refused by Norce")

    application_key = models.CharField(_("application key"), max_length=64, blank=True)
    erp_connection = models.SlugField(_("ERP connection"), max_length=40)
    erp_code = models.CharField(_("ERP code"), max_length=50)
    norce_id = models.PositiveIntegerField(_("Norce id"), null=True, blank=True)
    report = models.CharField(_("code in Norce"), max_length=10, choices=Report, default=Report.DUE, blank=True)
    report_error = models.TextField(_("why not"), blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    reported_at = models.DateTimeField(_("reported"), null=True, blank=True)
    digest = models.CharField(max_length=32, blank=True)
    sent = models.TextField(_("last sent"), blank=True)
    heard = models.TextField(blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    accepted_run = models.BigIntegerField(null=True, blank=True)
    accepted_at = models.DateTimeField(_("last accepted"), null=True, blank=True)
    seen_run = models.BigIntegerField(null=True, blank=True)
    forgotten_at = models.DateTimeField(_("forgotten"), null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.erp_code

    @property
    def subject(self) -> str:
        """The name under which runs refer to this row: ``customer:default:C10001``."""
        return subject_of(self.kind, self.erp_connection, self.erp_code)

    @property
    def kind(self) -> str:
        """The table in one word: customer or company."""
        return (self._meta.model_name or "").removesuffix("binding")

    @property
    def in_norce(self) -> bool:
        """Whether Norce is known to have this code."""
        return self.accepted_run is not None or self.report in (self.Report.NOT_NEEDED, self.Report.ACCEPTED)


# What needs a person: Norce did not know the buyer, or refused the code.
REFUSED_REPORTS = (Binding.Report.UNKNOWN, Binding.Report.FAILED)


def subject_of(kind: str, connection: str, code: str) -> str:
    """Return the name under which runs refer to a customer or company of an ERP."""
    return f"{kind}:{connection}:{code}"


def binding_constraints(name: str, identifier: str) -> list[models.BaseConstraint]:
    """Return the constraints that make a binding single: by code, by identifier and by Norce id.

    What tells most comes first: an index that begins with the application would look as good to the
    database for any question, as long as it has no statistics of a table that is being filled.
    """
    scope = ["application_key", "erp_connection"]
    return [
        models.UniqueConstraint(fields=["erp_code", *scope], name=f"{name}_code_single"),
        models.UniqueConstraint(
            fields=[identifier, *scope], condition=~Q(**{identifier: ""}), name=f"{name}_identifier_single"
        ),
        models.UniqueConstraint(
            fields=["norce_id", *scope], condition=Q(norce_id__isnull=False), name=f"{name}_norce_id_single"
        ),
    ]


def binding_indexes(name: str) -> list[models.Index]:
    """Return the partial indexes of the few bindings whose code is to be reported, or was refused."""
    return [
        models.Index(fields=["id"], name=f"{name}_to_report", condition=Q(report="due")),
        models.Index(fields=["id"], name=f"{name}_refused", condition=Q(report__in=REFUSED_REPORTS)),
    ]


class CustomerBinding(Binding):
    """A person; found by e-mail address (in lower case)."""

    email = models.CharField(_("e-mail"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = binding_constraints("customer", "email")
        indexes = binding_indexes("customer")


class CompanyBinding(Binding):
    """An organisation; found by organisation number (letters and digits only), else by VAT number."""

    organisation_no = models.CharField(_("organisation number"), max_length=50, blank=True)
    vat_no = models.CharField(_("VAT number"), max_length=50, blank=True)

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        constraints = binding_constraints("company", "organisation_no")
        indexes = binding_indexes("company")
