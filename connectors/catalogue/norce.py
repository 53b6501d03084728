"""Errors of Norce's answers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from connectors.catalogue import data, setup

ENTRIES = (
    setup(
        "norce_link_elsewhere",
        _("Norce Query's nextLink leads to %(link)s instead of %(address)s; it was not followed."),
        _("Check NORCE_BASE_URL and NORCE_QUERY_VERSION; ask Norce if they are right."),
        fix="calls",
    ),
    data(
        "norce_page_again",
        _("Norce Query's nextLink for %(address)s does not move on: the same page comes again."),
        fix="calls",
    ),
    data("norce_no_model", _("Norce Query's $metadata is XML, but no OData model."), fix="calls"),
    data("norce_no_list", _("Norce Query answered %(path)s without a list of values."), fix="calls"),
)
