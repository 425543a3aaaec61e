"""The ledger: what deliveries intended, sent and doubted, as tables and the SQL over them."""
