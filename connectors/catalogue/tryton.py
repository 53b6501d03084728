"""Errors of the adapter to Tryton."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from connectors.catalogue import data, mapping, permission, setup, temporary

ENTRIES = (
    temporary("tryton_failed", _("%(system)s failed to %(operation)s."), _("Look into Tryton's log."), fix="calls"),
    temporary("tryton_changed", _("%(system)s could not %(operation)s: somebody changed the same record meanwhile.")),
    temporary("tryton_order_made", _("Somebody else is making the order %(order)s.")),
    permission(
        "tryton_no_session", _("%(system)s gave no session."), _("Check the user and the password, then Retry.")
    ),
    setup(
        "tryton_module_missing",
        _("%(system)s could not %(operation)s: it does not know %(name)s."),
        _("Activate the modules that the README names in Tryton, then Retry."),
        same=("name",),
    ),
    setup(
        "tryton_address",
        _("The address of Tryton lacks its user, password, host or database."),
        _("Write tryton+https://user:password@host:port/database, then Retry."),
    ),
    setup(
        "tryton_shop",
        _("Tryton must have one web shop for the hub; it has %(found)s."),
        _("Make one in Tryton, or name it as ?shop=… in the ERP's address, then Retry."),
    ),
    setup(
        "tryton_no_result",
        _("%(system)s answered %(operation)s with something else than a result."),
        _("Check that the address leads to a Tryton server, then Retry."),
        fix="calls",
    ),
    setup(
        "tryton_no_json",
        _("The answer is not Tryton's JSON (%(fault)s)."),
        _("Check that the address leads to a Tryton server, then Retry."),
        fix="calls",
    ),
    data(
        "tryton_refused",
        _("%(system)s refuses to %(operation)s: %(said)s"),
        _("Correct what the text names, then Retry."),
        fix="calls",
    ),
    data("tryton_asks", _("%(system)s asks again and again whether it shall %(operation)s."), fix="calls"),
    data(
        "tryton_no_country",
        _("Tryton has no country %(countries)s."),
        _("Import the countries into Tryton, then Retry."),
        same=("countries",),
    ),
    data(
        "tryton_no_currency",
        _("Tryton has no currency %(currency)s."),
        _("Add it there with a rate, then Retry."),
        same=("currency",),
    ),
    data(
        "tryton_no_product",
        _("Tryton has no product that is sold under %(articles)s."),
        _("Add it there, freight and fees as services, or map the fee under Value mappings, then Retry."),
        same=("articles",),
    ),
    mapping(
        "tryton_no_tax",
        _("Tryton has no tax on sales of %(rate)s %%, which row %(row)s has."),
        _("Add it there, or map the rate under Value mappings › VAT rate, then Retry."),
        fix="value_mapping",
        same=("kind", "value"),
    ),
    mapping(
        "tryton_no_unit",
        _("Tryton does not sell %(article)s by the unit %(value)s."),
        _("Add it there, or map it under Value mappings › Unit, then Retry."),
        fix="value_mapping",
        same=("kind", "value"),
    ),
    data("tryton_no_party", _("Tryton has no party %(code)s."), _("Look for it under its present code.")),
    data(
        "tryton_no_buyer",
        _("Tryton has no active party %(code)s."),
        _("Look for the buyer there, then Retry."),
        same=("code",),
    ),
    data("tryton_no_order", _("Tryton has no order %(number)s of the shop."), _("Look for it there.")),
    data("tryton_order_lost", _("Tryton has lost the order %(order)s."), _("Look for it, then Retry.")),
    data(
        "tryton_order_unnumbered",
        _("Tryton has the order %(order)s as a sale without number (id %(id)s), which is %(state)s."),
        _("Set it back to draft there, then Retry; or cancel the order here."),
    ),
    data(
        "tryton_total",
        _("Tryton makes %(made)s %(currency)s of the order, the buyer pays %(paid)s."),
        _("Compare its prices and taxes with the draft in Tryton, correct them, then Retry."),
    ),
    data(
        "tryton_delivered",
        _("Order %(number)s is delivered or invoiced in part: Tryton cannot cancel it."),
        _("Settle the rest of it in Tryton."),
    ),
)
