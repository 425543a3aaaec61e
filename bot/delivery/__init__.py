"""The daily post: calendar, plan, ledger, courier."""
