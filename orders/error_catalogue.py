"""The entries of orders in the catalogue of errors (`connectors.catalogue`), those of documents and money apart."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from connectors.catalogue import bug, data, decision, mapping, setup, temporary

ENTRIES = (
    temporary("order_busy", _("The order is being worked on just now.")),
    temporary("system_resting", _("%(system)s has just not answered; it is left alone for a moment.")),
    temporary("order_not_here", _("The order has not come to the hub yet.")),
    temporary("order_not_in_norce", _("Norce does not show the order yet.")),
    temporary("order_not_in_query", _("Norce Query does not have this order.")),
    decision("rows", _("The order has no rows."), _("Ask the shop; then cancel it here."), fix="subject"),
    decision(
        "dohold",
        _("The shop asks for a manual check of this order (DoHold)."),
        _("Look into it, then Release."),
        fix="subject",
        releasable=True,
    ),
    decision(
        "fetched",
        _(
            "The order never came: it was fetched from Norce Query without its payments, so Norce cannot capture them "
            "when it is invoiced. Compare it with Norce Admin; if Norce sends it again, that one takes its place."
        ),
        _("Look into it, then Release."),
        fix="subject",
        releasable=True,
    ),
    decision(
        "external",
        _("An external order from %(source)s: it is delivered already, the ERP must not deliver it again."),
        _("Look into it, then Release."),
        fix="subject",
        releasable=True,
    ),
    decision(
        "currency",
        _("The order is in %(currency)s, a payment in %(others)s."),
        _("Look into it, then Release."),
        fix="subject",
        releasable=True,
    ),
    decision(
        "sums",
        _("The rows come to %(rows)s %(currency)s, the payments to %(paid)s: %(apart)s apart."),
        _("Compare with Norce and the payment provider, then Release (rows as they are) or Cancel."),
        fix="subject",
        releasable=True,
    ),
    decision(
        "application",
        _("The order names the application %(application_key)s, which the hub does not know."),
        _("Run sync_applications or add it under Applications, then Retry."),
        fix="applications",
        same=("application_key",),
    ),
    decision(
        "doubled",
        _("The order has the ERP number %(stored)s, and the ERP has made %(made)s too."),
        _("Cancel %(made)s in the ERP, then Retry."),
        fix="subject",
    ),
    decision(
        "other_sum",
        _("The ERP has the order already, as %(number)s for %(made)s %(currency)s, and the buyer pays %(due)s."),
        _("Correct or delete it in the ERP, then Retry; or Release to take it as it is."),
        fix="subject",
        releasable=True,
    ),
    decision(
        "buyer",
        _("The order names no buyer: SellTo has neither a company nor a person with a name or e-mail."),
        _("Ask the shop who ordered; have it sent again, or cancel it here."),
        fix="subject",
    ),
    decision(
        "cancel_unseen",
        _("Norce has reported that the order was cancelled, and has not shown the order for a day."),
        _("Look in Norce Admin and cancel it in the ERP by hand; Retry asks again, Cancel closes this."),
        fix="subject",
    ),
    decision(
        "cancel_or_not",
        _("The order was cancelled in Norce while the hub told it a status: which of the two counts is not known."),
        _("Look in Norce Admin and cancel it there again, then Retry; Cancel leaves the order as it is."),
        fix="subject",
    ),
    decision(
        "cancel_refused",
        _("The order was cancelled in Norce, and the ERP does not cancel it: %(said)s"),
        _("Settle it in the ERP or tell the shop; Retry asks the ERP again, Cancel leaves the order as it is."),
        fix="subject",
    ),
    data(
        "order_unreadable",
        _("The order cannot be read: %(said)s"),
        _("Have the shop correct and send it again, or cancel it here."),
        fix="subject",
    ),
    data("order_too_deep", _("The order is nested too deeply."), _("Cancel it here."), fix="subject"),
    data(
        "mapped_never",
        _("Nothing is kept of how the order was mapped before."),
        _("Map it again with today's mappings."),
        fix="subject",
    ),
    data(
        "mapped_otherwise",
        _("What was mapped the last time was kept by another version of the hub and cannot be read."),
        _("Map it again with today's mappings."),
        fix="subject",
    ),
    data(
        "mapped_elsewhere",
        _("The order was mapped for the ERP %(before)s, and goes to %(today)s today."),
        _("Map it again with today's mappings."),
        fix="subject",
    ),
    data("erp_orders_doubled", _("%(number)s orders there are %(order)s (%(erp_order)s).")),
    data(
        "erp_order_other",
        _("The ERP's order %(number)s has another reference than ours (%(reference)s), so nothing of it is told."),
        _("If it is this order, put the reference right in the ERP; otherwise leave it: its number is used twice."),
        fix="subject",
    ),
    data(
        "fetch_gone",
        _("Norce has no such order any more."),
        _("Look at the order in Norce Admin; make it in the ERP by hand if it is needed."),
    ),
    data(
        "fetch_unwanted",
        _("The order is not fetched. %(why)s"),
        _("Look at the order in Norce Admin; make it in the ERP by hand if it is needed."),
    ),
    data(
        "fetch_unfit",
        _("Norce's order does not fit into an order request: %(said)s"),
        _("Correct it in Norce Admin, then Retry; or make the order in the ERP by hand."),
    ),
    data(
        "fetch_no_quantity",
        _("Line %(row)s of Norce's order has an amount and no quantity."),
        _("Look at the order in Norce Admin, then Retry."),
    ),
    data(
        "fetch_row_number",
        _("A line of Norce's order has the number %(number)s, which is not whole."),
        _("Make the order in the ERP by hand."),
    ),
    setup(
        "application_gone",
        _("The hub has no application %(number)s any more."),
        _("Run sync_applications, then Retry."),
        fix="applications",
        same=("number",),
    ),
    mapping(
        "status_unnumbered",
        _("Norce takes the status %(wanted)s by a number of its own or of the ERP, and the order has neither."),
        _("Set the status in Norce Admin, then cancel this here."),
        fix="subject",
    ),
    mapping(
        "vat_rate_no_number",
        _("VAT rate %(rate)s is mapped to %(mapped)s, which is not a number."),
        _("Correct it under Value mappings › VAT rate, then Retry."),
        fix="value_mappings",
        same=("rate", "mapped"),
    ),
    bug("norce_orders_again", _("Norce's orders do not move on behind %(place)s."), _("Tell the developers.")),
    bug("erp_news_again", _("The ERP's listing does not move on behind %(place)s."), _("Tell the developers.")),
)
