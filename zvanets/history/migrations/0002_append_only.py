from pathlib import Path

from django.db import migrations

UNDO = """
DROP FUNCTION history_erase, history_record;
DROP AGGREGATE history_chain(bytea, bytea);
DROP FUNCTION history_link;
DROP FUNCTION history_refuse CASCADE;
DROP FUNCTION history_refuse_unless_erasing CASCADE;
ALTER TABLE history_entry DROP CONSTRAINT fields_are_one_line;
"""


class Migration(migrations.Migration):
    dependencies = [("history", "0001_initial")]
    operations = [migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"), UNDO)]
