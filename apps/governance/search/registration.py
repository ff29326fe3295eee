"""What the slice adds to the area and the shell. Search over every kind of object."""

from __future__ import annotations


def register() -> None:
    """Register the slice; called once, when the area is ready."""
