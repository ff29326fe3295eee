"""Data accounts: what connectors sign in with."""
