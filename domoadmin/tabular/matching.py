"""Which column of the file goes into which column of the dataset."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domoadmin.tabular.column_types import ColumnType


class How(StrEnum):
    """How a dataset column found its column of the file."""

    NAME = "name"
    SIMILAR = "similar"
    POSITION = "position"
    CHOSEN = "chosen"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class SchemaColumn:
    """A column of the dataset."""

    name: str
    type: ColumnType = ColumnType.STRING


@dataclass(frozen=True, slots=True)
class ColumnMatch:
    """For each dataset column the index of its column in the file, or None where it stays empty."""

    file_columns: tuple[str, ...]
    schema: tuple[SchemaColumn, ...]
    sources: tuple[int | None, ...]
    how: tuple[How, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Dataset columns that stay empty."""
        return tuple(column.name for column, source in zip(self.schema, self.sources, strict=True) if source is None)

    @property
    def extra(self) -> tuple[str, ...]:
        """Columns of the file that are left out."""
        used = set(self.sources)
        return tuple(name for index, name in enumerate(self.file_columns) if index not in used)

    @property
    def reordered(self) -> bool:
        """Whether matched columns stand in another order in the file than in the dataset."""
        found = [source for source in self.sources if source is not None]
        return found != sorted(found)

    @property
    def same_layout(self) -> bool:
        """Whether the file has just the dataset's columns in the dataset's order."""
        return self.sources == tuple(range(len(self.file_columns)))

    def file_types(self) -> tuple[ColumnType, ...]:
        """What each column of the file must hold; STRING for those left out."""
        types = [ColumnType.STRING] * len(self.file_columns)
        for column, source in zip(self.schema, self.sources, strict=True):
            if source is not None and column.type is not ColumnType.STRING:
                types[source] = column.type
        return tuple(types)

    def dataset_column(self, file_index: int) -> str | None:
        """The dataset column that takes a column of the file."""
        names = (column.name for column, source in zip(self.schema, self.sources, strict=True) if source == file_index)
        return next(names, None)


def match_columns(
    file_columns: Sequence[str],
    schema: Sequence[SchemaColumn],
    *,
    by_position: bool = False,
    overrides: Mapping[str, int | None] | None = None,
) -> ColumnMatch:
    """Match by exact name, then by name without case, spaces and punctuation; or by position.

    overrides: dataset column name -> index in the file, or None to leave it empty; they win, and a column of the file
    that they take is not matched a second time. Raises ValueError for an index that the file does not have, or one that
    is chosen twice.
    """
    chosen = dict(overrides or {})
    for name, index in chosen.items():
        if index is not None and not 0 <= index < len(file_columns):
            raise ValueError(f'The file has no column {index + 1} for "{name}".')
    indexes = [index for index in chosen.values() if index is not None]
    taken = set(indexes)
    if len(taken) < len(indexes):
        raise ValueError("A column of the file can go into one column of the dataset only.")
    sources: list[int | None] = [None] * len(schema)
    how = [How.MISSING] * len(schema)
    for position, column in enumerate(schema):
        if column.name in chosen:
            sources[position] = chosen[column.name]
            how[position] = How.CHOSEN
    open_positions = [position for position in range(len(schema)) if how[position] is How.MISSING]
    if by_position:
        for position in open_positions:
            if position < len(file_columns) and position not in taken:
                sources[position], how[position] = position, How.POSITION
    else:
        _match_names(file_columns, schema, open_positions, taken, sources, how)
    return ColumnMatch(tuple(file_columns), tuple(schema), tuple(sources), tuple(how))


def _match_names(
    file_columns: Sequence[str],
    schema: Sequence[SchemaColumn],
    open_positions: Iterable[int],
    taken: set[int],
    sources: list[int | None],
    how: list[How],
) -> None:
    """Exact names first for all columns, so that a similar one never takes another's exact match."""
    left = list(open_positions)
    keys: tuple[tuple[How, Callable[[str], str]], ...] = ((How.NAME, str), (How.SIMILAR, _similar))
    for kind, key in keys:
        by_name: dict[str, int] = {}
        for index, name in enumerate(file_columns):
            if index not in taken and name:
                by_name.setdefault(key(name), index)
        still_left = []
        for position in left:
            source = by_name.pop(key(schema[position].name), None)
            if source is None:
                still_left.append(position)
                continue
            sources[position], how[position] = source, kind
            taken.add(source)
        left = still_left


def _similar(name: str) -> str:
    """A name without case, spaces and punctuation; the name itself where nothing else is left."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(character for character in folded if character.isalnum()) or folded
