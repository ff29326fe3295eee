"""Counting entries: by time, person, object, action. Of a page's read as of a million entries, in bounded memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from apps.governance.activity.entries import object_name
from apps.governance.activity.periods import moment
from domoadmin.services.results.activity_log import ActivityEntry
from domoadmin.services.times import epoch_milliseconds

# Half an hour: also the zones that differ by one from full hours get their own hours.
SLOT = 1_800_000
# More objects than this are cut back to the half that occurs most; counts of the rest are then lower bounds.
MOST_OBJECTS = 100_000
# A span with more hours than this is drawn by day.
MOST_HOURS = 7 * 24 + 1
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SHADES = 5

ObjectKey = tuple[str, str, str]


@dataclass
class Tally:
    """Counts of entries. objects: (type, id, name); people: id or, where none is told, name."""

    total: int = 0
    slots: Counter[int] = field(default_factory=Counter)
    people: Counter[str] = field(default_factory=Counter)
    names: dict[str, str] = field(default_factory=dict)
    objects: Counter[ObjectKey] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    cut: bool = False

    def add(self, entry: ActivityEntry) -> None:
        """Count one entry."""
        self.total += 1
        if entry.time is not None:
            self.slots[epoch_milliseconds(entry.time) // SLOT] += 1
        person = entry.user_id or entry.user_name
        self.people[person] += 1
        self.names.setdefault(person, entry.user_name or entry.user_id)
        self.actions[entry.action] += 1
        self.types[entry.object_type] += 1
        name = object_name(entry)
        if entry.object_id or name:
            # Objects are renamed: with an id, that alone tells one from another, and its latest name is shown.
            key = (entry.object_type, entry.object_id, "" if entry.object_id else name)
            self.objects[key] += 1
            self.names.setdefault(_name_key(key), name)
            self._cut_back()

    def merge(self, other: Tally) -> None:
        """Add the counts of another period."""
        self.total += other.total
        self.cut = self.cut or other.cut
        self.slots.update(other.slots)
        self.people.update(other.people)
        self.objects.update(other.objects)
        self.actions.update(other.actions)
        self.types.update(other.types)
        self.names = {**other.names, **self.names}
        self._cut_back()

    def _cut_back(self) -> None:
        if len(self.objects) <= MOST_OBJECTS:
            return
        self.cut = True
        self.objects = Counter(dict(self.objects.most_common(MOST_OBJECTS // 2)))
        kept = {*self.people, *map(_name_key, self.objects)}
        self.names = {key: name for key, name in self.names.items() if key in kept}

    def as_json(self, most: int | None = None) -> dict[str, Any]:
        """Return plain JSON; `most`: no more than so many people, objects, actions and types."""
        objects, people = self.objects.most_common(most), self.people.most_common(most)
        kept = {key for key, _ in people} | {_name_key(key) for key, _ in objects}
        return {
            "total": self.total,
            "slots": sorted(self.slots.items()),
            "people": people,
            "objects": [[*key, count] for key, count in objects],
            "actions": self.actions.most_common(most),
            "types": self.types.most_common(most),
            "names": {key: name for key, name in self.names.items() if key in kept},
            "cut": self.cut,
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Tally:
        """Read what as_json() returned."""
        return cls(
            total=content["total"],
            slots=Counter(dict(content["slots"])),
            people=Counter(dict(content["people"])),
            names=dict(content["names"]),
            objects=Counter({(kind, identifier, name): count for kind, identifier, name, count in content["objects"]}),
            actions=Counter(dict(content["actions"])),
            types=Counter(dict(content["types"])),
            cut=content["cut"],
        )

    def name_of(self, key: ObjectKey) -> str:
        """Return the name of an object, its id where none is told."""
        return self.names.get(_name_key(key)) or key[2] or key[1]


def tally_of(entries: Iterable[ActivityEntry]) -> Tally:
    """Count entries."""
    tally = Tally()
    for entry in entries:
        tally.add(entry)
    return tally


def _name_key(key: ObjectKey) -> str:
    return "\x1f".join(key)


@dataclass(frozen=True)
class Point:
    """A column of the timeline: when it begins, how it is called, how many."""

    start: datetime
    label: str
    count: int


@dataclass(frozen=True)
class Timeline:
    """Entries by hour or day, without gaps. unit: "hour" or "day"."""

    unit: str
    points: Sequence[Point]


def timeline(slots: Mapping[int, int]) -> Timeline:
    """Return the columns from the first to the last slot, on the clock of the person who looks."""
    if not slots:
        return Timeline("hour", ())
    first, last = min(slots), max(slots)
    by_hour = (last - first) * SLOT <= MOST_HOURS * 3_600_000
    counts: Counter[datetime] = Counter()
    # Every slot of the span is walked, so that quiet times stand there with 0, whatever the clock does in between.
    for slot in range(first, last + 1):
        local = timezone.localtime(moment(slot * SLOT))
        begin = local.replace(minute=0, second=0, microsecond=0)
        counts[begin if by_hour else begin.replace(hour=0)] += slots.get(slot, 0)
    points = [Point(start, _label(start, by_hour), count) for start, count in counts.items()]
    return Timeline("hour" if by_hour else "day", points)


def _label(start: datetime, by_hour: bool) -> str:
    return f"{start.day} {start:%b %H:00}" if by_hour else f"{start.day} {start:%b %Y}"


@dataclass(frozen=True)
class Cell:
    """A field of the heat map: how many, and its shade from 0 (none) to 5 (most)."""

    count: int
    shade: int


@dataclass(frozen=True)
class HeatRow:
    """An hour of the day with a cell for each weekday."""

    label: str
    cells: Sequence[Cell]


def heat_map(slots: Mapping[int, int]) -> list[HeatRow]:
    """Return the hours of the day, each with its weekdays, on the clock of the person who looks."""
    counts: Counter[tuple[int, int]] = Counter()
    for slot, count in slots.items():
        local = timezone.localtime(moment(slot * SLOT))
        counts[local.hour, local.weekday()] += count
    least, most = min(counts.values(), default=0), max(counts.values(), default=0)

    def cell(hour: int, day: int) -> Cell:
        count = counts[hour, day]
        # From the quietest to the busiest hour: where all are alike, a difference still shows.
        return Cell(count, 1 + (count - least) * (SHADES - 1) // max(1, most - least) if count else 0)

    return [HeatRow(f"{hour:02}:00", [cell(hour, day) for day in range(len(DAYS))]) for hour in range(24)]
