"""What the slice adds to the area and the shell. Domostats: applications and their jobs."""

from __future__ import annotations


def register() -> None:
    """Register the slice; called once, when the area is ready."""
