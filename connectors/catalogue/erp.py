"""Errors that any ERP may give, and those of the sandbox's."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from connectors.catalogue import data, setup, temporary

ENTRIES = (
    setup("erp_unknown", _("No ERP adapter for %(scheme)s://; there are %(known)s.")),
    temporary(
        "erp_under_way",
        _(
            "%(said)s The ERP may still carry it out until %(until)s; the hub looks then, and not before, so that "
            "nothing is made twice."
        ),
        fix="calls",
    ),
    data(
        "erp_unreadable",
        _("The ERP gave an answer that cannot be read (%(fault)s)."),
        _("Correct it in the ERP, or compare what it sends with the adapter; then Retry."),
        fix="calls",
    ),
    data(
        "erp_customer_unreadable",
        _("The ERP answered a customer that cannot be read (%(fault)s)."),
        _("Compare what the ERP sends with the adapter, then Retry."),
        fix="calls",
    ),
    data("erp_lacks", _("The ERP's answer has no %(name)s."), _("Look in the ERP what it made, then Retry.")),
    data("erp_doubled", _("The ERP has %(number)s orders with the reference %(reference)s: %(numbers)s.")),
)
