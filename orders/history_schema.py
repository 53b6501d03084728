"""What the OpenAPI schema says of the order history."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

from hub.api_schema import problem_answers, problem_headers
from orders.history_answers import HistoryOrder, HistoryPage, OrderQuery, OrdersQuery

TAG = "Order history"
HEAD = {"number": "SO100001", "norce_order": "5100231", "reference": "1901-5100231", "status": "open"}
ROW = {"line_no": 1, "part_no": "P-100", "is_fee": False, "status": None}
AMOUNTS = {"ordered": "2", "delivered": "1", "invoiced": "1", "cancelled": "0"}
DOCUMENT_ROW = {
    "line_no": 1,
    "part_no": "P-100",
    "description": "Lamp",
    "quantity": "1",
    "unit_price": "399.20",
    "unit_vat": "99.80",
    "vat_rate": "25",
}
MOMENT = "2027-01-15T09:12:44+01:00"
DELIVERY = {
    "number": "D1",
    "delivered_at": MOMENT,
    "method": "POST",
    "rows": [DOCUMENT_ROW],
    "parcels": [{"number": "00370000000000000001", "status": "sent"}],
}
MONEY = {"currency": "SEK", "total": "499.00", "rows": [DOCUMENT_ROW]}
PAGE_EXAMPLE = {
    "orders": [{**HEAD, "ordered_at": MOMENT, "currency": "SEK", "total": "998.00"}],
    "next": "IlNPMTAwMDAxIg:1vQx2k:c2lnbmF0dXJl",
}
ORDER_EXAMPLE = {
    **HEAD,
    "rows": [ROW | AMOUNTS],
    "deliveries": [DELIVERY],
    "invoices": [{"number": "F1", "invoiced_at": MOMENT, "due_at": MOMENT, **MONEY}],
    "credits": [{"number": "K1", "credited_invoice": "F1", "credited_at": MOMENT, **MONEY}],
}
NUMBER = OpenApiParameter("number", OpenApiTypes.STR, OpenApiParameter.PATH, description="The ERP's number.")


def _answer(answer: Any, description: str, example: dict[str, Any]) -> OpenApiResponse:
    return OpenApiResponse(answer, description=description, examples=[OpenApiExample("answer", value=example)])


describes_orders = extend_schema(
    operation_id="listOrders",
    summary="Orders of a customer or company",
    tags=[TAG],
    parameters=[OrdersQuery, *problem_headers()],
    responses={200: _answer(HistoryPage, "A page of orders, the latest first", PAGE_EXAMPLE)}
    | problem_answers("erp-nonsense", "erp-away"),
)
describes_order = extend_schema(
    operation_id="getOrder",
    summary="One order with its documents",
    tags=[TAG],
    parameters=[NUMBER, OrderQuery, *problem_headers()],
    responses={200: _answer(HistoryOrder, "The order", ORDER_EXAMPLE)}
    | problem_answers("not-found", "erp-nonsense", "erp-away"),
)
