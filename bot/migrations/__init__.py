"""The migrations that make the database's schema, run by Alembic."""
