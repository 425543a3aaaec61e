"""The archive's tables and SQL. The only package of ``digests`` that imports SQLAlchemy."""
