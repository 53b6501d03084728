"""The texts of mails: well written, escaped where they must be, and unable to do anything but show."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from connectors.errors import ConfigError
from hub.models import Application
from orders.models import NoticeTemplate
from orders.notice_content import Names, ordered
from orders.notice_samples import BUYER, ORDER, made_up
from orders.notice_templates import TemplateError, Texts, fill_in, find, language_of, render, shipped
from tests.orders.buyers import KINDS

SPACES = str.maketrans("\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}", "  ")
LINES = {
    ("order_received", "sv"): ["Vi har tagit emot din beställning 881204", "Hej Elin!", "Ordernummer: 881204"],
    ("order_received", "en"): ["We have received your order 881204", "Hi Elin,", "Order number: 881204"],
    ("order_confirmed", "sv"): [
        "Din beställning SO-100245 är bekräftad",
        "Din beställning (11 mars 2025):",
        "- 2 st Stol Ek: 1 248,00 kr",
        "- 1 st Hemleverans: 61,25 kr",
        "Summa inkl. moms: 1 415,25 kr",
        "Moms 25 % på 1 047,40 kr: 261,85 kr",
        "Moms 6 % på 100,00 kr: 6,00 kr",
        "Provvägen 22",
    ],
    ("order_confirmed", "en"): [
        "Your order SO-100245 is confirmed",
        "Your order (11 March 2025):",
        "- 2 × Stol Ek: 1,248.00 SEK",
        "Total, incl. VAT: 1,415.25 SEK",
        "VAT 25% on 1,047.40 SEK: 261.85 SEK",
    ],
    ("ready_for_pickup", "sv"): [
        "Din beställning SO-100245 finns att hämta",
        "Hämtas hos:",
        "STORE-17",
        "999 01 Exempelstad",
    ],
    ("ready_for_pickup", "en"): ["Your order SO-100245 is ready for pick-up", "Pick up at:", "STORE-17"],
    ("delivered", "sv"): [
        "En del av din beställning SO-100245 är på väg",
        "Kollinummer: EXAMPLE-PARCEL-0001, EXAMPLE-PARCEL-0002",
        "- 2 st Stol Ek",
    ],
    ("delivered", "en"): ["A part of your order SO-100245 is on its way", "Tracking number: EXAMPLE-PARCEL-0001, "],
}


def full(kind: str, language: str) -> Texts:
    return fill_in(shipped(kind, language), made_up(kind)[0], language)


@pytest.mark.parametrize(("kind", "language"), LINES)
def test_the_shipped_texts_say(kind: str, language: str) -> None:
    texts = full(kind, language)
    written = f"{texts.subject}\n{texts.text}".translate(SPACES)
    for line in LINES[kind, language]:
        assert f"\n{line}" in f"\n{written}"


@pytest.mark.parametrize(("kind", "language"), LINES)
def test_the_shipped_html_says_the_same_and_loads_nothing(kind: str, language: str) -> None:
    texts = full(kind, language)
    words = re.findall(r"[\w.,-]*\d[\w.,-]*", texts.text)
    shown = re.sub(r"<style>.*</style>|<[^>]+>", " ", texts.html, flags=re.DOTALL)
    assert [word for word in words if word.strip(",.") not in shown] == []
    assert not re.search(r"<(img|script|link|iframe)|url\(|https?:", texts.html)
    assert f'<html lang="{language}">' in texts.html


@pytest.mark.parametrize(("kind", "language"), LINES)
def test_the_shipped_texts_do_with_the_least(kind: str, language: str) -> None:
    texts = fill_in(shipped(kind, language), made_up(kind)[1], language)
    assert not re.search(r"None|\{\{|\{%|\n\n\n| ,", f"{texts.subject}\n{texts.text}")


def of_buyer(**changes: Any) -> Names:
    order = replace(ORDER, buyer=replace(BUYER, **changes))
    return ordered(order, shop="Åhl & Co", currency="SEK", country="SE")


def test_html_is_escaped_and_plain_text_is_not() -> None:
    texts = fill_in(shipped("order_confirmed", "sv"), of_buyer(first_name="<b onload=x>Elin & Co</b>"), "sv")
    assert "&lt;b onload=x&gt;Elin &amp; Co&lt;/b&gt;" in texts.html
    assert "<b onload" not in texts.html
    assert "Hej <b onload=x>Elin & Co</b>!" in texts.text


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x0b", "\x85", "\N{LINE SEPARATOR}"])
def test_a_subject_is_one_line_whatever_a_name_holds(end: str) -> None:
    names = of_buyer(first_name=f"Elin{end}Bcc: all@example.com")
    subject = render("subject", "Hej\n{{ buyer.first_name }}", names, "sv")
    assert subject == "Hej Elin Bcc: all@example.com"


FORBIDDEN = [
    "{% load i18n %}",
    "{% include 'x' %}",
    "{% extends 'x' %}",
    "{% debug %}",
    "{% now 'Y' %}",
    "{% url 'admin:index' %}",
    "{% autoescape off %}{% endautoescape %}",
    "{{ buyer.name|safe }}",
    "{{ buyer.name|ljust:9999999999 }}",
    "{{ buyer.name|pprint }}",
    "{{ buyer.__class__ }}",
    "{{ buyer.items }}",
    "{{ settings.SECRET_KEY }}",
    "{% if buyer.totl %}{% endif %}",
    "{% if buyer.totl == 3 %}{% endif %}",
    "{% for x in order.linse %}{% endfor %}",
    "{% for line in order.lines %}{{ line.nam }}{% endfor %}",
    "{{ order.number|money }}",
    "{{ order.total|money:currency }}",
    "{{ order.total|money:order.curency }}",
    "{{ order.total|money:order.currency.code }}",
    "{{ order.number",
    "{% if order.number %}",
]


@pytest.mark.parametrize("source", [source for source in FORBIDDEN if source != "{{ order.number"])
def test_a_text_may_not_say(source: str) -> None:
    with pytest.raises(TemplateError, match="Line 2"):
        render("text", f"Hej\n{source}", of_buyer(), "sv")


def test_a_wrong_name_is_said_with_those_there_are() -> None:
    with pytest.raises(TemplateError, match="no totl in order in this mail; there are number, reference, date"):
        render("html", "{{ order.totl }}", of_buyer(), "sv")
    with pytest.raises(TemplateError, match="no ordr in this mail; there are shop, buyer, order, address"):
        render("html", "{{ ordr.total }}", of_buyer(), "sv")


@pytest.mark.parametrize("name", ["currency", "order.curency", "buyer.name.short"])
def test_a_wrong_name_for_a_filter_is_said_and_the_buyer_is_not(name: str) -> None:
    with pytest.raises(TemplateError) as error:
        render("text", f"{{{{ order.total|money:{name} }}}}", of_buyer(), "sv")
    assert f"There is no {name.rpartition('.')[2]} in " in str(error.value)
    assert not [word for word in ("Elin", "Provvägen", BUYER.email_address) if word in str(error.value)]


@pytest.mark.parametrize("has_tracking", [True, False])
@pytest.mark.parametrize("is_partial", [True, False])
def test_the_samples_take_every_branch_of_a_delivery(has_tracking: bool, is_partial: bool) -> None:
    found = [names["delivery"] for names in made_up("delivered")]
    assert [one for one in found if (bool(one.tracking), one.partial) == (has_tracking, is_partial)]  # type: ignore[attr-defined]


def test_a_received_order_has_no_content_to_show() -> None:
    with pytest.raises(ConfigError, match=r"has an error in its text\. Line 1: There is no total in order"):
        fill_in(Texts(subject="a", text="{{ order.total }}", html=""), made_up("order_received")[0], "en")


@pytest.mark.django_db
def test_an_applications_own_texts_go_before_those_for_all_and_those_before_the_shipped() -> None:
    def subject(key: str) -> str:
        return find("delivered", key, "sv").subject

    NoticeTemplate.objects.all().delete()
    NoticeTemplate.objects.create(kind="delivered", language="sv")
    assert subject("a") == shipped("delivered", "sv").subject
    NoticeTemplate.objects.update(subject="all")
    NoticeTemplate.objects.create(kind="delivered", language="sv", application_key="a", subject="own")
    NoticeTemplate.objects.create(kind="delivered", language="en", subject="English")
    assert (subject("a"), subject("b")) == ("own", "all")


@pytest.mark.parametrize(
    ("culture", "language"), [("sv-SE", "sv"), ("SV", "sv"), ("en-GB", "en"), ("nb-NO", "en"), ("", "en")]
)
def test_the_language_is_the_cultures_else_english(culture: str, language: str) -> None:
    assert language_of(Application(culture=culture)) == language


@pytest.mark.parametrize("kind", KINDS)
def test_every_shipped_text_is_all_there(kind: str) -> None:
    assert all(all(shipped(kind, language).parts) for language in ("sv", "en"))


@pytest.mark.django_db
def test_the_list_is_full_from_the_start() -> None:
    rows = NoticeTemplate.objects.values_list("kind", "language", "subject")
    assert sorted(rows) == sorted((kind, language, "") for kind in KINDS for language in ("sv", "en"))
