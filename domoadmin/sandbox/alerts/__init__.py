"""Alerts: what watches datasets and cards, and who is told."""
