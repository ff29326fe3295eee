"""A mapping from a CSV file or pasted from a spreadsheet: by id or by name, every fault named by its line."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from apps.migrations.federated.mapping import PARTS, Reference

COLUMNS = ("datasource_id", *PARTS)
_IDS = ("datasource_id", "dataset_id", "id")
# Either of both, as it is pasted.
_EITHER = ("datasource", "dataset")
_NAMES = ("datasource_name", "dataset_name", "name")
MOST_BYTES = 5_000_000
MOST_FAULTS = 200


@dataclass(frozen=True)
class MappingRows:
    """What a file says. faults: what is wrong with it, one sentence each; then nothing of it is used."""

    mappings: dict[str, Reference] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def read_mapping(content: bytes | str, names: Mapping[str, str]) -> MappingRows:
    """Read a mapping; names: the name of each datasource that may stand in it, by id.

    Columns: datasource_id (or name), catalog, schema, table, in any order, with commas, semicolons or tabs between.
    Pasted cells without a header line are taken as datasource, catalog, schema, table.
    """
    try:
        text = content.decode("utf-8-sig") if isinstance(content, bytes) else content.removeprefix("\ufeff")
    except UnicodeDecodeError:
        return MappingRows(faults=["The file is not UTF-8. Save it as CSV UTF-8."])
    if len(text) > MOST_BYTES:
        return MappingRows(faults=[f"The file is larger than {MOST_BYTES // 1_000_000} MB."])
    if not text.strip():
        return MappingRows(faults=["There is nothing in it. It needs the columns " + ", ".join(COLUMNS) + "."])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        lines = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error as problem:
        return MappingRows(faults=[f"Line {reader.line_num} can't be read as CSV: {problem}."])
    return _Reading(names).read([line for line in lines if any(line[1])])


def _delimiter(text: str) -> str:
    header = text.lstrip().splitlines()[0]
    return max(("\t", ";", ","), key=header.count)


class _Reading:
    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self._ids_of: defaultdict[str, list[str]] = defaultdict(list)
        for identifier, name in names.items():
            self._ids_of[name.strip()].append(identifier)
        self._folded_ids = {identifier.casefold(): identifier for identifier in names}
        self._folded_names = {name.casefold().strip(): name for name in names.values()}
        self._faults: list[str] = []
        self._mappings: dict[str, Reference] = {}
        self._lines: dict[str, int] = {}
        self._width = len(COLUMNS)

    def read(self, lines: Sequence[tuple[int, list[str]]]) -> MappingRows:
        header = _header(lines[0][1])
        rows = lines[1:]
        self._width = len(lines[0][1])
        if header is None:
            if len(lines[0][1]) != len(COLUMNS) or not self._is_known(lines[0][1][0]):
                return MappingRows(faults=_faults_of_header(lines[0][1]))
            # Cells pasted without their heads.
            header, rows = {"datasource": 0, "catalog": 1, "schema": 2, "table": 3}, lines
        for number, row in rows:
            self._row(number, row, header)
        if not rows:
            self._faults.append("There is a header line, and no line below it.")
        faults = self._faults[:MOST_FAULTS]
        if len(self._faults) > MOST_FAULTS:
            faults.append(f"And {len(self._faults) - MOST_FAULTS:,} more like these.")
        return MappingRows({} if faults else self._mappings, faults)

    def _is_known(self, written: str) -> bool:
        return written in self._names or written in self._ids_of

    def _row(self, number: int, row: list[str], header: Mapping[str, int]) -> None:
        cells = {name: row[place] if place < len(row) else "" for name, place in header.items()}
        if extra := [cell for cell in row[self._width :] if cell]:
            self._faults.append(f"Line {number} has more cells than the first line: “{extra[0]}”.")
            return
        identifier = self._identifier(number, cells)
        if identifier is None:
            return
        if identifier in self._lines:
            self._faults.append(
                f"Lines {self._lines[identifier]} and {number} both map {self._shown(identifier)}. Keep one of them."
            )
            return
        self._lines[identifier] = number
        self._mappings[identifier] = Reference.of({part: cells[part] for part in PARTS})

    def _identifier(self, number: int, cells: Mapping[str, str]) -> str | None:
        """Return the datasource of a line; None with a fault where it is none of those that can be mapped."""
        written = cells.get("id", "") or cells.get("datasource", "")
        if written:
            if written in self._names:
                return written
            if not cells.get("id") and written in self._ids_of:
                return self._by_name(number, written)
            self._unknown(number, "datasource", written, self._folded_ids.get(written.casefold()))
            return None
        name = cells.get("name", "")
        if not name:
            self._faults.append(f"Line {number} names no datasource.")
            return None
        if name not in self._ids_of:
            self._unknown(number, "name", name, self._folded_names.get(name.casefold()))
            return None
        return self._by_name(number, name)

    def _by_name(self, number: int, name: str) -> str | None:
        found = self._ids_of[name]
        if len(found) == 1:
            return found[0]
        self._faults.append(
            f"Line {number}: {len(found)} datasources are called “{name}” ({', '.join(sorted(found)[:4])}). "
            "Use the column datasource_id for it."
        )
        return None

    def _unknown(self, number: int, what: str, written: str, nearly: str | None) -> None:
        if nearly is not None:
            self._faults.append(
                f"Line {number}: “{written}” is in the wrong case; the {what} is called “{nearly}”. Write it so."
            )
            return
        self._faults.append(
            f"Line {number}: “{written}” is none of the datasources to be migrated. "
            "Take the line out, or pick the datasource first."
        )

    def _shown(self, identifier: str) -> str:
        return f"{self._names[identifier]} ({identifier})"


def _header(row: Sequence[str]) -> dict[str, int] | None:
    """Return the place of each column; None where a needed one is missing or stands twice. Case doesn't matter."""
    found: dict[str, int] = {}
    for place, cell in enumerate(row):
        known = _column(cell)
        if known is None:
            continue
        if known in found:
            return None
        found[known] = place
    return found if {"id", "name", "datasource"} & found.keys() and set(PARTS) <= found.keys() else None


def _column(cell: str) -> str | None:
    name = cell.casefold().replace(" ", "_")
    if name in _IDS:
        return "id"
    if name in _EITHER:
        return "datasource"
    if name in _NAMES:
        return "name"
    return name if name in PARTS else None


def _faults_of_header(row: Sequence[str]) -> list[str]:
    known = [_column(cell) for cell in row]
    faults = [
        f"The column {cell} stands twice."
        for place, cell in enumerate(row)
        if known[place] is not None and known[place] in known[:place]
    ]
    if not {"id", "name", "datasource"} & set(known):
        faults.append("The column datasource_id is missing (or name, where names are unique).")
    faults += [f"The column {part} is missing." for part in PARTS if part not in known]
    seen = ", ".join(cell for cell in row if cell) or "nothing"
    return [*faults, f"The first line says: {seen[:200]}. It needs: {', '.join(COLUMNS)}."]


def mapping_rows(mapped: Iterable[tuple[str, Reference]]) -> list[tuple[str, str, str, str]]:
    """Return the rows of a CSV that read_mapping reads."""
    return [(key, each.catalog, each.schema, each.table) for key, each in mapped]
