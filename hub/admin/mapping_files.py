"""The pages that take value mappings out into a file and in from one, with a preview of every row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from import_export.admin import ImportExportMixin
from import_export.forms import ConfirmImportForm
from import_export.results import Result, RowResult
from unfold.contrib.import_export.forms import ExportForm, ImportForm

from hub import impact
from hub.admin.badges import badge
from hub.admin.reasons import ReasonField
from hub.mapping_files import COLUMNS, FileError, MappingCsv, MappingXlsx, ValueMappingResource
from hub.models import Application, ValueMapping
from hub.models.configuration import ValueKind

FORMATS = (MappingXlsx, MappingCsv)
EXTENSIONS = ("xlsx", "csv")
LARGEST_FILE = 10 * 1024 * 1024
SHOWN = 1000
# What the preview was made from; an import of it is refused when the mappings have changed since.
STATE = "state"


class MappingImportForm(ImportForm):  # type: ignore[misc]
    """A file; its format is told by its name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Hide the question for the format."""
        super().__init__(*args, **kwargs)
        self.fields["format"].required = False
        self.fields["format"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        """Return the form's values with the format; refuse other files and very large ones."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        file = values.get("import_file")
        if file is None:
            return values
        extension = file.name.lower().rpartition(".")[2]
        if extension not in EXTENSIONS:
            self.add_error("import_file", gettext("Choose a file whose name ends in .xlsx or .csv."))
        elif file.size > LARGEST_FILE:
            self.add_error("import_file", gettext("The file is larger than 10 MB: divide it."))
        else:
            values["format"] = str(EXTENSIONS.index(extension))
        return values


class MappingConfirmForm(ConfirmImportForm):  # type: ignore[misc]
    """Asks why the mappings of the file are taken."""

    reason = ReasonField(rows=2)


class MappingExportForm(ExportForm):  # type: ignore[misc]
    """Excel or CSV; Excel is chosen already."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Leave no empty choice."""
        super().__init__(*args, **kwargs)
        choices = [(str(number), f".{extension}") for number, extension in enumerate(EXTENSIONS)]
        self.fields["format"].choices = choices
        self.fields["format"].widget.choices = choices


@dataclass(frozen=True, kw_only=True)
class PreviewRow:
    """What one row of the file would do; ``before`` is the ERP value that there is now."""

    badge: SafeString
    mapping: ValueMapping
    application: str
    before: str


class MappingFilesAdmin(ImportExportMixin):  # type: ignore[misc]
    """Export and import for the list of value mappings.

    A file is imported whole or not at all.
    """

    resource_classes = (ValueMappingResource,)
    import_formats = FORMATS
    export_formats = FORMATS
    import_form_class = MappingImportForm
    confirm_form_class = MappingConfirmForm
    export_form_class = MappingExportForm
    import_template_name = "admin/hub/mapping_import.html"
    export_template_name = "admin/hub/mapping_export.html"
    # With its mark in front, Excel takes the file for the UTF-8 that it is.
    to_encoding = "utf-8-sig"

    def get_urls(self) -> list[URLPattern]:
        """Add the templates."""
        view = self.admin_site.admin_view(self.template)
        return [path("template.<str:extension>", view, name="hub_valuemapping_template"), *super().get_urls()]

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Whether the user may edit mappings."""
        return may_edit(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Whether the user may see mappings."""
        return bool(self.has_view_permission(request))

    def template(self, request: HttpRequest, extension: str) -> HttpResponse:
        """Return a file with the columns and nothing below them."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        if extension not in EXTENSIONS:
            raise Http404
        file_format = FORMATS[EXTENSIONS.index(extension)]()
        response: HttpResponse = self._do_file_export(file_format, request, ValueMapping.objects.none())
        return response

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show the form, and after a file what it would do or what is wrong with it."""
        response = super().import_action(request, **kwargs)
        context = response.context_data
        context |= {"kinds": ValueKind.choices, "columns": COLUMNS, "extensions": EXTENSIONS}
        if "result" in context:
            context["totals"] = _totals(context["result"])
            context["preview"] = preview(context["result"].valid_rows())
            context |= _impact(context["result"])
        if "confirm_form" not in context:
            self._drop(_stored(context["form"]))
        return response  # type: ignore[no-any-return]

    def add_data_read_fail_error_to_form(self, form: forms.Form, error: Exception) -> None:
        """Say why a file cannot be read."""
        if isinstance(error, FileError):
            text = str(error)
        elif isinstance(error, UnicodeDecodeError):
            text = gettext("The file is not in UTF-8: save it in Excel as CSV UTF-8, or as .xlsx.")
        else:
            text = gettext("The file cannot be read: save it in Excel as .xlsx or CSV UTF-8 once more.")
        form.add_error("import_file", text)

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        """Return the options of an import: a wrong row stops it whole; its reason is kept."""
        reason = kwargs["form"].cleaned_data.get("reason", "")
        options: dict[str, Any] = super().get_import_data_kwargs(**kwargs)
        return options | {"rollback_on_validation_errors": True, "reason": reason}

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Import the file that was shown, into the mappings that it was shown with; it is gone when that was done."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        try:
            with transaction.atomic():
                impact.take_turns()
                confirmed = self.create_confirm_form(request)
                if request.POST.get(STATE) == impact.propose().digest or not confirmed.is_valid():
                    return super().process_import(request, **kwargs)  # type: ignore[no-any-return]
            self._drop(confirmed.cleaned_data["import_file_name"])
        except (OSError, FileError):
            return self._again(request, gettext("The file is not here any more: choose it again."))
        return self._again(request, gettext("The mappings have changed since the preview: choose the file again."))

    def process_result(self, result: Result, request: HttpRequest) -> HttpResponse:
        """Say what was imported, or that nothing was."""
        if result.has_errors() or result.has_validation_errors():
            return self._again(request, gettext("Nothing was imported: the mappings have changed since. Try again."))
        return super().process_result(result, request)  # type: ignore[no-any-return]

    def add_success_message(self, result: Result, request: HttpRequest) -> None:
        """Say how many mappings were added and changed."""
        text = gettext("Imported: %(new)d new, %(update)d changed, %(skip)d as they were.")
        messages.success(request, text % _totals(result))

    def _create_log_entry(self, user_pk: int, rows: Sequence[Any], import_type: str, action_flag: int) -> None:
        message = gettext("Imported from a file.")
        if rows:
            LogEntry.objects.log_actions(user_pk, rows, action_flag, change_message=message)

    def _again(self, request: HttpRequest, text: str) -> HttpResponse:
        messages.error(request, text)
        return HttpResponseRedirect(reverse("admin:hub_valuemapping_import"))

    def _drop(self, name: str) -> None:
        """Remove the stored copy of a file that is not imported."""
        if name:
            self.get_tmp_storage_class()(name=name).remove()


def _stored(form: forms.Form) -> str:
    """Return the name of the stored copy of a form's file, if there is one."""
    file = getattr(form, "cleaned_data", {}).get("import_file") or form.files.get("import_file")
    return str(getattr(file, "tmp_storage_name", ""))


def may_edit(request: HttpRequest) -> bool:
    """Whether the user may add, change, delete and import mappings."""
    return request.user.has_perm("hub.edit_mapping")


def preview(rows: Sequence[RowResult]) -> list[PreviewRow]:
    """Return the first rows of a file, those that change something first."""
    names = dict(Application.objects.values_list("key", "name"))
    badges = {
        RowResult.IMPORT_TYPE_NEW: badge(gettext("New"), "good"),
        RowResult.IMPORT_TYPE_UPDATE: badge(gettext("Changed"), "busy"),
        RowResult.IMPORT_TYPE_SKIP: badge(gettext("As it is"), "plain"),
    }
    ordered = sorted(rows, key=lambda row: row.import_type == RowResult.IMPORT_TYPE_SKIP)
    return [
        PreviewRow(
            badge=badges[row.import_type],
            mapping=row.instance,
            application=names.get(row.instance.application_key, row.instance.application_key),
            before=row.original.erp_value if row.import_type == RowResult.IMPORT_TYPE_UPDATE else "",
        )
        for row in ordered[:SHOWN]
    ]


def _impact(result: Result) -> dict[str, Any]:
    """Return what the rows of a file would do, and the mappings as they are now."""
    mappings = [row.instance for row in result.valid_rows()]
    proposal = impact.propose(put={impact.key_of(row): row.erp_value for row in mappings})
    state = impact.Proposal(before=proposal.before, after=proposal.before)
    return {"parts": impact.collect(proposal), STATE: state.digest}


def _totals(result: Result) -> dict[str, int]:
    return dict(result.totals) | {"hidden": max(0, len(result.valid_rows()) - SHOWN)}
