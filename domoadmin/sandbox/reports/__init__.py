"""Scheduled reports: which page or card is mailed to whom and when, and every mailing so far."""
