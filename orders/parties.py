"""The people and companies on an order as its page shows them, masked, and what *Reveal* shows of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from connectors.erp.base import ErpAddress
from connectors.errors import HubError
from connectors.norce.types.orders import ClientCustomer, OrderRequest, Person
from connectors.redaction import mask_email
from customers.mapping import phone, to_address
from hub.revealing import Shown
from orders.contents import BLANK, read_request
from orders.erasing import is_erased
from orders.masking import mask_address, mask_phone
from orders.models import Order


@dataclass(frozen=True, kw_only=True)
class Party:
    """A buyer, payer or receiver."""

    title: str
    address: ErpAddress
    email: str
    phone: str

    @property
    def masked(self) -> Party:
        """The party as everybody may see it."""
        return replace(
            self, address=mask_address(self.address), email=mask_email(self.email), phone=mask_phone(self.phone)
        )

    @property
    def text(self) -> str:
        """Everything that is known of the party, a line for each."""
        place = self.address
        care_of = f"c/o {place.care_of}" if place.care_of else ""
        town = " ".join(filter(None, (place.postal_code, place.city, place.country)))
        lines = (place.name, care_of, place.line1, place.line2, town, self.email, self.phone or place.phone)
        return "\n".join(filter(None, lines))


def parties(request: OrderRequest) -> list[Party]:
    """Return buyer, payer and receiver; those that are the same person at the same place once."""
    named = (
        (_("Buyer"), request.sell_to),
        (_("Invoice to"), request.bill_to),
        (_("Deliver to"), request.ship_to),
    )
    found: list[Party] = []
    for title, customer in named:
        party = _party(title, customer)
        if customer and not any(party.address == known.address for known in found):
            found.append(party)
    return found


def has_personal_data(order: Order) -> bool:
    """Return whether there is anything to reveal: nobody was taken out of the order, and its contents are kept."""
    return bytes(order.body) != BLANK and not is_erased(order)


def personal_data(order: Order) -> Sequence[Shown]:
    """Return the people on an order, the buyer's comment and the message as it came, nothing of it masked."""
    return tuple(_shown(order))


def _shown(order: Order) -> Iterator[Shown]:
    try:
        request = read_request(order)
    except (HubError, RecursionError):
        request = OrderRequest()
    for party in parties(request):
        yield Shown(title=party.title, text=party.text)
    if request.customer_order_comment:
        yield Shown(title=_("The buyer's comment"), text=request.customer_order_comment)
    yield Shown(title=_("As received"), text=bytes(order.body).decode("utf-8", "replace"))


def _party(title: str, customer: ClientCustomer | None) -> Party:
    person = (customer.person if customer else None) or Person()
    return Party(title=title, address=to_address(customer), email=person.email or "", phone=phone(person))
