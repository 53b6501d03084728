"""Periodic tasks: people change how often and when; the queue's own tables stay out of sight."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin import display, register, site
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_q.models import Failure, OrmQ, Schedule, Success
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from connectors.moments import clock
from hub.admin.history import ReasonedAdmin
from hub.admin.schedule_words import interval, schedule_title
from hub.admin.theme import ModelForm

for queue_table in (Success, Failure, OrmQ, Schedule):
    if site.is_registered(queue_table):
        site.unregister(queue_table)


class ScheduleForm(ModelForm):
    """The interval and the next run are for people."""

    minutes = forms.IntegerField(
        label=_("Every (minutes)"),
        min_value=1,
        max_value=32_767,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text=_("Counts from the next run on."),
    )

    class Meta:
        model = Schedule
        fields = ("minutes", "next_run")
        labels = {"next_run": _("Next run")}
        help_texts = {"next_run": _("The later runs keep its hour when the interval is whole days.")}


@register(Schedule)
class ScheduleAdmin(ReasonedAdmin):
    """A periodic task; `set_schedules` makes the rows, so nobody adds or deletes them here."""

    form = ScheduleForm
    list_display = ("what", "every", "due")
    fields = ("what", "minutes", "next_run")
    readonly_fields = ("what",)
    ordering = ("name",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes."""
        return False

    @display(description=_("What"), ordering="name")
    def what(self, row: Any) -> str:
        """Return what the task does in words."""
        return schedule_title(row.name)

    @display(description=_("How often"), ordering="minutes")
    def every(self, row: Any) -> str:
        """Return the interval in words."""
        return interval(row.minutes) if row.schedule_type == Schedule.MINUTES else gettext("once")

    @display(description=_("Next run"), ordering="next_run")
    def due(self, row: Any) -> str:
        """Return when the task runs next."""
        return clock(row.next_run)
