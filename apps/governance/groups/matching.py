"""From a pasted text or a file to people: what each row means, and what it comes to for one group."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from apps.governance.groups.people import Person

MOST_ROWS = 20_000
MOST_BYTES = 2 * 1024 * 1024
# So many names are compared with what is written wrongly, for all rows together: it takes a second or two.
MOST_COMPARED = 100_000
MOST_HINTS = 50
LONGEST = 320
EQUAL, ADD, REMOVE = "equal", "add", "remove"
# What a column of people may be called; the first of these that a header has is read.
_HEADINGS = (
    ("email", "e-mail", "emailaddress", "email address", "mail", "e-mail address", "username", "user name"),
    ("id", "user id", "userid", "domo id", "user", "person id"),
    ("name", "display name", "displayname", "full name", "person", "member"),
)
_MAIL_IN_BRACKETS = re.compile(r"<([^<>\s]+@[^<>\s]+)>")
_ID_IN_BRACKETS = re.compile(r"\((\d+)\)\s*$")


class ListRefused(ValueError):
    """The text can't be read as a list of people; the message says why."""


@dataclass(frozen=True)
class Row:
    """One row of the list as it was given: its line, and the cell that names a person."""

    line: int
    text: str


@dataclass(frozen=True)
class Read:
    """A row, and who it means. state: joins, leaves, stays, absent, unknown, ambiguous, doubled or empty."""

    row: Row
    state: str
    person: Person | None = None
    why: str = ""
    candidates: Sequence[Person] = ()

    @property
    def is_fault(self) -> bool:
        """Say whether a person has to look at it before anything is sent."""
        return self.state in FAULTS


FAULTS = ("unknown", "ambiguous", "doubled")
LOOKS = {
    "joins": ("Joins", "is-ok", "user-plus"),
    "leaves": ("Leaves", "is-bad", "user-off"),
    "stays": ("Stays", "is-off", "user-check"),
    "absent": ("Not in the group", "is-off", "circle-minus"),
    "unknown": ("Unknown", "is-bad", "user-question"),
    "ambiguous": ("Ambiguous", "is-warn", "users"),
    "doubled": ("Twice in the list", "is-warn", "copy"),
}


@dataclass(frozen=True)
class Outcome:
    """What a list comes to. joins, leaves: who changes; kept: members that an ambiguous row may mean, who stay."""

    rows: list[Read]
    joins: list[Person]
    leaves: list[Person]
    stays: int
    kept: list[Person] = field(default_factory=list)

    @property
    def faults(self) -> list[Read]:
        """Return the rows that name nobody, or nobody surely, or somebody again."""
        return [read for read in self.rows if read.is_fault]

    @property
    def unknown(self) -> int:
        """Return how many rows name nobody surely."""
        return sum(read.state in ("unknown", "ambiguous") for read in self.rows)

    def count(self, state: str) -> int:
        """Return how many rows have this state."""
        return sum(read.state == state for read in self.rows)


def text_of_file(data: bytes) -> str:
    """Return the text of a file in UTF-8, UTF-16 or, as older spreadsheets write it, Windows-1252.

    Raises ListRefused for one that is too long or no text.
    """
    if len(data) > MOST_BYTES:
        raise ListRefused(
            f"The file has more than {MOST_BYTES // 1024 // 1024} MB. Keep only the column with the people"
        )
    if data[:4] == b"PK\x03\x04":
        raise ListRefused("This is a workbook or an archive, not text. Save it as CSV first")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def rows_of(text: str) -> list[Row]:
    """Return the rows that name somebody, by the column that a header names, else by the best cell of each.

    Raises ListRefused for an empty list and for one that is too long.
    """
    text = text.replace("\x00", "").lstrip("\ufeff")
    records = _records(text)
    column, skip = _heading(records)
    found = []
    for line, cells in records[skip:]:
        cell = _cell(cells, column)
        if cell:
            found.append(Row(line, cell[:LONGEST]))
        if len(found) > MOST_ROWS:
            raise ListRefused(f"The list has more than {MOST_ROWS:,} rows. Send it in parts")
    if not found:
        raise ListRefused("There is no row in the list. Give e-mails, ids or full names, one in each line")
    return found


def _records(text: str) -> list[tuple[int, list[str]]]:
    head = "\n".join(text.splitlines()[:20])
    mark = max(("\t", ";", ","), key=head.count)
    if not head.count(mark):
        return [(number, [line]) for number, line in enumerate(text.splitlines(), 1)]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, skipinitialspace=True)
    found: list[tuple[int, list[str]]] = []
    begins = 1
    try:
        for cells in reader:
            found.append((begins, cells))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise ListRefused(f"Line {reader.line_num} can't be read as CSV ({error})") from None
    return found


def _heading(records: Sequence[tuple[int, list[str]]]) -> tuple[int | None, int]:
    """Return the place of the column that a header names, and how many rows the header takes."""
    first = next(((place, cells) for place, (_, cells) in enumerate(records) if any(map(str.strip, cells))), None)
    if first is None:
        return None, 0
    names = [cell.strip().strip('"').casefold() for cell in first[1]]
    for headings in _HEADINGS:
        for place, name in enumerate(names):
            if name in headings:
                return place, first[0] + 1
    return None, 0


def _cell(cells: Sequence[str], column: int | None) -> str:
    texts = [cell.strip() for cell in cells]
    if column is not None:
        return texts[column] if column < len(texts) else ""
    filled = [cell for cell in texts if cell]
    mails = (cell for cell in filled if "@" in cell)
    numbers = (cell for cell in filled if cell.isdecimal())
    # Without a header "Raman, Priya" would be two cells; a row of plain names is joined again.
    return next(mails, "") or next(numbers, "") or " ".join(filled)


class People:
    """Finds who is meant by what is written in a cell."""

    def __init__(self, people: Collection[Person]) -> None:
        self._by_id = {person.id: person for person in people}
        self._by_mail: dict[str, list[Person]] = defaultdict(list)
        self._by_name: dict[str, list[Person]] = defaultdict(list)
        for person in people:
            if person.email:
                self._by_mail[person.email.strip().casefold()].append(person)
            if person.name:
                self._by_name[_plain(person.name)].append(person)

    def __len__(self) -> int:
        return len(self._by_id)

    def find(self, text: str) -> list[Person]:
        """Return who may be meant: an id, an e-mail, "Name <mail>", "Name (id)" or a whole name."""
        mail = _MAIL_IN_BRACKETS.search(text)
        number = _ID_IN_BRACKETS.search(text)
        word = mail.group(1) if mail else number.group(1) if number else text.strip().strip('"')
        if word.isdecimal():
            return [self._by_id[word]] if word in self._by_id else []
        if "@" in word:
            return self._by_mail.get(word.casefold(), [])
        plain = _plain(word)
        return self._by_name.get(plain) or self._by_name.get(" ".join(reversed(plain.split(" ", 1))), [])

    def close_to(self, text: str) -> str:
        """Return an e-mail or name that is written much like it; empty where none is."""
        word = text.strip().casefold()
        among = self._by_mail if "@" in word else self._by_name
        close = get_close_matches(word, among.keys(), n=1, cutoff=0.82)
        return (among[close[0]][0].email if "@" in word else among[close[0]][0].name) if close else ""


def _plain(name: str) -> str:
    return " ".join(name.replace(",", " ").casefold().split())


def compare(rows: Sequence[Row], people: Mapping[str, Person], members: Collection[str], mode: str) -> Outcome:
    """Say of each row what it comes to, for a group that must equal the list, gain it or lose it (mode)."""
    finder = People(list(people.values()))
    inside = set(members)
    reads = list(_reads(rows, finder, inside, mode))
    named = {read.person.id: read.person for read in reads if read.person is not None and not read.is_fault}
    # A row that is set aside may mean one of these: none of them leaves because of it.
    doubtful = {each.id: each for read in reads if read.state == "ambiguous" for each in read.candidates}
    joins = [person for person in named.values() if person.id not in inside] if mode != REMOVE else []
    leaves: list[Person] = []
    kept: list[Person] = []
    if mode == REMOVE:
        leaves = [person for person in named.values() if person.id in inside]
    elif mode == EQUAL:
        left_over = [people.get(each) or Person(each) for each in dict.fromkeys(members) if each not in named]
        leaves = [person for person in left_over if person.id not in doubtful]
        kept = [person for person in left_over if person.id in doubtful]
    stays = sum(each in inside for each in named) if mode != REMOVE else 0
    return Outcome(reads, joins, leaves, stays, kept)


def _reads(rows: Sequence[Row], finder: People, inside: set[str], mode: str) -> Iterator[Read]:
    seen: dict[str, int] = {}
    hints = min(MOST_HINTS, MOST_COMPARED // max(1, len(finder)))
    for row in rows:
        found = finder.find(row.text)
        if not found:
            close = finder.close_to(row.text) if hints > 0 else ""
            hints -= 1
            hint = f" Did you mean {close}?" if close else ""
            yield Read(row, "unknown", why=f"Nobody has this {_sort_of(row.text)}.{hint}")
        elif len(found) > 1:
            names = ", ".join(f"{each.shown} ({each.id})" for each in found[:5])
            yield Read(row, "ambiguous", why=f"{len(found)} people: {names}. Write the id.", candidates=found)
        elif found[0].id in seen:
            yield Read(row, "doubled", found[0], f"Named in line {seen[found[0].id]} already; it counts once.")
        else:
            seen[found[0].id] = row.line
            yield Read(row, _state(found[0], inside, mode), found[0])


def _state(person: Person, inside: set[str], mode: str) -> str:
    if mode == REMOVE:
        return "leaves" if person.id in inside else "absent"
    return "stays" if person.id in inside else "joins"


def _sort_of(text: str) -> str:
    return "e-mail" if "@" in text else "id" if text.isdecimal() else "name"
