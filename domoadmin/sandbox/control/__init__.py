"""Fault switches, counters and the control page."""
