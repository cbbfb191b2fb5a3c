"""The database backend of the settings: Django's own for PostgreSQL, with one thing more (see `base`)."""
