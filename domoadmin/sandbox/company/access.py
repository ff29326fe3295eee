"""Who may see a generated dataset: its owner, some colleagues, some groups."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.company.people import Group, Person
from domoadmin.sandbox.company.subjects import KNOWN_DATASETS

LEVELS = ("CAN_VIEW", "CAN_VIEW", "CAN_EDIT", "CAN_SHARE", "CO_OWNER")
KNOWN_GROUPS = 3
GOLDEN = 2_654_435_761


def generated_access(index: int, owner: Person, people: list[Person], groups: list[Group]) -> list[dict[str, Any]]:
    """Entries as Dataset Access List shows them, the owner first. People who left keep their entries."""
    entries = [entry("USER", owner.id, "OWNER", owner.name)]
    seen = {owner.id}
    number = index * GOLDEN % 4_294_967_296
    known = index < len(KNOWN_DATASETS)
    for place in range(7 + index % 5 if known else number % 6):
        person = people[(number // 7 + place * place * 31) % len(people)]
        if person.id not in seen and not person.deleted:
            seen.add(person.id)
            entries.append(entry("USER", person.id, LEVELS[(number + place) % len(LEVELS)], person.name))
    for place in range(KNOWN_GROUPS if known else number // 11 % 3):
        group = groups[place if known else (number // 13 + place * 17) % len(groups)]
        if group.id not in seen:
            seen.add(group.id)
            entries.append(entry("GROUP", group.id, LEVELS[(number + place) % 3], group.name))
    return entries


def entry(kind: str, identifier: str, level: str, name: str) -> dict[str, Any]:
    """One line of an access list."""
    return {"type": kind, "id": identifier, "accessLevel": level, "name": name}
