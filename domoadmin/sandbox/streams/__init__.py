"""Streams: which connector fills a dataset, when, and how its runs went."""
