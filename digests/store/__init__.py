"""The database of papers. The only importer of SQLAlchemy in ``digests``."""
