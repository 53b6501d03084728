"""Errors of the adapter to Business Central."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from connectors.catalogue import data, mapping, setup, temporary

ENTRIES = (
    temporary("bc_changed", _("Somebody else is changing it: %(said)s"), fix="calls"),
    temporary("bc_conflict", "%(said)s", fix="calls"),
    temporary("bc_left_out", _("%(system)s left out a part of its answer to %(operation)s."), fix="calls"),
    setup(
        "bc_option",
        _("The option %(name)s of Business Central's address must be %(wanted)s."),
        _("Correct ERP_URL, then Retry."),
    ),
    setup("bc_address", _("The address of Business Central is not %(form)s."), _("Correct ERP_URL, then Retry.")),
    setup(
        "bc_companies",
        _("Business Central has %(number)s companies called %(company)s; there are %(known)s."),
        _("Write the company's name or id at the end of ERP_URL's path, then Retry."),
    ),
    setup("bc_no_company", _("Business Central has no company %(company)s."), _("Correct ERP_URL, then Retry.")),
    setup(
        "bc_no_article",
        _("Business Central does not know the article %(article)s, and no account takes such rows."),
        _("Add unknown_account=<number> to ERP_URL's query, or create the article, then Retry."),
        same=("article",),
    ),
    setup(
        "bc_no_rounding",
        _("The order's total has %(amount)s more than its rows, and no account takes the rounding."),
        _("Add rounding_account=<number of a G/L account without VAT> to ERP_URL's query, then Retry."),
    ),
    setup("bc_no_object", _("Business Central's answer is no object."), _("Check its address."), fix="calls"),
    setup("bc_no_rows", _("Business Central's answer has no rows."), _("Check its address."), fix="calls"),
    data("bc_page_again", _("Business Central's nextLink does not move on: the same page comes again."), fix="calls"),
    data(
        "bc_no_customer_number",
        _("Business Central's answer has no customer number."),
        _("Look there, then Retry."),
        fix="calls",
    ),
    data(
        "bc_no_order_number",
        _("Business Central's answer has no order number."),
        _("Look there, then Retry."),
        fix="calls",
    ),
    data(
        "bc_no_customer",
        _("Business Central has no customer %(code)s."),
        _("Correct the customer's code."),
        same=("code",),
    ),
    data("bc_sums", _("The rows of order %(order)s and its total differ by %(amount)s.")),
    data(
        "bc_total",
        _(
            "Order %(order)s comes to %(made)s in Business Central, and the buyer pays %(due)s. It was deleted there "
            "again."
        ),
        _("Let its articles and accounts there have the VAT of the order's rows, then Retry."),
    ),
    data(
        "bc_doubled",
        _("Business Central has %(numbers)s with the reference %(reference)s."),
        _("Leave the reference to one order there, then Retry."),
    ),
    data("bc_delivered", _("Business Central has delivered or invoiced of order %(number)s already.")),
    mapping("bc_row_number", _("Row %(row)s has a number that Business Central cannot keep."), _("Renumber it.")),
    mapping(
        "bc_too_long",
        _("%(name)s takes at most %(most)s characters in Business Central, and this one has %(length)s."),
        _("Have it shortened where it comes from, then Retry."),
    ),
)
