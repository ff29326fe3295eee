"""What each row of the CSV comes to: a new person, another role, nothing, or what is wrong with it, field by field."""

from __future__ import annotations

import difflib
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from apps.governance.users.csv_columns import COLUMNS, DECIDING, READ_PAST, Header, agrees
from apps.governance.users.csv_file import Record
from apps.governance.users.forms import LONGEST_EMAIL, LONGEST_NAME
from apps.governance.users.rows import PersonRow
from domoadmin.services.results import UpstreamRole

CREATE, UPDATE, SAME, FAULTY = "create", "update", "same", "faulty"
READ_ONLY = "no documented call of Domo changes it"
_LONGEST_ID = 19
_GLANCE = 60


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field of a row; column is empty when it is the row as a whole."""

    column: str
    text: str

    def __str__(self) -> str:
        return f"{self.column}: {self.text}" if self.column else self.text


@dataclass
class Row:
    """One row: what it says, whom it is about, and what that comes to."""

    record: Record
    identifier: str = ""
    email: str = ""
    name: str = ""
    role: UpstreamRole | None = None
    person: PersonRow | None = None
    faults: list[Fault] = field(default_factory=list)

    @property
    def action(self) -> str:
        """Return what is to be done."""
        if self.faults:
            return FAULTY
        if self.person is None:
            return CREATE
        return SAME if self.role is None or self.role.id == self.person.role_id else UPDATE

    @property
    def label(self) -> str:
        """Return what to call the person."""
        if self.person is not None:
            return self.person.label
        id_word = f"Id {self.identifier}" if self.identifier else ""
        return self.name or self.email or id_word or ", ".join(filter(None, self.record.values))[:_GLANCE]

    def fault(self, column: str, text: str) -> None:
        """Note what is wrong with a field."""
        self.faults.append(Fault(column, text))


class RowCheck:
    """Checks the rows of one file against the roles and people of the instance.

    look_up(id) returns a person whom the listing did not hold, or None.
    """

    def __init__(
        self,
        header: Header,
        roles: Sequence[UpstreamRole],
        people: Sequence[PersonRow],
        look_up: Callable[[str], PersonRow | None],
    ) -> None:
        self._header = header
        self._roles = {role.id: role for role in roles}
        self._by_name: dict[str, list[UpstreamRole]] = defaultdict(list)
        for role in roles:
            self._by_name[role.name.strip().casefold()].append(role)
        self._people = {person.id: person for person in people}
        self._by_email: dict[str, list[PersonRow]] = defaultdict(list)
        for person in people:
            if person.email:
                self._by_email[person.email.casefold()].append(person)
        self._look_up = look_up

    def rows(self, records: Sequence[Record]) -> list[Row]:
        """Return every row with what it comes to; nothing is sent."""
        rows = [self._row(record) for record in records]
        _mark_repeated(rows)
        return rows

    def _row(self, record: Record) -> Row:
        row = Row(record)
        if record.fault:
            row.fault("", record.fault)
            return row
        if len(record.values) != len(self._header.names):
            row.fault("", f"{_values(len(record.values))}, but the file has {len(self._header.names)} columns.")
            return row
        row.identifier, row.email, row.name = (self._value(record, column) for column in ("id", "email", "name"))
        self._check_email(row)
        self._find_person(row, row.identifier)
        self._find_role(row)
        self._check_name(row)
        self._check_rest(row)
        return row

    def _value(self, record: Record, column: str) -> str:
        return self._header.value(record.values, column)

    def _check_email(self, row: Row) -> None:
        if not row.email:
            return
        try:
            validate_email(row.email)
        except ValidationError:
            row.fault("email", f"“{row.email}” is no e-mail address.")
            return
        if len(row.email) > LONGEST_EMAIL:
            row.fault("email", f"It has {len(row.email)} letters; an e-mail address has at most {LONGEST_EMAIL}.")

    # Whom it is about

    def _find_person(self, row: Row, identifier: str) -> None:
        holders = self._by_email.get(row.email.casefold(), []) if row.email else []
        if identifier:
            self._find_by_id(row, identifier, holders)
            return
        if not row.email:
            row.fault("email", "It is missing, and the row has no id: nobody can tell whom it is about.")
        elif len(holders) > 1:
            ids = ", ".join(person.id for person in holders)
            row.fault("email", f"{len(holders)} people have {row.email}: give the id of the one that is meant ({ids}).")
        elif holders:
            row.person = holders[0]

    def _find_by_id(self, row: Row, identifier: str, holders: Sequence[PersonRow]) -> None:
        if not identifier.isdecimal() or len(identifier) > _LONGEST_ID:
            row.fault("id", f"“{identifier}” is no id: ids of people are whole numbers.")
            return
        row.person = self._people.get(identifier) or self._look_up(identifier)
        if row.person is None:
            row.fault("id", f"Domo has nobody with the id {identifier}. For a new person leave it empty.")
        others = [person for person in holders if person.id != identifier]
        if others:
            row.fault("email", f"{row.email} belongs to another person: {others[0].label} ({others[0].id}).")
        elif row.person is not None and row.email and row.email.casefold() != row.person.email.casefold():
            row.fault("email", f"Domo has {row.person.email or 'none'}, and {READ_ONLY}.")

    # What it asks for

    def _find_role(self, row: Row) -> None:
        named, identifier = self._value(row.record, "role"), self._value(row.record, "role id")
        by_name = self._role(row, "role", named) if named else None
        by_id = self._role(row, "role id", identifier, by_name=False) if identifier else None
        if by_name is not None and by_id is not None and by_name.id != by_id.id:
            held = row.person.role_id if row.person is not None else ""
            if held not in (by_name.id, by_id.id):
                row.fault("role", f"It says {by_name.name}, and role id says {by_id.name}. Keep one of the two.")
            # Where one of the two is what they have, the other one was edited.
            row.role = by_id if by_name.id == held else by_name
        else:
            row.role = by_name or by_id
        if row.person is None and not named and not identifier and not any(each.column == "id" for each in row.faults):
            row.fault("role", "It is missing: a new person needs one.")

    def _role(self, row: Row, column: str, value: str, *, by_name: bool = True) -> UpstreamRole | None:
        if value in self._roles:
            return self._roles[value]
        found = self._by_name.get(value.casefold(), []) if by_name else []
        if len(found) > 1:
            ids = ", ".join(role.id for role in found)
            row.fault(column, f"{len(found)} roles are called {value}: give the id of one ({ids}).")
        elif not found:
            row.fault(column, f"There is no role “{value}”.{self._near(value) if by_name else ''}")
        return found[0] if len(found) == 1 else None

    def _near(self, value: str) -> str:
        near = difflib.get_close_matches(value.casefold(), list(self._by_name), n=1, cutoff=0.6)
        return f" Is “{self._by_name[near[0]][0].name}” meant?" if near else ""

    def _check_name(self, row: Row) -> None:
        if row.person is not None:
            if row.name and " ".join(row.name.split()) != " ".join(row.person.name.split()):
                row.fault("name", f"Domo has “{row.person.name}”, and {READ_ONLY}.")
            return
        if not row.name and not any(each.column == "id" for each in row.faults):
            row.fault("name", "It is missing: a new person needs one.")
        elif len(row.name) > LONGEST_NAME:
            row.fault("name", f"It has {len(row.name)} letters; at most {LONGEST_NAME} are taken.")
        elif any(unicodedata.category(letter) == "Cc" for letter in row.name):
            row.fault("name", "It holds a line break or another control character.")

    def _check_rest(self, row: Row) -> None:
        """Check what can't be sent: its form, and that it says what Domo has."""
        for column in COLUMNS:
            value = self._value(row.record, column.name)
            if not value or column.name in READ_PAST or column.name in DECIDING:
                continue
            agreed = agrees(column, value, row.person) if row.person is not None else None
            if agreed:
                continue
            wrong = column.check(value)
            if wrong:
                row.fault(column.name, wrong)
            elif row.person is None:
                row.fault(column.name, "A new person gets a name, an e-mail address and a role; leave this empty.")
            else:
                present = column.present(row.person)
                told = "Domo doesn’t tell what it has" if agreed is None else f"Domo has “{present or 'nothing'}”"
                row.fault(column.name, f"{told}, and {READ_ONLY}. Leave it empty.")


def _mark_repeated(rows: Sequence[Row]) -> None:
    """Mark every row of those that are about the same person: only one of them can be what is wanted."""
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row.person is not None:
            groups["id", row.person.id].append(row)
        elif row.email:
            groups["email", row.email.casefold()].append(row)
    for (column, _), same in groups.items():
        for row in same if len(same) > 1 else ():
            others = ", ".join(f"{other.record.line:,}" for other in same if other is not row)
            lines = "line" if len(same) == 2 else "lines"
            by_email = column == "email" or all(each.email for each in same)
            row.fault("email" if by_email else "id", f"The same person stands in {lines} {others} too.")


def _values(count: int) -> str:
    return "1 value" if count == 1 else f"{count} values"


def faults_in(rows: Sequence[Row]) -> Mapping[str, int]:
    """Return how many rows have a fault in each column; the row as a whole under its empty name."""
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        for column in {each.column for each in row.faults}:
            counts[column] += 1
    return counts
