"""What Tryton's checks refuse of a customer, on a register of one party: the one of the tests checks no telephones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from connectors.erp.base import ErpAddress, ErpParty, PartyKind
from connectors.erp.tryton_errors import Refused
from connectors.erp.tryton_parties import TrytonParties
from connectors.erp.tryton_rpc import TrytonRpc

COMPANY = ErpParty(
    kind=PartyKind.COMPANY,
    name="Exempelbygg AB",
    email="bygg@example.com",
    phone="+46701740605",
    organisation_no="5560360793",
    address=ErpAddress(country="SE"),
)
TELEPHONES = ("phone", "mobile")


@dataclass
class OneParty:
    """Stands for `TrytonRpc`: numbers with a type have ten digits, telephones begin with a plus."""

    children: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {"contact_mechanisms": [], "identifiers": []}
    )

    def read(self, operation: str, model: str, method: str, *params: Any) -> Any:
        return [("se_orgnr", "")] if method == "get_types" else [{"code": "1"}]

    def known(self, *asked: Any) -> list[Any]:
        return [{"id": 1, "code": "SE"}]

    def search(self, *asked: Any, **options: Any) -> list[Any]:
        children = {f"{name}.": [dict(row) for row in rows] for name, rows in self.children.items()}
        return [{"id": 1, "code": "1", "name": "", "active": True, "addresses.": [], **children}]

    def write(self, operation: str, model: str, method: str, *params: Any) -> Any:
        values = params[-1][0] if method == "create" else params[-1]
        changed = {name: self._changed(name, values[name]) for name in self.children}
        for row in changed["identifiers"]:
            self._refuse_unless(not row["type"] or len(row["code"]) == 10)
        for row in changed["contact_mechanisms"]:
            self._refuse_unless(row["type"] not in TELEPHONES or row["value"].startswith("+"))
        self.children = changed
        return [1]

    def _changed(self, name: str, commands: list[Any]) -> list[dict[str, Any]]:
        rows = [dict(row) for row in self.children[name]]
        for command in commands:
            if command[0] == "create":
                new = {"comment": None, "active": True, "code_compact": "", **command[1][0]}
                rows.append({"id": len(rows), **new})
            else:
                rows[command[1][0]].update(command[2])
        return rows

    def _refuse_unless(self, fits: bool) -> None:
        if not fits:
            raise Refused("tryton_refused", system="erp", operation="create customer", said="It is not valid.")


@pytest.fixture
def tryton() -> OneParty:
    """A register without anybody."""
    return OneParty()


@pytest.fixture
def register(tryton: OneParty) -> TrytonParties:
    """The adapter's part for customers."""
    return TrytonParties(own=0, rpc=cast("TrytonRpc", tryton))


@pytest.fixture
def kept(tryton: OneParty) -> Callable[[], list[tuple[str, str]]]:
    """Return type and value of what is kept, "" for a number without a type."""

    def kept() -> list[tuple[str, str]]:
        contacts = [(row["type"], row["value"]) for row in tryton.children["contact_mechanisms"]]
        return contacts + [(row["type"] or "", row["code"]) for row in tryton.children["identifiers"]]

    return kept


REFUSED = [
    ("+46701740605", "5560360793", "phone", "se_orgnr"),
    ("+46701740605", "12", "phone", ""),
    ("12", "5560360793", "other", "se_orgnr"),
    ("12", "12", "other", ""),
]


@pytest.mark.parametrize(("phone", "number", "phone_type", "number_type"), REFUSED)
def test_what_is_refused_loses_its_type_and_nothing_else_does(
    register: TrytonParties,
    kept: Callable[[], list[tuple[str, str]]],
    phone: str,
    number: str,
    phone_type: str,
    number_type: str,
) -> None:
    register.create(_with(phone=phone, organisation_no=number))
    assert kept() == [("email", COMPANY.email), (phone_type, phone), (number_type, number)]
    [found] = register.find(PartyKind.ANY, {"code": "1"})
    assert (found.phone, found.organisation_no) == (phone, number)


def test_a_refused_telephone_is_written_in_its_place_and_one_day_right(
    register: TrytonParties, kept: Callable[[], list[tuple[str, str]]]
) -> None:
    register.create(_with(phone="", cell_phone="12"))
    for number in ("12", "13", "+46701740605", "14"):
        register.update("1", _with(cell_phone=number), {"cell_phone"})
        [found] = register.find(PartyKind.ANY, {"code": "1"})
        assert (found.phone, found.cell_phone, len(kept())) == ("", number, 3)


def test_what_somebody_else_keeps_as_other_is_no_telephone(tryton: OneParty, register: TrytonParties) -> None:
    register.create(COMPANY)
    tryton.children["contact_mechanisms"].append(
        {"id": 2, "type": "other", "value": "Reception", "comment": None, "active": True}
    )
    [found] = register.find(PartyKind.ANY, {"code": "1"})
    assert (found.phone, found.cell_phone) == (COMPANY.phone, "")


def _with(**changes: str) -> ErpParty:
    return ErpParty(**{**vars(COMPANY), **changes})
