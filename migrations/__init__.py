"""Alembic's migrations of the service's database, from empty to the tables of `server.store.tables` and back."""
