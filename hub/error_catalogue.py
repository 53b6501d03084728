"""The hub's own entries of the catalogue of errors (`connectors.catalogue`)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from connectors.catalogue import bug, data, decision, mapping, setup, temporary
from hub.models.configuration import ValueKind

KIND = {"kind": dict(ValueKind.choices)}

ENTRIES = (
    temporary("database_away", _("The database did not answer (%(fault)s).")),
    temporary(
        "serial_under_way",
        _("The ERP may be making this customer for another piece of work until %(until)s; this one waits for that."),
    ),
    temporary("run_active", _("A run is under way; another one follows it.")),
    temporary("job_open", _("Norce is still working on the job.")),
    temporary("mail_silent", _("The mail server fell silent (%(fault)s).")),
    temporary("mail_unreachable", _("The mail server cannot be reached (%(fault)s).")),
    temporary("mail_later", _("The mail server answered %(status)s: %(said)s")),
    temporary("mail_provider_silent", _("The mail provider did not answer (%(fault)s).")),
    temporary("mail_provider_later", _("The mail provider answered %(status)s: %(said)s")),
    temporary("mail_provider_failed", _("The mail provider answered %(status)s: %(said)s")),
    setup(
        "mail_denied",
        _("The mail server answered %(status)s: %(said)s"),
        _("Check EMAIL_URL and MAIL_FROM, then Retry."),
    ),
    setup(
        "mail_provider_denied",
        _("The mail provider answered %(status)s: %(said)s"),
        _("Check EMAIL_URL and MAIL_FROM, then Retry."),
    ),
    setup("mail_not_set_up", _("Mail is not set up: %(said)s"), _("Check EMAIL_URL and MAIL_FROM, then Retry.")),
    data(
        "mail_refused",
        _("The mail server answered %(status)s: %(said)s"),
        _("Correct the address or what the text names, then Retry; or Cancel."),
    ),
    data(
        "mail_provider_refused",
        _("The mail provider answered %(status)s: %(said)s"),
        _("Correct the address or what the text names, then Retry; or Cancel."),
    ),
    data(
        "mail_impossible",
        _("The mail cannot be sent: %(said)s"),
        _("Correct the address or what the text names, then Retry; or Cancel."),
    ),
    mapping(
        "value_unmapped",
        _("%(kind)s %(value)s has no value mapping for %(application)s."),
        _("Add %(value)s under Value mappings › %(kind)s, then Retry."),
        fix="value_mapping",
        same=("kind", "value", "application_key"),
        words=KIND,
    ),
    mapping(
        "erp_value_ambiguous",
        _("%(kind)s %(value)s of the ERP stands for both %(values)s in Norce."),
        _("Keep one of them under Value mappings › %(kind)s, then Retry."),
        fix="value_mappings",
        same=("kind", "value"),
        words=KIND,
    ),
    mapping(
        "erp_value_unmapped",
        _("%(kind)s %(value)s of the ERP (%(connection)s) has no value mapping."),
        _("Add %(value)s as an ERP value under Value mappings › %(kind)s, then Retry."),
        fix="erp_value_mapping",
        same=("kind", "value", "application_key"),
        words=KIND,
    ),
    setup(
        "query_application",
        _("Norce Query needs an application id."),
        _("Set NORCE_APPLICATION_ID to the id of any application."),
    ),
    setup(
        "erp_address_missing",
        _("The ERP connection %(connection)s has no address."),
        _("Set %(setting)s, then Retry."),
        fix="erp_connection",
        same=("connection",),
    ),
    setup("norce_not_set_up", _("Norce is not set up."), _("Set %(settings)s, then Retry.")),
    setup("event_type_unknown", _("Norce has no events of type %(name)s; there are %(known)s.")),
    setup("message_unhandled", _("No handler for messages of kind %(kind)s."), _("Start a worker of this version.")),
    setup("event_unhandled", _("No handler for events of type %(type)s."), _("Start a worker of this version.")),
    setup("resource_unknown", _("There is no resource %(name)s; there are %(known)s.")),
    setup("run_delta_only", _("%(resource)s has neither full runs nor previews."), _("Start it as a delta.")),
    setup("run_no_preview", _("%(resource)s has no previews."), _("Start it as a delta or in full.")),
    setup("erasure_no_reason", _("Say why: the reason is kept with the proof."), _("Give --reason.")),
    setup(
        "erasure_unfinished",
        _("Work for this person has not ended: %(work)s."),
        _("Let it end, or cancel it in the admin."),
    ),
    data("job_not_named", _("Norce named no job for the import: %(said)s."), fix="calls"),
    data(
        "job_failed",
        _("Norce's job %(job)s ended with status %(status)s, %(failed)s failed: %(said)s"),
        _("The run's rows say why."),
        fix="rows",
    ),
    data(
        "job_failed_silently",
        _("Norce's job %(job)s ended with status %(status)s, %(failed)s failed; the log gives no reason."),
        _("The run's rows say why."),
        fix="rows",
    ),
    data(
        "rows_not_taken",
        _("%(number)s records were not taken."),
        _("The run's rows and jobs say why."),
        fix="rows",
    ),
    decision(
        "brake_deactivates",
        _("%(connection)s: %(number)s of %(known)s would be deactivated; the limit is %(most)s and %(percent)s %%."),
    ),
    decision("brake_short", _("%(connection)s: %(read)s records were read, %(before)s the last time.")),
    bug("unexpected", "%(fault)s", _("Tell the developers.")),
    bug(
        "worker_lost",
        _("The worker died or hung while it worked on this."),
        _("Tell the developers, then Retry."),
    ),
    bug(
        "worker_lost_writing",
        _(
            "The worker died or hung while it worked on this. The ERP may still carry out what it was asked until "
            "%(until)s; the hub looks then, and not before, so that nothing is done twice."
        ),
        _("Tell the developers, then Retry."),
    ),
)
