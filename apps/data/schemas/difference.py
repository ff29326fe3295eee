"""What differs between two schemas, and the same changes made to a schema. Plain Python: nothing is asked or sent."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from domoadmin.services.results import Column


@dataclass(frozen=True)
class ColumnState:
    """A column of a schema. key: by which it is known under another name; new ones have a key that begins with "+"."""

    key: str
    name: str
    type: str
    visible: bool = True

    @property
    def is_new(self) -> bool:
        """Say whether a person added it."""
        return self.key.startswith("+")

    def as_json(self) -> dict[str, object]:
        """Return what the audit trail keeps of it."""
        return {"name": self.name, "type": self.type, "visible": self.visible}


@dataclass(frozen=True)
class Changed:
    """A column that has another name, type or visibility."""

    before: ColumnState
    after: ColumnState

    def applied_to(self, column: ColumnState) -> ColumnState:
        """Change in a column what was changed; the rest of it stays as it is."""
        before, after = self.before, self.after
        return replace(
            column,
            name=after.name if after.name != before.name else column.name,
            type=after.type if after.type != before.type else column.type,
            visible=after.visible if after.visible != before.visible else column.visible,
        )


@dataclass(frozen=True)
class Placed:
    """A column with its place among the columns afterwards, from 0; was: its place before, None for a new one."""

    column: ColumnState
    place: int
    was: int | None = None


@dataclass(frozen=True)
class SchemaDiff:
    """What has to be done to one schema to get the other."""

    added: tuple[Placed, ...] = ()
    removed: tuple[ColumnState, ...] = ()
    changed: tuple[Changed, ...] = ()
    moved: tuple[Placed, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.moved)

    @property
    def renamed(self) -> list[Changed]:
        """The columns with another name."""
        return [each for each in self.changed if each.before.name != each.after.name]

    @property
    def retyped(self) -> list[Changed]:
        """The columns with another type."""
        return [each for each in self.changed if each.before.type != each.after.type]

    @property
    def hidden(self) -> list[Changed]:
        """The columns that can be seen no longer."""
        return [each for each in self.changed if each.before.visible and not each.after.visible]

    @property
    def shown(self) -> list[Changed]:
        """The columns that can be seen from now on."""
        return [each for each in self.changed if each.after.visible and not each.before.visible]

    @property
    def harmed(self) -> list[ColumnState]:
        """The columns, as they were, on which something may rely that will not find them so again."""
        changed = (each.before for each in self.changed if each in self.renamed or each in self.retyped)
        return [*self.removed, *changed]

    def summary(self) -> str:
        """Count the changes for a sentence: "1 added, 2 renamed"."""
        counts = (
            (self.added, "added"), (self.removed, "dropped"), (self.renamed, "renamed"), (self.retyped, "retyped"),
            (self.moved, "moved"), (self.hidden, "hidden"), (self.shown, "shown"),
        )  # fmt: skip
        return ", ".join(f"{len(found)} {word}" for found, word in counts if found)


def states_of(columns: Sequence[Column]) -> list[ColumnState]:
    """Return columns as they are compared. They are known by id where ids tell them apart, else by name, else place."""
    ids, names = [column.id for column in columns], [column.name for column in columns]
    keys = next(
        (each for each in (ids, names) if all(each) and len(set(each)) == len(each)),
        [str(place) for place in range(len(columns))],
    )
    return [
        # The sign keeps them apart from columns that a person adds; quoted, they go through a form as they are.
        ColumnState(f"={quote(key)}", column.name, column.type, column.visible)
        for key, column in zip(keys, columns, strict=True)
    ]


def difference(before: Sequence[ColumnState], after: Sequence[ColumnState]) -> SchemaDiff:
    """Return what was done to `before` to get `after`, with as few columns moved as can be. Keys must differ."""
    was = {column.key: place for place, column in enumerate(before)}
    kept = [column for column in after if column.key in was]
    stayed = _longest_rising([was[column.key] for column in kept])
    left = {column.key for column in kept}
    return SchemaDiff(
        added=tuple(Placed(column, place) for place, column in enumerate(after) if column.key not in was),
        removed=tuple(column for column in before if column.key not in left),
        changed=tuple(Changed(before[was[column.key]], column) for column in kept if before[was[column.key]] != column),
        moved=tuple(
            Placed(column, place, was[column.key])
            for place, column in enumerate(after)
            if column.key in was and was[column.key] not in stayed
        ),
    )


def applied(columns: Sequence[ColumnState], diff: SchemaDiff) -> list[ColumnState]:
    """Make the changes in these columns; those of columns that are not there are left out."""
    changes = {change.before.key: change for change in diff.changed}
    out = {column.key for column in diff.removed} | {placed.column.key for placed in diff.moved}
    known = {column.key: column for column in columns}

    def changed(column: ColumnState) -> ColumnState:
        return changes[column.key].applied_to(column) if column.key in changes else column

    result = [changed(column) for column in columns if column.key not in out]
    moved = (replace(each, column=changed(known[each.column.key])) for each in diff.moved if each.column.key in known)
    for placed in sorted([*diff.added, *moved], key=lambda each: each.place):
        result.insert(placed.place, placed.column)
    return result


def _longest_rising(places: Sequence[int]) -> set[int]:
    """Return the most of these different numbers that already stand in rising order."""
    ends: list[int] = []  # for each length, the smallest number that a rising run of that length ends with
    before: dict[int, int | None] = {}
    for place in places:
        at = bisect_left(ends, place)
        before[place] = ends[at - 1] if at else None
        ends[at : at + 1] = [place]
    found: set[int] = set()
    last = ends[-1] if ends else None
    while last is not None:
        found.add(last)
        last = before[last]
    return found
