"""A document as people edit it. What reads and compares JSON moved to the core, where every area finds it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.core.json_text import MOST_CHARACTERS, DiffLine, TextRefused, difference, digest, read_object, written

__all__ = ["MOST_CHARACTERS", "DiffLine", "TextRefused", "difference", "fingerprint", "read_object", "written"]


def fingerprint(raw: Mapping[str, Any]) -> str:
    """Return a short text that differs when the document was changed: by its content, its version, its time."""
    return digest([raw.get("content"), raw.get("version"), raw.get("updatedOn")])
