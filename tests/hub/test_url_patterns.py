"""Addresses of pages outside: refused with a remedy when they cannot lead anywhere, values quoted."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from hub.models import Application, ErpConnection
from hub.url_patterns import UrlPattern, filled


@pytest.mark.parametrize(
    "pattern",
    [
        "https://admin.example.com/orders/{number}",
        "http://erp.example.com:8069/#id={number}&app={application}",
        "https://erp.example.com/?filter='No.'%20IS%20'{number}'",
        "https://erp.example.com/orders",
    ],
)
def test_an_address_with_known_names_is_taken(pattern: str) -> None:
    UrlPattern("number", "application")(pattern)


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("admin.example.com/{number}", "begins with https://"),
        ("javascript:alert({number})", "begins with https://"),
        ("https://{number}/orders", "begins with https://"),
        ("https://", "begins with https://"),
        ("https://example.com/{order}", "{order} is not known here: write {number}, {application}."),
        ("https://example.com/{}", "{} is not known here"),
        ("https://example.com/{number.__class__}", "is not known here"),
        ("https://example.com/{number!r}", "is not known here"),
        ("https://example.com/{number:>9}", "is not known here"),
        ("https://example.com/{number", "A brace or bracket has no partner: write for example {number}."),
        ("https://[example.com/{number}", "A brace or bracket has no partner"),
    ],
)
def test_another_one_is_refused_and_says_how_it_is_written(pattern: str, says: str) -> None:
    with pytest.raises(ValidationError) as error:
        UrlPattern("number", "application")(pattern)
    assert says in error.value.messages[0]


@pytest.mark.django_db
def test_the_error_names_the_field() -> None:
    connection = ErpConnection(name="default", order_url="https://example.com/{id}", invoice_url="ftp://example.com")
    with pytest.raises(ValidationError) as error:
        connection.full_clean()
    assert set(error.value.message_dict) == {"order_url", "invoice_url"}


def test_what_is_filled_in_cannot_leave_its_place() -> None:
    url = filled("https://example.com/orders/{number}?x=1", number="../a b?x=2#å\"'&")
    assert url == "https://example.com/orders/..%2Fa%20b%3Fx%3D2%23%C3%A5%22%27%26?x=1"


@pytest.mark.parametrize("number", ["", None])
def test_without_a_value_or_a_pattern_there_is_no_address(number: str | None) -> None:
    assert filled("https://example.com/{number}", number=number) == ""
    assert filled("", number="17") == ""


def test_nobody_has_links_at_first() -> None:
    assert (Application().order_url, ErpConnection().customer_url) == ("", "")
