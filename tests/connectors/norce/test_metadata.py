"""A tenant's model is read without trust, and every name it lacks is told."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from connectors.errors import PermanentError
from connectors.norce.message import Message
from connectors.norce.metadata import lacking, read_model
from connectors.norce.reads import EntitySet

MODEL = """<?xml version="1.0"?>
<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
<Schema Namespace="Norce.Orders" xmlns="http://docs.oasis-open.org/odata/ns/edm">
  <!-- a comment --><EntityType Name="Base"><Key><PropertyRef Name="Id"/></Key>
    <Property Name="Id" Type="Edm.Int64"/></EntityType>
  <EntityType Name="Order" BaseType="Norce.Orders.Base"><Property Name="OrderNo" Type="Edm.String"/>
    <NavigationProperty Name="Items" Type="Collection(Norce.Orders.Item)"/>
    <NavigationProperty Name="Buyer" Type="Elsewhere.Person"/></EntityType>
  <EntityType Name="Item" BaseType="Norce.Orders.Item"><Property Name="partNo" Type="Edm.String"/></EntityType>
  <EntityContainer Name="Default"><EntitySet Name="Orders" EntityType="Norce.Orders.Order"/></EntityContainer>
</Schema></edmx:DataServices></edmx:Edmx>"""


@dataclass(frozen=True, kw_only=True)
class Line(Message):
    part_no: str | None = None


@dataclass(frozen=True, kw_only=True)
class Row(Message):
    id: int | None = None
    order_no: str | None = None
    status_id: int | None = None
    items: tuple[Line, ...] = ()
    buyer: Line | None = None
    payer: Line | None = None


def told(path: str, text: str = MODEL) -> list[str]:
    return list(lacking(read_model(text.encode()), EntitySet(path=path, row=Row), str))


def test_every_property_navigation_and_inner_property_that_is_missing_is_named() -> None:
    assert told("Orders/Orders") == [
        "Orders/Orders has no property StatusId.",
        "Orders/Orders/Items has no property PartNo.",
        "Orders/Orders/Buyer is of the type Person, which is not in the model.",
        "Orders/Orders has no navigation Payer.",
    ]


def test_a_missing_set_is_named_once() -> None:
    assert told("Orders/Quotations") == ["There is no set Orders/Quotations."]


BOMB = '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize(
    "text", ["", "{}", "<html>", "<a/>", BOMB + "<a>&b;</a>", '<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x"><a/>']
)
def test_what_is_no_plain_model_is_refused(text: str) -> None:
    with pytest.raises(PermanentError):
        read_model(text.encode())
