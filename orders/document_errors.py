"""The entries of deliveries, invoices, payments and mails in the catalogue of errors (`connectors.catalogue`)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from connectors.catalogue import data, decision, setup, temporary

ENTRIES = (
    temporary("posting_busy", _("Another worker is telling Norce of %(document)s.")),
    temporary("capture_busy", _("The error before it is being worked on.")),
    temporary("invoice_not_here", _("The invoice or its order is not known yet.")),
    decision(
        "delivered",
        _("The order is cancelled, and the ERP has made %(document)s for it."),
        _("Find out which of the two is right. Release tells Norce of it all the same, Cancel does not."),
        fix="subject",
        releasable=True,
    ),
    decision(
        "number",
        _("Norce has not been told the ERP's number of the order, so %(document)s would not be found there."),
        _(
            "Retry the order's acknowledgement (among its work) first, then this; or Cancel. Where Norce has cancelled "
            "the order, Cancel its cancellation to the ERP before that."
        ),
        fix="subject",
    ),
    decision(
        "gone",
        _("The ERP has %(document)s no more."),
        _("Cancel it; or have the ERP bring it back, then Retry."),
        fix="subject",
    ),
    decision(
        "number_taken",
        _("Norce has a part of %(other)s under the number %(number)s already."),
        _("Have the ERP give it another number; or register it in Norce Admin by hand under another one, and Cancel."),
        fix="subject",
    ),
    decision(
        "unknown",
        _("Norce may have %(document)s already, and Norce Query cannot tell: %(said)s"),
        _("Retry asks again. Or look in Norce Admin, register it there by hand if it is missing, and Cancel."),
        fix="subject",
    ),
    decision(
        "blanked",
        _("The contents of the order were blanked because of its age, and with them what the buyer has reserved."),
        _("Settle the payment in Norce Admin and at the payment provider by hand, then Cancel."),
        fix="subject",
    ),
    decision(
        "reservation",
        _("Invoice %(number)s is %(total)s %(currency)s; %(left)s is left of what the buyer has reserved."),
        _(
            "If the ERP corrects this invoice, Retry after its next news. If it credits it and makes another, Cancel "
            "this one and its credit note, and the other is captured. To be paid in another way: Cancel, and nothing "
            "of it is captured."
        ),
        fix="subject",
    ),
    decision(
        "credit",
        _("Credit note %(number)s is %(total)s %(currency)s; %(left)s is left of invoice %(credited)s to be credited."),
        _("If the ERP corrects this credit note, Retry after its next news; or Cancel, and nothing is given back."),
        fix="subject",
    ),
    decision(
        "credited",
        _(
            "Credit note %(number)s credits invoice %(credited)s, which Norce has not been told of for this order, or "
            "could not capture."
        ),
        _(
            "Have the invoice come through first (see the order's work and money), then Retry; or Cancel, and nothing "
            "is given back."
        ),
        fix="subject",
    ),
    decision(
        "capture",
        _("The money for invoice %(number)s was not captured: Norce reports an error."),
        _("Look at the payment in Norce Admin and at the payment provider. Retry asks again, Cancel closes this."),
        fix="subject",
    ),
    decision(
        "sent",
        _("The mail may have been sent: the hub does not know how its last try ended."),
        _("Look at the mail provider (Calls out has the Message-ID). Retry sends it again, Cancel leaves it."),
        fix="calls",
    ),
    data(
        "documents_unnumbered",
        _("Order %(order)s has documents without a number of their own of at most %(most)s characters: %(numbers)s."),
        _("Correct it in the ERP; the next change of the order is read again."),
    ),
    data(
        "news_unkeepable",
        _("The order's news cannot be kept (%(fault)s)."),
        _("Correct it in the ERP; the next change of the order is read again."),
    ),
    data(
        "document_unkeepable",
        _("Document %(number)s of order %(order)s has a %(member)s that cannot be kept."),
        _("Correct it in the ERP; the next change of the order is read again."),
    ),
    data(
        "mail_line",
        _("Line %(row)s of the order has no LineAmount or no VatRate in Norce."),
        _("Correct the order in Norce, then Retry; or Cancel."),
        fix="subject",
    ),
    data(
        "mail_address",
        _("The buyer's address is no e-mail address."),
        _("Correct the buyer's address in Norce, then Retry; or Cancel."),
        fix="subject",
    ),
    setup(
        "template_wrong",
        _("The mail template %(template)s has an error in its %(part)s. %(said)s"),
        _("Mend it under Mail templates, or restore the shipped text there; then Retry."),
        fix="mail_templates",
        same=("template", "part"),
        words={"part": {"subject": _("subject")}},
    ),
    setup(
        "preview_no_order",
        _("Norce has no order %(number)s in %(application)s."),
        _("Give another order number."),
    ),
)
