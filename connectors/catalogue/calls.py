"""Errors of calls over HTTP: what an answer, its status or its absence means."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from connectors.catalogue import bug, data, permission, setup, temporary

ENTRIES = (
    temporary("no_answer", _("%(system)s did not answer %(operation)s (%(fault)s)."), fix="calls"),
    temporary("call_failed", _("%(system)s answered %(status)s to %(operation)s: %(said)s"), fix="calls"),
    temporary("call_throttled", _("%(system)s answered %(status)s to %(operation)s: %(said)s"), fix="calls"),
    temporary("quota_used", _("The quota %(quota)s is used up for another %(seconds)s s.")),
    temporary("token_busy", _("Another worker is still fetching the access token of %(who)s.")),
    temporary("token_not_given", _("%(who)s gave no token.")),
    temporary("token_not_answered", _("%(who)s did not answer the token call (%(fault)s).")),
    permission(
        "token_refused",
        _("%(who)s gave no access token (%(fault)s)."),
        _("Check %(settings)s, then Retry."),
        same=("who",),
    ),
    permission(
        "call_denied",
        _("%(system)s answered %(status)s to %(operation)s: %(said)s"),
        _("Check the address, the user and the rights of %(system)s, then Retry."),
        fix="calls",
        same=("system",),
    ),
    setup(
        "call_redirected",
        _("%(system)s answered %(status)s to %(operation)s: %(said)s"),
        _("Check the address of %(system)s: it sends us elsewhere."),
        fix="calls",
        same=("system",),
    ),
    setup(
        "address_unusable",
        _("The address of %(system)s cannot be used: %(fault)s."),
        _("Correct its setting, then Retry."),
        same=("system",),
    ),
    data(
        "call_refused",
        _("%(system)s answered %(status)s to %(operation)s: %(said)s"),
        _("Correct what the text names, then Retry."),
        fix="calls",
    ),
    data("answer_not_json", _("The answer is not JSON: %(body)s"), fix="calls"),
    data("code_unusable", _("The code %(text)s cannot be part of an address."), _("Correct the code, then Retry.")),
    setup(
        "link_elsewhere",
        _("The nextLink of %(system)s leads to %(link)s instead of %(address)s; it was not followed."),
        _("Check the address of %(system)s."),
        fix="calls",
        same=("system",),
    ),
    data("wire", _("%(path)s: expected %(expected)s, got %(got)s.")),
    data("wire_message", _("The message: expected %(expected)s, got %(got)s.")),
    bug("query_type", _("%(type)s cannot be written in a query; a moment needs its zone.")),
    bug("query_property", _("%(name)s is not the name of a property.")),
    bug("query_operator", _("%(operator)s is not an operator of a query.")),
    bug("query_number", _("%(name)s must be a whole number, not %(type)s.")),
)
