"""XML orders read as their JSON does, harmful documents are refused, the answer keeps its order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from connectors.norce.types.order_updates import OrderResponse, ResponseStatus
from connectors.norce.types.orders import OrderRequest
from connectors.norce.wire import WireError, decode, read
from connectors.norce.xml import order_request_to_xml, read_order_request, write_order_response
from tests.connectors.norce.contracts import SAMPLES

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def _order(xml: str) -> bytes:
    return f"<OrderRequest>{xml}</OrderRequest>".encode()


def _without_absent(value: Any) -> Any:
    match value:
        case dict():
            kept = {key: _without_absent(item) for key, item in value.items()}
            return {key: item for key, item in kept.items() if item not in (None, "", [], {})}
        case list():
            return [_without_absent(item) for item in value]
        case _:
            return value


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_an_order_in_xml_is_the_same_as_in_json(sample: Path) -> None:
    data = decode(sample.read_bytes())
    mapping = read_order_request(order_request_to_xml(data))
    assert mapping == _without_absent(data)
    assert read(OrderRequest, mapping) == read(OrderRequest, data)


def test_the_lists_have_the_item_names_and_namespaces_of_the_contract() -> None:
    item = {"Promotions": [{"Id": 7}], "PriceLists": [{"QtyBreak": 1}], "AdditionalInfo": [{"Code2": "A"}]}
    root = etree.fromstring(order_request_to_xml({"Items": [item]}))
    names = [element.tag.partition("}")[2] for element in root.iter()]
    assert names == ["OrderRequest", "Items", "OrderItem", "Promotions", "Promotion", "Id", "PriceLists", "Pricelist",
                     "QtyBreak", "AdditionalInfo", "Value", "Code2"]  # fmt: skip
    assert root.find(".//{Enferno.Services.Contracts.StormConnect.Order}Promotion") is not None
    assert root.tag == "{Enferno.Services.StormConnect.Contracts.Order}OrderRequest"


def test_nil_and_empty_elements_are_absent() -> None:
    nil = '<Source xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/>'
    assert read_order_request(_order(f"{nil}<ErpOrderNo/><SellTo><Company/></SellTo><Items></Items>")) == {}


def test_namespaces_and_comments_do_not_matter() -> None:
    body = b'<n:OrderRequest xmlns:n="urn:any"><n:Source>W<!-- - -->EB</n:Source></n:OrderRequest>'
    assert read_order_request(body) == {"Source": "WEB"}


def test_unknown_elements_are_kept() -> None:
    mapping = read_order_request(_order("<New><A>1</A><B>2</B></New><List><A>1</A><A>2</A></List>"))
    assert mapping == {"New": {"A": "1", "B": "2"}, "List": ["1", "2"]}


def test_a_list_with_one_item_is_still_a_list() -> None:
    mapping = read_order_request(_order("<Items><OrderItem><LineNo>1</LineNo></OrderItem></Items>"))
    assert mapping == {"Items": [{"LineNo": 1}]}


def test_a_number_that_cannot_be_read_is_refused_with_its_path_when_the_order_is_read() -> None:
    mapping = read_order_request(_order("<Items><OrderItem><UnitPrice>12,50</UnitPrice></OrderItem></Items>"))
    with pytest.raises(WireError, match=r"^Items\[0\]\.UnitPrice: expected a number, got the text '12,50'"):
        read(OrderRequest, mapping)


def test_a_member_given_twice_is_refused() -> None:
    with pytest.raises(WireError, match=r"^Items: expected one element, got two of them"):
        read_order_request(_order("<Items><OrderItem><LineNo>1</LineNo></OrderItem></Items>" * 2))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE OrderRequest><OrderRequest/>',
        f'<!DOCTYPE o [<!ENTITY l0 "ha">{LAUGHS}]><OrderRequest a="&l9;">&l9;</OrderRequest>',
        '<!DOCTYPE o [<!ENTITY x SYSTEM "file:///etc/passwd">]><OrderRequest><Source>&x;</Source></OrderRequest>',
        '<!DOCTYPE o SYSTEM "http://127.0.0.1:9/o.dtd"><OrderRequest/>',
        '<!DOCTYPE o [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p">%p;]><OrderRequest/>',
    ],
    ids=["doctype", "billion laughs", "external entity", "external dtd", "parameter entity"],
)  # fmt: skip
def test_a_document_type_is_refused(text: str, encoding: str) -> None:
    body = f'<?xml version="1.0" encoding="{encoding}"?>{text}'.encode(encoding)
    with pytest.raises(WireError, match="got a document type"):
        read_order_request(body)


@pytest.mark.parametrize("body", [b"", b"{}", b"<OrderRequest>", _order("&x;"), _order("<A>" * 9000 + "</A>" * 9000)])
def test_malformed_xml_is_refused(body: bytes) -> None:
    with pytest.raises(WireError, match="well-formed XML"):
        read_order_request(body)


def test_another_document_is_refused() -> None:
    with pytest.raises(WireError, match=r"expected the element OrderRequest, got 'Invoice'"):
        read_order_request(b"<Invoice/>")


def test_text_that_xml_cannot_hold_is_refused() -> None:
    with pytest.raises(WireError, match=r"^CustomerOrderComment: expected a name and text"):
        order_request_to_xml({"CustomerOrderComment": "a\x00b"})


def test_the_answer_keeps_the_order_and_namespace_of_the_contract() -> None:
    answer = OrderResponse(
        erp_order_no="SO1", has_erp_order_no=True, description="Ok & kept", status_code=ResponseStatus.OK
    )
    root = etree.fromstring(write_order_response(answer))
    namespace = "{Enferno.Services.StormConnect.Contracts.Order}"
    found = [(element.tag.removeprefix(namespace), element.text) for element in root]
    assert root.tag == f"{namespace}OrderResponse"
    assert found == [
        ("StatusCode", "OK"),
        ("Description", "Ok & kept"),
        ("HasErpOrderNo", "true"),
        ("ErpOrderNo", "SO1"),
    ]


def test_the_answer_leaves_out_what_is_not_known() -> None:
    answer = OrderResponse(has_erp_order_no=False, status_code=ResponseStatus.OK)
    assert [element.text for element in etree.fromstring(write_order_response(answer))] == ["OK", "false"]
