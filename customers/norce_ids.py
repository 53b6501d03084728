"""Find the Norce ids of bindings in Norce Query, so that a code can be matched by Id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from django.conf import settings
from django.db import IntegrityError, transaction

from connectors.errors import PermanentError
from connectors.norce.query import NorceQuery
from customers.identity import normal_email, normal_number
from customers.models import Binding, CompanyBinding, CustomerBinding
from hub import gateways
from hub.models import Application

# Query puts the whole filter into the address; addresses of a few thousand characters are safe.
CHUNK = 20
NAMELESS = "Nothing to look for in Norce: no e-mail address, no organisation number."
# Norce ids by identifier.
Found = dict[str, set[int]]


def look_up(bindings: Sequence[Binding]) -> dict[int, str]:
    """Give every binding without a Norce id its id; return why not, by primary key, for those that get none.

    A Query without the set (its spelling is inferred in the notes) answers 404 and leaves out only who
    has no identifier: the other codes then go out with e-mail address or organisation number, as the
    import's matching allows. Other refusals are raised.
    """
    wanting = [binding for binding in bindings if binding.norce_id is None]
    reasons = {binding.pk: NAMELESS for binding in wanting if not _identifier(binding)}
    for key, chunk in _chunks(wanting):
        # Each chunk is kept at once, so that a 429 after it does not ask for it again.
        found = _found(key, chunk)
        if found is not None:
            reasons |= {binding.pk: _assign(binding, found.get(_identifier(binding), set())) for binding in chunk}
    return {pk: reason for pk, reason in reasons.items() if reason}


def _found(application_key: str, chunk: Sequence[Binding]) -> Found | None:
    """Return the Norce ids by identifier, None when the tenant has no such set."""
    try:
        return _search(gateways.norce_query(_number(application_key)), chunk)
    except PermanentError as error:
        if error.status != 404:
            raise
        return None


def _chunks(bindings: Sequence[Binding]) -> Iterator[tuple[str, list[Binding]]]:
    by_application: defaultdict[str, list[Binding]] = defaultdict(list)
    for binding in bindings:
        if _identifier(binding):
            by_application[binding.application_key].append(binding)
    for key, group in by_application.items():
        for start in range(0, len(group), CHUNK):
            yield key, group[start : start + CHUNK]


def _search(query: NorceQuery, bindings: Sequence[Binding]) -> dict[str, set[int]]:
    found: defaultdict[str, set[int]] = defaultdict(set)
    names = [_identifier(binding) for binding in bindings]
    if isinstance(bindings[0], CustomerBinding):
        for person in query.customers_by_email(names):
            if person.id and not person.is_forgotten:
                found[normal_email(person.email_address)].add(person.id)
    else:
        for company in query.companies_by_organisation_no([*names, *map(_dashed, names)]):
            if company.id:
                found[normal_number(company.organization_no)].add(company.id)
    return dict(found)


def _assign(binding: Binding, ids: set[int]) -> str:
    if not _identifier(binding):
        return NAMELESS
    if len(ids) != 1:
        return "Norce has several customers with this identifier." if ids else "Norce does not have this customer."
    try:
        with transaction.atomic():
            binding.norce_id = ids.pop()
            binding.save(update_fields=["norce_id"])
    except IntegrityError:
        binding.norce_id = None
        return "Another ERP code is bound to the same customer in Norce."
    return ""


def _identifier(binding: Binding) -> str:
    if isinstance(binding, CustomerBinding):
        return binding.email
    assert isinstance(binding, CompanyBinding)
    return binding.organisation_no


def _dashed(number: str) -> str:
    """Return a ten-digit Swedish number as people write it, 559999-0000; Norce keeps either."""
    return f"{number[:6]}-{number[6:]}" if len(number) == 10 and number.isdigit() else number


def _number(application_key: str) -> int | None:
    row = Application.objects.filter(key=application_key).first() if application_key else None
    return row.number if row else settings.NORCE_APPLICATION_ID or _any_number()


def _any_number() -> int | None:
    return Application.objects.order_by("number").values_list("number", flat=True).first()
