"""The example adapter: what it does when its ERP answers something else than was agreed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import responses

from connectors.erp import schemes
from connectors.erp.base import ErpOrder, ErpOrderLine, ErpParty, PartyKind
from connectors.errors import ConfigError, PermanentError
from connectors.http import Http

URL = "http://erp.example.com:80/erp"
LINE = ErpOrderLine(
    line_no=1,
    part_no="P",
    description="",
    quantity=Decimal(1),
    unit_price=Decimal("0.10"),
    unit_vat=Decimal(0),
    vat_rate=Decimal(0),
)
ORDER = ErpOrder(reference="1901-1", customer_code="C1", currency="SEK", total=Decimal("0.10"), lines=(LINE,))
ODD = ["null", "[]", "7", '"SO1"', "{}", '{"number": "", "code": "", "orders": null, "customers": ""}', "<html>", ""]


def erp(url: str = "sandbox+http://hub:s3cret@erp.example.com/erp") -> Any:
    return schemes.connect(url, Http(system="erp:default", base_url=""))


@pytest.mark.parametrize("body", ODD)
@responses.activate
def test_an_odd_answer_to_a_write_is_said_to_be_one(body: str) -> None:
    for path in ("orders", "customers"):
        responses.post(f"{URL}/{path}", body=body)
    for write in (
        lambda: erp().create_order(ORDER),
        lambda: erp().create_party(ErpParty(kind=PartyKind.PERSON, name="Maja")),
    ):
        with pytest.raises(PermanentError):
            write()


@pytest.mark.parametrize("body", ODD)
@responses.activate
def test_an_odd_answer_to_a_search_is_not_taken_for_nobody(body: str) -> None:
    for path in ("orders", "customers"):
        responses.get(f"{URL}/{path}", body=body)
    with pytest.raises(PermanentError):
        erp().find_order("1901-1")
    with pytest.raises(PermanentError):
        erp().find_parties(PartyKind.PERSON, email="maja@example.com")


@responses.activate
def test_money_travels_as_exact_text_and_the_password_in_a_header() -> None:
    responses.post(f"{URL}/orders", json={"number": "SO1", "reference": "1901-1"})
    assert erp().create_order(ORDER).number == "SO1"
    sent: Any = responses.calls[0].request
    assert (b'"total": "0.10"' in sent.body, sent.headers["Authorization"][:6], "s3cret" in sent.url) == (
        True,
        "Basic ",
        False,
    )


def test_a_scheme_nobody_speaks_is_named_with_those_there_are() -> None:
    with pytest.raises(ConfigError, match="No ERP adapter for fax://; there are sandbox"):
        erp("fax://erp.example.com")
