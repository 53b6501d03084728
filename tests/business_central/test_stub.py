"""The stub is as strict as the document: what Business Central would refuse is refused, and noted."""

from __future__ import annotations

from typing import Any

import pytest
import simplejson

from tests.business_central import contract
from tests.business_central.filters import BadFilter, Filter
from tests.business_central.server import API, BusinessCentralStub, Reply

CUSTOMERS = contract.properties("customers")


@pytest.fixture
def stub() -> BusinessCentralStub:
    made = BusinessCentralStub()
    made.tokens.add("token")
    return made


def ask(stub: BusinessCentralStub, method: str, path: str, body: Any = None, **headers: str) -> Reply:
    url = f"{stub.base}{API}/companies({stub.books.company})/{path}"
    raw = b"" if body is None else simplejson.dumps(body).encode()
    return stub.handle(method, url, {"Authorization": "Bearer token", **headers}, raw)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"displayName": "M" * 101}, "displayName"),
        ({"displayName": "Maja", "registrationNumber": "1"}, "unknown member registrationNumber"),
        ({"displayName": "Maja", "lastModifiedDateTime": "2026-01-01T00:00:00Z"}, "read only"),
        ({"displayName": "Maja", "type": "Robot"}, "type"),
    ],
)
def test_a_body_that_the_document_does_not_allow_is_refused_and_noted(
    stub: BusinessCentralStub, body: dict[str, Any], named: str
) -> None:
    assert ask(stub, "POST", "customers", body).status == 400
    assert named in stub.complaints[0]


@pytest.mark.parametrize("path", ["vendors", "customers?$skip=20", "salesShipments(x)/lines"])
def test_a_path_or_an_option_that_the_document_lacks_is_refused_and_noted(stub: BusinessCentralStub, path: str) -> None:
    assert ask(stub, "GET", path).status == 400
    assert stub.complaints


def test_a_change_without_an_etag_is_refused_and_one_with_an_old_one_conflicts(stub: BusinessCentralStub) -> None:
    row = stub.books.add_customer({"displayName": "Maja"})
    old = row["@odata.etag"]
    stub.books.change_customer(row["number"], city="Solna")
    path = f"customers({row['id']})"
    assert ask(stub, "PATCH", path, {"city": "Umeå"}).status == 400
    assert ask(stub, "PATCH", path, {"city": "Umeå"}, **{"If-Match": old}).status == 409


@pytest.mark.parametrize(
    "text",
    [
        "number eq 'a' or email eq 'b'",
        "(number eq 'a' or city eq 'b') and type eq 'Person'",
        "registrationNumber eq '1'",
        "number like 'a'",
        "number eq 'a",
        "number eq 'a' city",
        "any(number)",
    ],
)
def test_a_filter_that_business_central_refuses_is_refused(text: str) -> None:
    with pytest.raises(BadFilter):
        Filter(text, CUSTOMERS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("number eq 'C1' or number eq 'C2'", True),
        ("tolower(email) eq 'maja@example.com' and number gt 'C0'", True),
        ("email eq 'maja@example.com'", False),
        ("city eq 'O''Hara'", True),
        ("startswith(number,'C') and lastModifiedDateTime ge 2026-01-02T00:00:00Z", True),
        ("lastModifiedDateTime gt 2026-01-02T03:00:00Z", False),
    ],
)
def test_a_filter_means_what_it_says(text: str, expected: bool) -> None:
    row = {
        "number": "C1",
        "email": "Maja@example.com",
        "city": "O'Hara",
        "lastModifiedDateTime": "2026-01-02T03:00:00Z",
    }
    assert Filter(text, CUSTOMERS)(row) is expected


def test_an_answer_that_the_document_does_not_allow_is_noted(stub: BusinessCentralStub) -> None:
    stub.books.add_customer({"displayName": "Maja"})["type"] = "Robot"
    ask(stub, "GET", "customers")
    assert "Robot" in stub.complaints[0]
