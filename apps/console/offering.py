"""What is offered to a person on a connection: the operations of its kind that their role may run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.console.catalogue import Listed, area_label, every_operation
from domoadmin.services.roles import Role, allows


@dataclass(frozen=True)
class OfferedArea:
    """An area with its operations; it stands open where something was searched or chosen in it."""

    label: str
    operations: Sequence[Listed]
    open: bool


def offered(user: User, connection: Connection) -> list[Listed]:
    """Return what this person may run here."""
    return [
        listed
        for listed in every_operation()
        if listed.operation.kind == connection.kind and allows(Role(user.role), listed.operation.role)
    ]


def matching(operations: Sequence[Listed], words: str) -> list[Listed]:
    """Return the operations in whose id, name, heading, path or area each of the words stands."""
    wanted = words.lower().split()
    return [listed for listed in operations if all(word in _searched(listed) for word in wanted)]


def by_area(operations: Sequence[Listed], words: str, chosen: Listed | None) -> list[OfferedArea]:
    """Return the operations that match, grouped; areas in the order of their names."""
    found: dict[str, list[Listed]] = {}
    for listed in matching(operations, words):
        found.setdefault(listed.operation.area, []).append(listed)
    areas = [
        OfferedArea(area_label(area), group, bool(words) or (chosen is not None and chosen.operation.area == area))
        for area, group in found.items()
    ]
    return sorted(areas, key=lambda area: area.label.lower())


def _searched(listed: Listed) -> str:
    operation = listed.operation
    parts = (
        listed.id,
        listed.id.replace("_", " "),
        listed.label,
        listed.title,
        operation.summary,
        operation.method,
        operation.path,
        area_label(operation.area),
    )
    return " ".join(parts).lower()
