"""Map an order as it would be sent now, or with other mappings, and note every value that has none."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.erp.base import ErpOrder
from connectors.errors import HubError, MappingError
from connectors.norce.types.orders import OrderRequest
from hub.models import Application
from hub.models.configuration import ValueKind
from hub.values import Translate
from orders.mapping import to_erp_order
from orders.sums import fitting, readings

Missing = tuple[ValueKind, str]


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An order for the ERP. A value that must have a mapping and has none is ``missing``, and stands as Norce has it.

    ``order`` is None where something else than that is wrong, which ``problem`` tells.
    """

    order: ErpOrder | None
    missing: tuple[Missing, ...]
    problem: str = ""

    @property
    def maps(self) -> bool:
        """Whether nothing keeps the order from being mapped."""
        return self.order is not None and not self.missing


def draft(request: OrderRequest, application: Application, translate: Translate) -> Draft:
    """Return an order as ``translate`` makes it; whether its sums meet is no question here."""
    missing: dict[Missing, None] = {}

    def note(kind: ValueKind, value: str) -> str:
        try:
            return translate(kind, value)
        except MappingError:
            missing[kind, value] = None
            return value

    reading = fitting(request, application.sum_tolerance) or readings(request)[0]
    try:
        order = to_erp_order(request, reading=reading, reference="", translate=note)
    except HubError as error:
        return Draft(order=None, missing=tuple(missing), problem=error.cause)
    except ArithmeticError as error:
        # An amount beyond all measure stops its order, and no page.
        return Draft(order=None, missing=tuple(missing), problem=type(error).__name__)
    return Draft(order=order, missing=tuple(missing))
