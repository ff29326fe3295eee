"""The people and groups of Halden Outdoor."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

import numpy as np

from domoadmin.sandbox.company import vocabulary as words

DAY_MS = 86_400_000
MAIL_DOMAIN = "halden-outdoor.example"
# Who is in it decides who sees unpublished figures: only its owner changes it.
GROUP_OF_OTHERS = "Board reporting"


@dataclass
class Person:
    """A Domo user. `active` is false for people who left; `deleted` ones are gone from Domo but still own things."""

    id: str
    name: str
    email: str
    title: str
    department: str
    role_id: int
    manager_id: str | None
    created: int
    last_seen: int | None
    active: bool = True
    deleted: bool = False
    location: str = ""
    phone: str = ""
    group_ids: list[str] = field(default_factory=list)


@dataclass
class Group:
    """A Domo group. Times in epoch milliseconds."""

    id: str
    name: str
    description: str
    kind: str
    creator_id: str
    created: int
    member_ids: list[str]
    owner_ids: list[str] = field(default_factory=list)
    deleted: bool = False


def _plain(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.replace("ø", "o").replace("ł", "l"))
    return "".join(letter for letter in decomposed if letter.isascii() and letter.isalnum()).lower()


def _email(name: str, taken: set[str]) -> str:
    base = ".".join(_plain(word) for word in name.split())
    email, number = f"{base}@{MAIL_DOMAIN}", 2
    while email in taken:
        email, number = f"{base}{number}@{MAIL_DOMAIN}", number + 1
    taken.add(email)
    return email


def make_people(count: int, seed: int, anchor: int) -> list[Person]:
    """`count` people, the known ones first; Marta Lindqvist, the token's owner, is number 0. Times relate to anchor."""
    draw = np.random.default_rng([seed, 1])
    ids = _ids(draw, count)
    first = draw.integers(0, len(words.FIRST_NAMES), count).tolist()
    last = draw.integers(0, len(words.LAST_NAMES), count).tolist()
    department = draw.integers(0, len(words.DEPARTMENTS), count).tolist()
    age = draw.integers(30, 2400, count).tolist()
    fate = draw.random(count).tolist()
    role = draw.choice([1, 2, 4, 3, 5, 1187425961], count, p=[0.02, 0.2, 0.5, 0.22, 0.03, 0.03]).tolist()
    taken: set[str] = set()
    people: list[Person] = []
    for index in range(count):
        left = deleted = False
        if index < len(words.KNOWN_PEOPLE):
            name, place, title, left = words.KNOWN_PEOPLE[index]
            deleted = left and index % 2 == 1
        else:
            name = f"{words.FIRST_NAMES[first[index]]} {words.LAST_NAMES[last[index]]}"
            # the first ones go round, so that no department stands empty
            number = index if index < 4 * len(words.DEPARTMENTS) else department[index]
            place = words.DEPARTMENTS[number % len(words.DEPARTMENTS)]
            title = words.TITLES[place][age[index] % len(words.TITLES[place])]
            left, deleted = fate[index] < 0.07, fate[index] < 0.02
        created = anchor - (age[index] + 200 if left else age[index]) * DAY_MS
        seen = anchor - (200 + age[index] % 150) * DAY_MS if left else anchor - (age[index] % 40) * 7_200_000
        people.append(
            Person(
                id=ids[index],
                name=name,
                email=_email(name, taken),
                title=title,
                department=place,
                role_id=1 if index == 0 else role[index],
                manager_id=None,
                created=created,
                last_seen=seen,
                active=not left,
                deleted=deleted,
                location=("Halden", "Venlo", "Gothenburg", "Hamburg", "Reno")[age[index] % 5],
                phone=f"+47 69 {age[index] % 90 + 10} {role[index] % 90 + 10} {index % 90 + 10:02d}",
            )
        )
    _appoint_managers(people)
    return people


def _ids(draw: np.random.Generator, count: int) -> list[str]:
    """Unique ids of nine or ten digits; some do not fit 32 bits, as at Domo."""
    numbers = np.unique(draw.integers(100_000_000, 4_200_000_000, count * 2))
    return [str(number) for number in draw.permutation(numbers)[:count].tolist()]


def _appoint_managers(people: list[Person]) -> None:
    leads: dict[str, list[Person]] = {}
    for person in people:
        department = leads.setdefault(person.department, [])
        if not department:
            person.manager_id = people[0].id if person is not people[0] else None
            department.append(person)
            continue
        person.manager_id = department[len(person.id + person.name) % len(department)].id
        if person.active and len(department) < 8:
            department.append(person)


def _creator(people: list[Person], department: str, number: int) -> Person:
    """Who made a group: mostly the lead of the department, at times someone who has left since, else the admin."""
    colleagues = [person for person in people if person.department == department]
    gone = [person for person in colleagues if not person.active]
    if gone and number % 5 == 3:
        return gone[0]
    return next((person for person in colleagues if person.active), people[0]) if number % 2 else people[0]


def make_groups(people: list[Person], extra: int, seed: int, anchor: int) -> list[Group]:
    """The known groups and `extra` ones by department and region."""
    draw = np.random.default_rng([seed, 2])
    named = [*words.GROUPS]
    pairs = [(place, region) for place in words.DEPARTMENTS for region in words.REGIONS[1:]]
    chosen = draw.permutation(len(pairs))[:extra].tolist()
    named += [(f"{pairs[k][0]} {pairs[k][1]}", pairs[k][0], 6 + k % 24) for k in chosen]
    ids = _ids(draw, len(named))
    active = [person for person in people if not person.deleted]
    groups = []
    for number, (name, department, wanted) in enumerate(named):
        pool = [person for person in active if not department or person.department == department] or active
        members = [pool[k] for k in draw.permutation(len(pool))[:wanted].tolist()]
        group = Group(
            id=ids[number],
            name=name,
            description=f"{name} at Halden Outdoor",
            kind=("closed", "open", "dynamic")[number % 3 if number > 2 and name != GROUP_OF_OTHERS else 0],
            creator_id=_creator(people, department, number).id,
            created=anchor - (900 - number) * DAY_MS,
            member_ids=[person.id for person in members],
        )
        for person in members:
            person.group_ids.append(group.id)
        groups.append(group)
    return groups
