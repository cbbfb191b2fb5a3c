from django.db import migrations

# The shared cache (rate limits of signing in) is a table, as django.core.cache.backends.db lays it out.
CREATE = """
CREATE UNLOGGED TABLE IF NOT EXISTS web_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS web_cache_expires ON web_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("identity", "0001_initial")]
    operations = [migrations.RunSQL(CREATE, "DROP TABLE IF EXISTS web_cache")]
