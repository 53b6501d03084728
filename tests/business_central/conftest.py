"""A hub whose ERP is the stub, and an adapter to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.erp.business_central import BusinessCentral
from connectors.sandbox.core import Sandbox
from hub import gateways
from tests.business_central.books import Books
from tests.business_central.server import BusinessCentralStub
from tests.business_central.wire import StubAdapter
from tests.conftest import sample
from tests.erp_contract.business_central import BusinessCentralWorkbench, address

ACCOUNTS = {"3740": 0, "3990": 25}


def rates(*, fees: bool) -> dict[str, int]:
    """Return the VAT rates of the articles, or of the freight, of the sample orders by their number in the ERP."""
    rows = [row for number in range(1, 7) for row in sample(f"{number:02}")["Items"]]
    wanted = [row for row in rows if (row["TypeGroup"] == "Fee") == fees]
    return {row["ErpPartNo"]: row["VatRate"] for row in wanted if row["Type"] != "Standard"}


@pytest.fixture
def bench(db: None) -> Iterator[BusinessCentralWorkbench]:
    """The adapter on a wire, the stub, and a clerk in it."""
    made = BusinessCentralWorkbench()
    yield made
    made.close()


@pytest.fixture
def erp(bench: BusinessCentralWorkbench) -> BusinessCentral:
    """The adapter alone."""
    found = bench.erp()
    assert isinstance(found, BusinessCentral)
    return found


@pytest.fixture
def central(sandbox: Sandbox, settings: Any) -> Iterator[BusinessCentralStub]:
    """Business Central in the ERP's place, with all articles and fees of the sample orders; Norce is the sandbox."""
    stub = BusinessCentralStub(books=Books(vat=rates(fees=False), accounts=ACCOUNTS | rates(fees=True)))
    settings.ERP_URLS = {"default": address(stub.secret)}
    gateways.session("erp:default").mount("https://bc.test", StubAdapter(stub))
    yield stub
    assert stub.complaints == []
