"""Uploads in three stages, data versions and indexing."""
