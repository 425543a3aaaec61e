"""The languages Haru speaks: catalogues, dates, and whose language applies."""
