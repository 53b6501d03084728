"""Every schema of the order and customer services has a dataclass with exactly its members and limits."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.norce.kinds import Text
from connectors.norce.types.customers import AccountStatus
from connectors.norce.types.import_header import AccountField, CompanyField, CustomerField
from connectors.norce.types.order_updates import OrderStatus, PackageStatus
from tests.connectors.norce.contracts import CUSTOMER, ORDER, class_of, contract, members_of, object_schemas

# Set by Norce, ignored, or in need of a file area: left out so that they cannot be sent.
NEVER_SENT = {"JobId", "SerializationType", "StorageName", "SupplierId"}
LIMITS = ("maxLength", "x-storage-maxLength", "x-read-model-max-length")

SCHEMAS = [(service, name) for service in (ORDER, CUSTOMER) for name in object_schemas(service)]
FIELD_ENUMS = {"CustomerField": CustomerField, "CompanyField": CompanyField, "AccountField": AccountField}


@pytest.mark.parametrize(("service", "name"), SCHEMAS)
def test_a_dataclass_has_exactly_the_members_of_its_schema(service: str, name: str) -> None:
    expected = set(object_schemas(service)[name])
    if name.endswith("Header") and name != "Header":
        expected -= NEVER_SENT
    assert set(members_of(class_of(service, name))) == expected


@pytest.mark.parametrize(("service", "name"), SCHEMAS)
def test_a_text_member_has_the_limit_of_its_schema(service: str, name: str) -> None:
    for member, schema in object_schemas(service)[name].items():
        limit = _limit(service, schema)
        found = members_of(class_of(service, name)).get(member)
        if limit and found:
            written = found.kind.limit if isinstance(found.kind, Text) else None
            assert written == limit or member == "StatusCode", f"{name}.{member}"


@pytest.mark.parametrize(("service", "name"), SCHEMAS)
def test_a_required_member_is_required_when_written(service: str, name: str) -> None:
    required = contract(service)["components"]["schemas"][name].get("required", ())
    members = members_of(class_of(service, name))
    assert [member for member in required if not members[member].needed] == []


def test_the_order_statuses_are_the_contracts_with_their_numbers() -> None:
    schema = contract(ORDER)["components"]["schemas"]["OrderStatus"]
    assert [status.value for status in OrderStatus] == schema["enum"]
    assert all(f"{status.value} {status.id}" in schema["description"] for status in OrderStatus)


def test_the_package_statuses_are_the_contracts() -> None:
    schema = object_schemas(ORDER)["DeliveryNotePackage"]["StatusId"]
    assert [status.value for status in PackageStatus] == [number for number in schema["enum"] if number is not None]


@pytest.mark.parametrize(("name", "fields"), FIELD_ENUMS.items())
def test_the_header_fields_are_the_contracts_with_their_numbers(name: str, fields: type[CustomerField]) -> None:
    schema = contract(CUSTOMER)["components"]["schemas"][name]
    names = schema["oneOf"][0]["enum"]
    assert [(field.value, field.id) for field in fields] == list(zip(names, schema["x-field-id"], strict=True))


def test_a_status_is_found_by_its_number() -> None:
    assert OrderStatus.from_id(8) is OrderStatus.PARTLY_DELIVERED
    assert AccountStatus.from_id(2) is AccountStatus.INACTIVE


def test_an_unknown_number_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"OrderStatus has no number 21; known are 0 Created, 1 Allocation"):
        OrderStatus.from_id(21)


def _limit(service: str, schema: dict[str, Any]) -> int | None:
    if "$ref" in schema:
        schema = contract(service)["components"]["schemas"][schema["$ref"].rsplit("/")[-1]]
    return next((schema[key] for key in LIMITS if key in schema), None)
