"""The columns that the CSV of people may have: what each means, what can be sent, and what only has to agree."""

from __future__ import annotations

import difflib
import re
import zoneinfo
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from apps.governance.users.rows import PersonRow

_PHONE = re.compile(r"\+?[0-9 ()./-]{4,30}(?:\s*(?:x|ext\.?)\s*\d{1,6})?\Z", re.IGNORECASE)
_LOCALE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{4})?(?:[-_](?:[A-Za-z]{2}|\d{3}))?\Z")
_INACTIVE = ("inactive", "no", "false", "0", "deleted")
_ACTIVE = dict.fromkeys(("active", "yes", "true", "1"), True) | dict.fromkeys(_INACTIVE, False)


@dataclass(frozen=True)
class Column:
    """A column by its own name. sent: Domo's documented calls take it. others: further names that mean it."""

    name: str
    meaning: str
    others: tuple[str, ...] = ()
    sent: bool = False
    # Says what is wrong with a value in form alone; "" when nothing is.
    check: Callable[[str], str] = lambda value: ""
    # The person's value as a cell writes it; None where it can't be compared.
    present: Callable[[PersonRow], str | None] = lambda person: None


def _phone(value: str) -> str:
    well = _PHONE.match(value) and sum(letter.isdigit() for letter in value) >= 4
    return "" if well else f"“{value}” is no phone number: digits, spaces and + ( ) . / - are taken."


def _locale(value: str) -> str:
    return "" if _LOCALE.match(value) else f"“{value}” is no language code, such as en-US or nb."


def _time_zone(value: str) -> str:
    return "" if value in zoneinfo.available_timezones() else f"“{value}” is no time zone, such as Europe/Oslo."


def _state(value: str) -> str:
    return "" if value.casefold() in _ACTIVE else f"“{value}” is no state: write active or inactive."


def _active(person: PersonRow) -> str | None:
    return None if person.active is None else "active" if person.active else "inactive"


_AGREES = "has to agree with Domo: nothing documented changes it"

COLUMNS: tuple[Column, ...] = (
    Column("id", "Domo’s id of a person who is there; empty for a new one", ("user id", "userid"), sent=True),
    Column(
        "email",
        "finds the person where the row has no id; nobody has it: a new person",
        ("e-mail", "e-mail address", "email address", "emailaddress", "mail", "user name", "username"),
        sent=True,
    ),
    Column("name", "of a new person; of one who is there it has to agree", ("display name", "displayname", "full name"),
           sent=True, present=lambda person: person.name),
    Column("role", "name or id of a role; empty: as it is", ("role name",), sent=True),
    Column("role id", "id of a role, where two have one name", ("roleid",), sent=True),
    Column("title", _AGREES, ("job title",), present=lambda person: person.title),
    Column("department", _AGREES, present=lambda person: person.department),
    Column("phone", _AGREES, ("phone number", "phonenumber"), check=_phone, present=lambda person: person.phone),
    Column("location", _AGREES, ("employee location",), present=lambda person: person.location),
    Column("manager id", _AGREES, ("manager", "reports to", "reportsto"), present=lambda person: person.manager_id),
    Column("state", "active or inactive; " + _AGREES, ("active", "status"), check=_state, present=_active),
    Column("locale", "a language code such as en-US; nothing documented sets it", ("language",), check=_locale),
    Column("time zone", "such as Europe/Oslo; nothing documented sets it", ("timezone", "time-zone"), check=_time_zone),
    # Our own files have these: the export, and the rows that an earlier import set aside.
    Column("last seen", "read past", ("last activity",)),
    Column("created", "read past"),
    Column("line", "read past"),
    Column("reason", "read past"),
)  # fmt: skip
READ_PAST = frozenset(("last seen", "created", "line", "reason"))
DECIDING = frozenset(("id", "email", "name", "role", "role id"))
BY_NAME: Mapping[str, Column] = {
    known.casefold(): column for column in COLUMNS for known in (column.name, *column.others)
}


@dataclass(frozen=True)
class Header:
    """The columns of a file by their place. places: of each known column; unknown: names nobody knows."""

    names: tuple[str, ...]
    places: Mapping[str, int]
    unknown: tuple[str, ...]
    problems: tuple[str, ...]

    def value(self, values: Sequence[str], column: str) -> str:
        """Return a record's value in a column; empty where the file has no such column."""
        place = self.places.get(column)
        return values[place] if place is not None else ""


def read_header(names: Sequence[str]) -> Header:
    """Match the names of the columns. A problem here concerns the whole file, an unknown column may be left out."""
    places: dict[str, int] = {}
    unknown: list[str] = []
    problems: list[str] = []
    for place, name in enumerate(names):
        column = BY_NAME.get(" ".join(name.replace("_", " ").split()).casefold())
        if not name:
            problems.append(f"Column {place + 1} has no name. Name it, or take it out.")
        elif column is None:
            unknown.append(name)
        elif column.name in places:
            first = names[places[column.name]]
            problems.append(f"“{name}” means the same column as “{first}”. Keep one of the two.")
        else:
            places[column.name] = place
    problems += [f"The column “{name}” stands {count} times." for name, count in Counter(unknown).items() if count > 1]
    if "id" not in places and "email" not in places:
        problems.append("There is neither a column id nor a column email, so nobody can tell whom a row is about.")
    if "role" not in places and "role id" not in places:
        problems.append("There is no column role: nothing of a person can be changed without it, and nobody made.")
    return Header(tuple(names), places, tuple(dict.fromkeys(unknown)), tuple(problems))


def unknown_words(name: str) -> str:
    """Say that a column is not known, and which one may be meant."""
    near = difflib.get_close_matches(name.casefold(), list(BY_NAME), n=1, cutoff=0.75)
    hint = f" Is “{BY_NAME[near[0]].name}” meant?" if near else ""
    return f"The column “{name}” is not known.{hint}"


def agrees(column: Column, value: str, person: PersonRow) -> bool | None:
    """Say whether a cell says what Domo has; None where Domo doesn't tell it."""
    present = column.present(person)
    if column.name == "state":
        return None if person.active is None else _ACTIVE.get(value.casefold()) == person.active
    return None if present is None else " ".join(value.split()) == " ".join(present.split())


SAMPLE = (
    ("id", "email", "name", "role"),
    ("", "ada.lindgren@example.com", "Ada Lindgren", "Editor"),
    ("", "new.colleague@example.com", "New Colleague", "Participant"),
    ("482716634", "", "", "Privileged"),
)
