"""Name customers and companies by their numbers in both systems, many at once, and never by name."""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.utils.translation import gettext_lazy as _

from customers.models import Binding, CompanyBinding, CustomerBinding

TABLES: dict[str, type[Binding]] = {"customer": CustomerBinding, "company": CompanyBinding}
IN_ERP = {"customer": _("ERP customer %(code)s"), "company": _("ERP company %(code)s")}
IN_NORCE = {"customer": _("Norce customer %(number)s"), "company": _("Norce company %(number)s")}
COLUMNS = ("erp_connection", "erp_code", "norce_id")


def by_code(kind: str) -> Callable[[Collection[str]], dict[str, str]]:
    """Return what names each ``customer:default:C10001``: "ERP customer C10001, Norce customer 50001"."""

    def describe(subjects: Collection[str]) -> dict[str, str]:
        codes = [subject.split(":", 2)[-1] for subject in subjects]
        rows = TABLES[kind]._default_manager.filter(erp_code__in=codes).only(*COLUMNS)
        return {row.subject: _words(kind, row) for row in rows if row.subject in subjects}

    return describe


def by_norce_id(kind: str) -> Callable[[Collection[str]], dict[str, str]]:
    """Return what names each ``norce_customer:50001``, by the same words."""

    def describe(subjects: Collection[str]) -> dict[str, str]:
        numbers = {subject: subject.partition(":")[2] for subject in subjects}
        wanted = [int(number) for number in numbers.values() if number.isdecimal()]
        rows = TABLES[kind]._default_manager.filter(norce_id__in=wanted).only(*COLUMNS)
        found = {str(row.norce_id): _words(kind, row) for row in rows}
        return {
            subject: found.get(number, str(IN_NORCE[kind] % {"number": number})) for subject, number in numbers.items()
        }

    return describe


def _words(kind: str, row: Binding) -> str:
    in_erp = str(IN_ERP[kind] % {"code": row.erp_code})
    return f"{in_erp}, {IN_NORCE[kind] % {'number': row.norce_id}}" if row.norce_id else in_erp
