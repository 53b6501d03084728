"""The entries of customers and companies in the catalogue of errors (`connectors.catalogue`)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from connectors.catalogue import bug, data, decision, mapping, setup

ENTRIES = (
    decision(
        "nameless",
        _("The ERP may have made this buyer in an earlier try, and they have no e-mail or number to search by."),
        _("Look for the order's buyer in the ERP and delete them if they are there, then Release."),
        releasable=True,
    ),
    decision(
        "ambiguous",
        _("The ERP has %(number)s customers that match this buyer: %(codes)s."),
        _("Merge them in the ERP, or add the right one under Customers or Companies, then Retry."),
        fix="customers",
        same=("codes",),
    ),
    decision(
        "brake",
        "%(doubts)s",
        _("Nothing was sent. Look at its rows: approve it if they are right, else cancel it and mend the ERP."),
        fix="rows",
    ),
    decision(
        "brake_earlier",
        _("The plan looked wrong when it was made."),
        _("Nothing was sent. Look at its rows: approve it if they are right, else cancel it and mend the ERP."),
        fix="rows",
    ),
    decision(
        "both_changed",
        _("Both the shop and the ERP have changed %(members)s of %(what)s %(code)s."),
        _(
            "Compare them on the customer's page and write the right one into the ERP, then Retry; or Cancel to keep "
            "the ERP's."
        ),
        fix="subject",
    ),
    data(
        "changed_nobody",
        _("The ERP has nobody active under code %(code)s, whom the shop has changed."),
        _(
            "Look at the customer's page under Customers or Companies: correct the code there, then Retry; or Cancel. "
            "A company's contact is not found by its own code: change it on the company in the ERP, then Cancel."
        ),
        fix="subject",
    ),
    data(
        "changed_untakeable",
        _("The ERP has of %(code)s what Norce could not take: %(said)s"),
        _("Correct it there, then Retry."),
        fix="subject",
    ),
    setup(
        "connection_gone",
        _("There is no ERP connection %(connection)s any more."),
        _("Add it, then Retry; or Cancel."),
        fix="erp_connection",
        same=("connection",),
    ),
    setup(
        "nothing_to_read",
        _("No active application has an ERP connection, so there is nothing to read."),
        _("Run sync_applications, choose each application's ERP connection, then Retry."),
        fix="applications",
    ),
    bug(
        "parties_again",
        _("The ERP's listing does not move on behind %(place)s."),
        _("Tell the developers."),
        fix="calls",
    ),
    setup("erasure_nobody_named", _("Name one person."), _("Give one of --email, --code and --norce-id.")),
    data(
        "erasure_many",
        _("%(number)s people match, with these codes: %(codes)s."),
        _("Name one by --email."),
    ),
    data("erasure_nobody", _("Nobody was found."), _("Look at the spelling.")),
    data("erasure_done", _("Nothing is left to erase: they were erased on %(date)s (erasure %(number)s).")),
    data("erasure_nothing", _("Nobody was found: nothing is kept about them.")),
    data("row_no_code", _("Code: the ERP gave this record none.")),
    data(
        "row_lacks",
        _("%(members)s: Norce needs it for a new %(kind)s."),
        words={"kind": {"customer": _("customer"), "company": _("company")}},
    ),
    data(
        "row_unkeepable",
        _("%(member)s: it holds a character that no database keeps (NUL or half of one)."),
        _("Type it anew in the ERP."),
    ),
    data(
        "row_moved",
        _(
            "Code: it belonged to %(before)s and the ERP gives it to %(now)s, under another name; sending it would "
            "hand one account to the other."
        ),
        _(
            "If they are the same, set %(now)s on the page of this code under Customers or Companies; else give the "
            "new one a code of its own in the ERP."
        ),
        fix="customers",
    ),
    mapping(
        "many_logins",
        _("Accounts: %(name)s has %(number)s logins; Norce takes one per application."),
        _("Keep one login in the ERP, or add Accounts to the fields left to Norce."),
        fix="erp_connection",
    ),
    mapping(
        "logo_moment",
        _("LogoImage.LastModified: %(moment)s is not a date and time."),
        _("Correct when the logo of %(name)s was changed in the ERP (ISO 8601)."),
    ),
)
