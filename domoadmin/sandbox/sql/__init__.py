"""Queries over datasets: Domo's MySQL-like dialect, answered by DuckDB."""
