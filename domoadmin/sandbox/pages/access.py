"""Who may see a page: its owner, some colleagues, some groups, less what was revoked and plus what was shared."""

from __future__ import annotations

from collections.abc import Sequence

from domoadmin.sandbox.company.people import Group, Person

GOLDEN = 2_654_435_761


def generated_users(number: int, owner: Person, people: Sequence[Person]) -> list[str]:
    """The ids of the people whom a generated page was shared with, the owner first."""
    draw = number * GOLDEN % 4_294_967_296
    ids = [owner.id]
    for place in range(3 + draw % 6):
        person = people[(draw // 7 + place * place * 37 + place) % len(people)]
        # people who left keep their access until someone takes it away; deleted ones are gone
        if not person.deleted and person.id not in ids:
            ids.append(person.id)
    return ids


def generated_groups(number: int, groups: Sequence[Group]) -> list[str]:
    """The ids of the groups that a generated page was shared with."""
    draw = number * GOLDEN % 4_294_967_296
    return list(dict.fromkeys(groups[(draw // 11 + place * 5) % len(groups)].id for place in range(draw // 5 % 3)))
