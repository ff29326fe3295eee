"""The check of a CSV of people: every row is compared with the instance before anything is sent."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from apps.core.exports import cell
from apps.core.optional_calls import if_told
from apps.governance.users.csv_checks import CREATE, FAULTY, SAME, UPDATE, Row, RowCheck, faults_in
from apps.governance.users.csv_columns import Header, read_header, unknown_words
from apps.governance.users.csv_file import CsvFile, FileRefused, read_csv
from apps.governance.users.directory import read_everybody
from apps.governance.users.rows import PersonRow, row_of
from apps.jobs.kinds import NewItem
from apps.staging import service as staging
from apps.staging.models import StagedFile
from domoadmin.services.client import Client

if TYPE_CHECKING:
    from apps.jobs.models import Job
    from apps.jobs.planning import Planning

ACTIONS = (CREATE, UPDATE, SAME, FAULTY)
MOST_LOOKED_UP = 200
SAME_WORDS = "Everything is in Domo as the row says."


def file_of(params: Mapping[str, Any]) -> StagedFile | None:
    """Return the staged file of a job; None once it was removed."""
    return StagedFile.objects.filter(pk=params["staged_file"]).first()


def read_staged(file: StagedFile) -> CsvFile:
    """Read a staged file. Raises FileRefused."""
    return read_csv(b"".join(staging.StagedSource(file).open()), file.name)


def plan(planning: Planning) -> None:
    """Add an item for each row; those that are faulty, or say what is there already, are born skipped."""
    file = file_of(planning.params)
    if file is None:
        planning.refuse("The staged file is gone: choose it again.")
        return
    try:
        read = read_staged(file)
    except FileRefused as refusal:
        planning.refuse(f"{refusal} Nothing was sent.")
        return
    header = read_header(read.header)
    rows = _checked(planning, read, header)
    counts = Counter(row.action for row in rows)
    preview = {
        "rows": len(rows),
        "counts": {action: counts[action] for action in ACTIONS},
        "faults": sorted(faults_in(rows).items(), key=lambda each: (-each[1], each[0])),
        "header": list(header.names),
        "header_problems": list(header.problems),
        "unknown_columns": [[name, unknown_words(name)] for name in header.unknown],
        "delimiter": read.delimiter_word,
        "own": _own(planning.client, rows),
    }
    planning.preview(preview)
    planning.add_items(_item(row) for row in rows)


def _checked(planning: Planning, read: CsvFile, header: Header) -> list[Row]:
    client = planning.client
    planning.progress(phase="Reading the roles and people that are there", done=0, total=0, unit="people")
    roles = [role for role in client.roles.list() if role.id]
    names = {role.id: role.name for role in roles}
    people = [row_of(person, names) for person in read_everybody(client, lambda done: planning.progress(done=done))]
    planning.progress(phase="Checking the rows", done=0, total=len(read.records), unit="rows")
    looked_up: dict[str, PersonRow | None] = {}

    def look_up(identifier: str) -> PersonRow | None:
        """Ask for one person whom the listing did not hold: some upstreams list only a part."""
        if identifier not in looked_up and len(looked_up) < MOST_LOOKED_UP:
            planning.check()
            found = if_told(lambda: client.users.get(identifier, "DETAILED"))
            looked_up[identifier] = row_of(found, names) if found is not None else None
        return looked_up.get(identifier)

    return RowCheck(header, roles, people, look_up).rows(read.records)


def _own(client: Client, rows: Sequence[Row]) -> str:
    """Return the name of the token's owner when the file would change their role; empty otherwise."""
    changed = {row.person.id: row.label for row in rows if row.action == UPDATE and row.person is not None}
    me = if_told(client.users.me) if changed else None
    return changed.get(me.id, "") if me is not None else ""


def _item(row: Row) -> NewItem:
    key, line = f"line-{row.record.line}", row.record.line
    label = f"Line {line:,}{f', {row.label}' if row.label else ''}"
    payload: dict[str, Any] = {"line": line, "action": row.action, "name": row.label, "email": row.email}
    if row.action == FAULTY:
        payload |= {"values": row.record.values, "faults": [[each.column, each.text] for each in row.faults]}
        return NewItem(key, label, payload, skip=" ".join(map(str, row.faults)), skip_code=FAULTY)
    role = {"id": row.role.id, "name": row.role.name} if row.role is not None else None
    if row.person is None:
        return NewItem(key, label, payload, after={"name": row.name, "email": row.email, "role": role})
    payload |= {"id": row.person.id, "email": row.person.email}
    if row.action == SAME:
        return NewItem(key, label, payload, skip=SAME_WORDS, skip_code=SAME)
    before = {"role": {"id": row.person.role_id, "name": row.person.role}}
    return NewItem(key, label, payload, before=before, after={"role": role})


def set_aside_csv(job: Job) -> Iterator[str]:
    """Yield the rows that are not sent, with line and reason before the file's own columns.

    Corrected, the file can be imported as it is: line and reason are read past.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow(["Line", "Reason", *map(cell, job.preview.get("header", []))])
    for item in job.items.filter(error_code=FAULTY).order_by("position").iterator(chunk_size=500):
        writer.writerow([item.payload["line"], cell(item.error_text), *map(cell, item.payload["values"])])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()
