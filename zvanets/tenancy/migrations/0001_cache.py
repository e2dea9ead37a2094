from django.db import migrations

CREATE = """
CREATE TABLE zvanets_cache (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
CREATE INDEX zvanets_cache_expires ON zvanets_cache (expires);
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunSQL(CREATE, "DROP TABLE zvanets_cache")]
