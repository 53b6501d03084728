"""Value mappings as CSV and XLSX files: the same columns out and in, every row checked, and named in words."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, time
from io import BytesIO, StringIO
from itertools import islice
from typing import Any

import openpyxl
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export.formats.base_formats import CSV, XLSX
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import ModelResource
from import_export.results import Result
from tablib import Dataset

from hub.models import Application, ValueMapping
from hub.models.configuration import ValueKind

KEY = ("kind", "application_key", "norce_value")
COLUMNS = (*KEY, "erp_value")
LONGEST = {field.name: field.max_length or 0 for field in ValueMapping._meta.fields if field.name in COLUMNS}
LINE = "line"
MOST_ROWS = 20_000
# A spreadsheet takes a text that begins so for a formula, which may do harm when the file is opened.
FORMULAE = ("=", "+", "-", "@", "\t", "\r", "\n")


class FileError(ValueError):
    """A file that is no table of mappings; the text tells a person what to change."""


class MappingCsv(CSV):  # type: ignore[misc]
    """CSV in UTF-8, with commas or, as Swedish Excel writes it, semicolons."""

    def create_dataset(self, in_stream: str) -> Dataset:
        """Return the table of a file's text; raise FileError."""
        first = in_stream.partition("\n")[0]
        delimiter = ";" if first.count(";") > first.count(",") else ","
        return _dataset(csv.reader(StringIO(in_stream, newline=""), delimiter=delimiter))


class MappingXlsx(XLSX):  # type: ignore[misc]
    """The first sheet of an Excel file."""

    def create_dataset(self, in_stream: bytes) -> Dataset:
        """Return the table of a file's bytes; raise FileError."""
        book = openpyxl.load_workbook(BytesIO(in_stream), read_only=True, data_only=True)
        return _dataset(book.worksheets[0].iter_rows(values_only=True))


def escaped(text: str) -> str:
    """Return a text for a spreadsheet: an apostrophe before what would be a formula, undone by `unescaped`."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULAE) else text


def unescaped(text: str) -> str:
    """Return a text of a spreadsheet without the apostrophe of `escaped`."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(FORMULAE) else text


def problems(row: Mapping[str, str], application_keys: Collection[str]) -> dict[str, Any]:
    """Return what is wrong with a row, by column in words; ``row`` is as `ValueMappingResource` cleans it."""
    found: dict[str, Any] = {}
    for name in COLUMNS:
        if problem := _problem(row[name], LONGEST[name]):
            found[name] = problem
        elif not row[name] and name != "application_key":
            found[name] = _("A value is missing.")
    if "kind" not in found and row["kind"] not in ValueKind.values:
        known = ", ".join(ValueKind.values)
        found["kind"] = _("There is no kind %(kind)s; known are %(known)s.") % {"kind": row["kind"], "known": known}
    if "application_key" not in found and row["application_key"] not in application_keys:
        found["application_key"] = _("No application has this key; leave it empty for all applications.")
    return found


class Known(BaseInstanceLoader):  # type: ignore[misc]
    """All mappings there are by their natural key, read at once."""

    def __init__(self, resource: Any, dataset: Dataset | None = None) -> None:
        """Read them."""
        super().__init__(resource, dataset)
        self._rows = {tuple(getattr(row, name) for name in KEY): row for row in resource.get_queryset()}

    def get_instance(self, row: Mapping[str, Any]) -> ValueMapping | None:
        """Return the mapping that a row of the file is about, None for a new one."""
        return self._rows.get(tuple(row[name] for name in KEY))


class FileResult(Result):  # type: ignore[misc]
    """What came of a file; its wrong rows are named by their line in the file, blank ones counted."""

    def append_invalid_row(self, number: int, row: Mapping[str, Any], validation_error: ValidationError) -> None:
        """Keep a row with wrong values."""
        super().append_invalid_row(row[LINE], row, validation_error)

    def append_error_row(self, number: int, row: Mapping[str, Any], errors: Sequence[Any]) -> None:
        """Keep a row that failed."""
        super().append_error_row(row[LINE], row, errors)


class ValueMappingResource(ModelResource):  # type: ignore[misc]
    """Mappings by (kind, application, Norce value), so that a file that is imported again changes nothing."""

    class Meta:
        model = ValueMapping
        fields = COLUMNS
        import_id_fields = KEY
        instance_loader_class = Known
        use_bulk = True
        skip_unchanged = True
        skip_html_diff = True
        store_instance = True

    @classmethod
    def get_result_class(cls) -> type[Result]:
        """Return the class whose rows know their line."""
        return FileResult

    def before_import(self, dataset: Dataset, **kwargs: Any) -> None:
        """Learn which application keys there are, also of mappings whose application is gone."""
        keys = {""} | set(Application.objects.values_list("key", flat=True))
        self._keys = keys | set(ValueMapping.objects.values_list("application_key", flat=True).distinct())
        self._lines: dict[tuple[str, ...], int] = {}
        self._reason = kwargs.get("reason", "")

    def bulk_create(self, using_transactions: bool, dry_run: bool, *args: Any, **kwargs: Any) -> None:
        """Add mappings and begin their history."""
        made = list(self.create_instances)
        super().bulk_create(using_transactions, dry_run, *args, **kwargs)
        if not dry_run:
            self._keep([row for row in made if row.pk], update=False)

    def bulk_update(self, using_transactions: bool, dry_run: bool, *args: Any, **kwargs: Any) -> None:
        """Change mappings and go on with their history."""
        changed = list(self.update_instances)
        super().bulk_update(using_transactions, dry_run, *args, **kwargs)
        if not dry_run:
            self._keep(changed, update=True)

    def _keep(self, rows: list[ValueMapping], *, update: bool) -> None:
        ValueMapping.history.bulk_history_create(
            rows, batch_size=1000, update=update, default_change_reason=self._reason
        )

    def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
        """Clean a row in place; raise ValidationError for what is wrong with it, also that it is in the file twice."""
        if dates := {name for name in COLUMNS if isinstance(row[name], date | time)}:
            # What was written is lost: Excel keeps a number and how it is shown.
            raise ValidationError(dict.fromkeys(dates, _("Excel has made a date of this: format the cell as text.")))
        row.update({name: _text(row[name]) for name in COLUMNS})
        row["kind"] = row["kind"].lower()
        row["application_key"] = row["application_key"].strip("{} ").lower()
        if found := problems(row, self._keys):
            raise ValidationError(found)
        first = self._lines.setdefault(tuple(row[name] for name in KEY), row[LINE])
        if first != row[LINE]:
            text = _("Line %(line)d has the same kind, application and Norce value: keep one of them.")
            raise ValidationError(text % {"line": first})

    def export_field(self, field: Any, instance: ValueMapping, **kwargs: Any) -> str:
        """Return a value so that no spreadsheet takes it for a formula."""
        return escaped(super().export_field(field, instance, **kwargs))


def _dataset(rows: Iterable[Sequence[Any]]) -> Dataset:
    """Return the rows that are not blank, each with its line in the file; raise FileError for other columns."""
    lines = enumerate(rows, 1)
    _number, header = next(lines, (1, ()))
    names = [str(name or "").strip().lower() for name in header]
    missing = [name for name in COLUMNS if names.count(name) != 1]
    if missing:
        wanted = {"missing": ", ".join(missing), "wanted": ", ".join(COLUMNS)}
        raise FileError(
            _("The first row must name each column once: %(wanted)s. Look at %(missing)s; a template helps.") % wanted
        )
    places = [names.index(name) for name in COLUMNS]
    full = ((line, row) for line, row in lines if any(cell not in (None, "") for cell in row))
    dataset = Dataset(headers=[LINE, *COLUMNS])
    for line, row in islice(full, MOST_ROWS):
        dataset.append([line, *(row[place] if place < len(row) else "" for place in places)])
    if not len(dataset):
        raise FileError(_("The file has no row below the first one."))
    if next(full, None):
        raise FileError(_("The file has more than %(n)d rows: divide it.") % {"n": MOST_ROWS})
    return dataset


def _text(cell: Any) -> str:
    """Return a cell as the text that a person sees in it."""
    if isinstance(cell, float):
        return f"{cell:.15g}"
    return unescaped("" if cell is None else str(cell).strip())


def _problem(text: str, longest: int) -> str:
    if "\x00" in text:
        return _("The value has a character that cannot be stored.")
    if len(text) > longest:
        return _("The value is longer than %(n)d characters.") % {"n": longest}
    return ""
