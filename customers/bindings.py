"""Find and make bindings."""

from __future__ import annotations

from typing import Any, TypeVar

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import OuterRef, QuerySet

from connectors.erp.base import ErpParty, PartyKind
from customers import baseline
from customers.identity import normal_email, normal_number
from customers.models import Binding, CompanyBinding, CustomerBinding
from hub.models import Application

Row = TypeVar("Row", bound=Binding)


def scope(application: Application) -> dict[str, str]:
    """Return the columns within which a code is single: the ERP, and the application if customers are unique to it."""
    return {
        "application_key": application.key if are_by_application() else "",
        "erp_connection": application.erp_connection.name,
    }


def are_by_application() -> bool:
    """Return whether the same person may have another code in each application (a setting of the Norce client)."""
    return bool(settings.NORCE_CUSTOMERS_BY_APPLICATION)


def in_scope(table: type[Row], application_key: str, connection: str | OuterRef) -> QuerySet[Row]:
    """Return the bindings of one ERP connection, and of one application where customers are unique to it."""
    return table._default_manager.filter(application_key=application_key, erp_connection=connection)


def identifiers(party: ErpParty) -> dict[str, str]:
    """Return the columns that identify a party in its binding table."""
    if party.kind == PartyKind.PERSON:
        return {"email": normal_email(party.email)}
    return {"organisation_no": normal_number(party.organisation_no), "vat_no": normal_number(party.vat_no)}


def model_for(kind: PartyKind) -> type[CustomerBinding] | type[CompanyBinding]:
    """Return the binding table of people or of companies."""
    return CustomerBinding if kind == PartyKind.PERSON else CompanyBinding


def find(application: Application, party: ErpParty) -> Binding | None:
    """Return the binding that has one of the party's identifiers, if any."""
    rows = model_for(party.kind)._default_manager.filter(**scope(application))
    for column, value in identifiers(party).items():
        # Said twice, so that SQLite sees that the index of those with an identifier can be used.
        if value and (row := rows.filter(**{column: value}).exclude(**{column: ""}).first()):
            return row
    return None


def bind(application: Application, party: ErpParty, code: str, *, report: str, created: bool = False) -> Binding:
    """Keep that this party has this code in the ERP, and whether Norce must be told; return the row.

    What the party says is kept as heard, so that the shop's first notification only carries what
    differs; ``created`` says that the ERP has been given exactly that.

    A code that is bound stays as it is. Where another code has the party's identifier already (the
    order brought a code of its own), the code is kept without it: what is on the order decides.
    """
    model = model_for(party.kind)
    columns: dict[str, Any] = {"report": report, "heard": baseline.ordered(party, in_erp=created)}
    try:
        with transaction.atomic():
            row, _ = model._default_manager.get_or_create(
                **scope(application), erp_code=code, defaults=columns | identifiers(party)
            )
    except IntegrityError:
        row, _ = model._default_manager.get_or_create(**scope(application), erp_code=code, defaults=columns)
    return row
