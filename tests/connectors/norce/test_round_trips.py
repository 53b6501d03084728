"""Whatever can be built is valid by the contract and comes back unchanged, money to the last digit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.norce.kinds import Choice, Flag, Kind, Moment, Number, OneOf, Text, Whole
from connectors.norce.message import Message, WireError
from connectors.norce.plan import Many, Member, Record, plan_of
from connectors.norce.types.customers import Customer
from connectors.norce.types.order_updates import InvoiceItem
from connectors.norce.types.orders import OrderRequest
from connectors.norce.wire import decode, encode, read, write
from tests.connectors.norce.contracts import CUSTOMER, ORDER, class_of, complaints, object_schemas

READ_ONLY = {"JobResponse", "ValidationSummary"}
SENT = [
    (service, name)
    for service in (ORDER, CUSTOMER)
    for name in object_schemas(service)
    if name not in READ_ONLY and not name.endswith("Core")
]
MONEY = st.decimals(min_value=-(10**12), max_value=10**12, places=4)


def values_of(kind: Kind) -> st.SearchStrategy[Any]:
    match kind:
        case Text():
            return st.text(
                st.characters(codec="ascii", exclude_characters="\x00"), min_size=1, max_size=kind.limit or 9
            )
        case Whole():
            return st.integers(-(2**31), 2**31 - 1)
        case Number():
            return MONEY
        case Flag():
            return st.booleans()
        case Moment():
            return st.datetimes().map(lambda moment: moment.replace(microsecond=0))
        case Choice():
            return st.sampled_from(list(kind.options))
        case Many():
            return st.lists(values_of(kind.of), min_size=1, max_size=2).map(tuple)
        case Record():
            return messages(kind.of)
        case OneOf():
            return values_of(kind.kinds[0])
    raise AssertionError(f"no values for {kind}")


@st.composite
def messages(draw: st.DrawFn, cls: type[Message]) -> Any:
    members = plan_of(cls).members
    groups = cls.either or ((),)
    certain = set(draw(st.sampled_from(groups)))
    chosen = [member for member in members if member.needed or member.attribute in certain or draw(_sometimes)]
    return cls(**{member.attribute: draw(values_of(member.kind)) for member in chosen})


_sometimes = st.integers(0, 4).map(lambda number: number == 0)
SMALL = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@pytest.mark.parametrize(("service", "name"), SENT)
def test_what_is_written_is_valid_by_the_contract_and_reads_back_the_same(service: str, name: str) -> None:
    @SMALL
    @given(messages(class_of(service, name)))
    def holds(message: Message) -> None:
        assert complaints(service, name, write(message)) == []
        back = read(type(message), decode(encode(message)))
        assert back == message.as_sent()

    holds()


@pytest.mark.parametrize(("service", "name"), SENT)
def test_every_null_that_may_be_written_is_allowed_by_the_contract(service: str, name: str) -> None:
    @SMALL
    @given(messages(class_of(service, name)))
    def holds(message: Message) -> None:
        group = {attribute for group in message.either for attribute in group}
        nulls = {
            m.attribute: None for m in plan_of(type(message)).members if _may_be_null(m) and m.attribute not in group
        }
        cleared = type(message)(**vars(message) | nulls)
        assert complaints(service, name, write(cleared)) == []

    holds()


def _may_be_null(member: Member) -> bool:
    return member.nullable and not member.needed


@given(MONEY)
def test_money_stays_exact_from_decimal_to_json_and_back(amount: Decimal) -> None:
    item = InvoiceItem(part_no="A", quantity=1, unit_price=amount)
    assert str(read(InvoiceItem, decode(encode(item))).unit_price) == str(amount)


@given(st.text())
def test_any_text_arrives_unchanged(text: str) -> None:
    name = text[:40]
    assert decode(encode(Customer(id=1, first_name=name)))["FirstName"] == name


NAMES = st.sampled_from(["Items", "Payments", "SellTo", "Person", "UnitPrice", "Amount"])
LEAVES = st.none() | st.booleans() | st.integers() | st.text()
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner))


@given(JSON)
@settings(max_examples=60, deadline=None)
def test_any_json_is_read_or_refused_with_a_path(data: Any) -> None:
    try:
        assert isinstance(read(OrderRequest, data), OrderRequest)
    except WireError as error:
        assert error.path
