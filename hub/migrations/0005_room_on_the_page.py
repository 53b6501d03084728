"""Leave room beside the rows of runs, so that PostgreSQL can change how far they are without touching their indexes."""

from django.db import migrations


def set_fillfactor(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE hub_syncrow SET (fillfactor = 45)")


class Migration(migrations.Migration):

    dependencies = [("hub", "0004_erasures")]

    operations = [migrations.RunPython(set_fillfactor, migrations.RunPython.noop)]
