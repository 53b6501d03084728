"""Say with a code of the catalogue what is wrong with a row; the code of a held question becomes one of them."""

from django.db import migrations, models

TABLES = ("outboxmessage", "inboxevent", "syncrun", "norcejob")


def code() -> models.CharField:
    return models.CharField(blank=True, max_length=40, verbose_name="error code")


def params() -> models.JSONField:
    return models.JSONField(blank=True, default=dict)


class Migration(migrations.Migration):
    dependencies = [("hub", "0012_reveals")]

    operations = [
        *(migrations.RenameField(table, "hold_code", "error_code") for table in TABLES),
        *(migrations.AlterField(table, "error_code", code()) for table in TABLES),
        migrations.AddField("attempt", "error_code", code()),
        *(migrations.AddField(table, "error_params", params()) for table in (*TABLES, "attempt")),
    ]
