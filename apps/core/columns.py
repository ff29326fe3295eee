"""Which columns of a list a person sees; kept with the person, changed through the address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

COLUMNS = "columns"


def hidden_columns(request: HttpRequest, key: str, optional: Mapping[str, bool]) -> tuple[str, ...]:
    """Return the optional columns that are not shown: as the address says, else as they were chosen last.

    key names the list; optional maps each column that may be hidden to whether it is shown at first.
    """
    if not optional:
        return ()
    person: Any = request.user
    kept: dict[str, list[str]] = getattr(person, "list_columns", {})
    shown = kept.get(key)
    if COLUMNS in request.GET:
        chosen = [name for name in request.GET.getlist(COLUMNS) if name in optional]
        if shown != chosen and person.is_authenticated:
            person.list_columns = {**kept, key: chosen}
            person.save(update_fields=["list_columns"])
        shown = chosen
    if shown is None:
        return tuple(name for name, first in optional.items() if not first)
    return tuple(name for name in optional if name not in shown)
