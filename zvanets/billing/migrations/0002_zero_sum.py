from pathlib import Path

from django.db import migrations

UNDO = "DROP FUNCTION billing_sums_to_zero CASCADE; DROP FUNCTION billing_refuse CASCADE;"


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]
    operations = [migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"), UNDO)]
