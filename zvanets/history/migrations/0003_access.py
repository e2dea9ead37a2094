from pathlib import Path

from django.db import migrations

UNDO = "DROP FUNCTION history_access_keep, history_access_month; DROP TABLE history_access"


class Migration(migrations.Migration):
    dependencies = [("history", "0002_append_only")]
    operations = [migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"), UNDO)]
