"""What the slice adds to the area and the shell. Pages."""

from __future__ import annotations


def register() -> None:
    """Register the slice; called once, when the area is ready."""
