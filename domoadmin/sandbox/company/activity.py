"""What people have done in Domo: up to a million entries, each made from its number when it is asked for."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domoadmin.sandbox.company.cards import FIRST_CARD, FIRST_PAGE, Cards
from domoadmin.sandbox.company.content import make_accounts, make_dataflows
from domoadmin.sandbox.company.instance import Company

Numbers = NDArray[np.int64]

SPAN_MS = 365 * 86_400_000
GOLDEN = 2_654_435_761
WORD = 4_294_967_296
MOST_FILTERS_KEPT = 8
MOST_DATAFLOWS = 2_000
# object type, action, words; the first ones are the common ones
ACTIONS = (
    ("DATA_SOURCE", "VIEWED", "viewed dataset"),
    ("CARD", "VIEWED", "viewed card"),
    ("PAGE", "VIEWED", "viewed page"),
    ("CARD", "VIEWED", "viewed card"),
    ("DATA_SOURCE", "UPDATED", "updated dataset"),
    ("DATA_SOURCE", "EXPORTED", "exported dataset"),
    ("CARD", "CREATED", "created card"),
    ("DATA_SOURCE", "SHARED", "shared dataset"),
    ("DATAFLOW_TYPE", "EXECUTED", "ran DataFlow"),
    ("ACTIVITY_LOG", "VIEWED", "viewed the activity log"),
    ("ACCOUNT", "UPDATED", "updated account"),
    ("GROUP", "UPDATED", "changed the members of group"),
    ("USER", "UPDATED", "changed the profile of user"),
)
KINDS = tuple(dict.fromkeys(action[0] for action in ACTIONS))
OBJECT_TYPES = sorted({*KINDS, "ROLE", "ALERT", "COLLECTION"})
PROVEN = (
    "time", "userId", "userName", "userType", "actionType", "objectType", "objectId", "objectName",
    "additionalComment", "eventText",
)  # fmt: skip
_OBJECT_CODES = np.array([KINDS.index(action[0]) for action in ACTIONS])


@dataclass(frozen=True)
class ActivityFilter:
    """What entries must have; what is empty doesn't matter."""

    object_types: frozenset[str] = frozenset()
    actions: frozenset[str] = frozenset()
    user_id: str = ""
    object_id: str = ""


@dataclass
class _Objects:
    """The things of one object type: ids and names by place, in parallel."""

    ids: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


class Activity:
    """Entry number 0 is the newest. Entries lie evenly over a year before the anchor, with some jitter."""

    def __init__(self, company: Company, cards: Cards) -> None:
        self.count, self._anchor = company.size.activities, company.anchor
        self._company, self._cards = company, cards
        self._people = company.people[: company.size.people]
        self._step = SPAN_MS // self.count
        self._objects: dict[str, _Objects] = {}
        self._kept: OrderedDict[ActivityFilter, Numbers] = OrderedDict()
        self._lock = threading.Lock()

    def time(self, number: int) -> int:
        """Epoch milliseconds of an entry; falls as the number grows."""
        return self._anchor - number * self._step - number * GOLDEN % WORD % self._step

    def between(self, start: int, end: int) -> range:
        """The numbers of the entries from start to end."""
        first = min(self.count, max(0, (self._anchor - end) // self._step - 1))
        last = min(self.count, max(0, (self._anchor - start) // self._step + 2))
        while first < last and self.time(first) > end:
            first += 1
        while last > first and self.time(last - 1) < start:
            last -= 1
        return range(first, last)

    def numbers(self, start: int, end: int, wanted: ActivityFilter) -> range | Numbers:
        """The numbers of the entries from start to end that pass the filter, newest first."""
        span = self.between(start, end)
        if wanted == ActivityFilter():
            return span
        fitting = self._fitting(wanted)
        return fitting[np.searchsorted(fitting, span.start) : np.searchsorted(fitting, span.stop)]

    def _fitting(self, wanted: ActivityFilter) -> Numbers:
        """All entries that pass a filter; kept, since a walk asks for page after page."""
        with self._lock:
            if wanted in self._kept:
                self._kept.move_to_end(wanted)
                return self._kept[wanted]
            draws = np.arange(self.count, dtype=np.int64) * GOLDEN % WORD
            coarse = draws // 97
            actions = np.where(coarse // 4 % 3 > 0, coarse % 4, coarse % len(ACTIONS))
            mask = np.ones(self.count, dtype=np.bool_)
            if wanted.object_types:
                mask &= np.array([action[0] in wanted.object_types for action in ACTIONS])[actions]
            if wanted.actions:
                mask &= np.array([action[1] in wanted.actions for action in ACTIONS])[actions]
            if wanted.user_id:
                mask &= np.array([person.id == wanted.user_id for person in self._people])[
                    draws // 5 % len(self._people)
                ]
            if wanted.object_id:
                mask &= self._about(wanted.object_id, draws, actions)
            self._kept[wanted] = np.flatnonzero(mask)
            if len(self._kept) > MOST_FILTERS_KEPT:
                self._kept.popitem(last=False)
            return self._kept[wanted]

    def _about(self, object_id: str, draws: Numbers, actions: Numbers) -> NDArray[np.bool_]:
        mask = np.zeros(len(draws), dtype=np.bool_)
        for code, kind in enumerate(KINDS):
            ids = self._objects_of(kind).ids
            wanted = [place for place, identifier in enumerate(ids) if identifier == object_id]
            if wanted:
                places = np.minimum(draws // 11 % len(ids), draws // 17 % len(ids))
                mask |= (_OBJECT_CODES[actions] == code) & np.isin(places, wanted)
        return mask

    def _objects_of(self, kind: str) -> _Objects:
        """The things that entries of an object type are about."""
        if kind not in self._objects:
            self._objects[kind] = self._gather(kind)
        return self._objects[kind]

    def _gather(self, kind: str) -> _Objects:
        company, table = self._company, self._company.datasets
        generated = company.size.datasets
        if kind == "DATA_SOURCE":
            return _Objects(table.ids[:generated], table.names[:generated])
        if kind == "CARD":
            return _Objects([str(FIRST_CARD + number) for number in range(self._cards.count)])
        if kind == "PAGE":
            pages = range(self._cards.page_count)
            return _Objects(
                [str(FIRST_PAGE + page) for page in pages], [self._cards.page_title(page) for page in pages]
            )
        if kind == "GROUP":
            return _Objects([group.id for group in company.groups], [group.name for group in company.groups])
        if kind == "USER":
            return _Objects([person.id for person in self._people], [person.name for person in self._people])
        if kind == "DATAFLOW_TYPE":
            records = make_dataflows(table, generated, self._people)[:MOST_DATAFLOWS]
        elif kind == "ACCOUNT":
            records = make_accounts(self._people, self._anchor)
        else:
            return _Objects([""], [""])
        return _Objects([record["databaseId"] for record in records], [record["name"] for record in records])

    def proof(self) -> dict[str, Any]:
        """How many entries there are, and a sum over all of them that no order changes: what an export must hold.

        Of each entry: the first 8 bytes of the SHA-256 of its values (in PROVEN's order, "" for null, as text, with
        U+001F between them), as a number; the sum modulo 2**64, in hexadecimal. Takes some 20 s for a million.
        """
        total = 0
        for number in range(self.count):
            entry = self.entry(number)
            text = "\x1f".join("" if entry[name] is None else str(entry[name]) for name in PROVEN)
            total += int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
        return {"count": self.count, "checksum": f"{total % 2**64:016x}"}

    def entry(self, number: int) -> dict[str, Any]:
        """An entry as Get Activity Log shows it."""
        draw = number * GOLDEN % WORD  # in plain numbers what _fitting does with arrays, which are slow one by one
        person = self._people[draw // 5 % len(self._people)]
        coarse = draw // 97
        object_type, action, told = ACTIONS[coarse % 4 if coarse // 4 % 3 else coarse % len(ACTIONS)]
        objects = self._objects_of(object_type)
        count = len(objects.ids)
        place = min(draw // 11 % count, draw // 17 % count)
        name = objects.names[place] if objects.names else self._cards.title(place, self._cards.dataset_of(place))
        return {
            "userName": person.name,
            "userId": person.id,
            "userType": "USER",
            "actionType": action,
            "objectType": object_type,
            "objectId": objects.ids[place] or None,
            "objectName": name or None,
            "additionalComment": f"{person.name} {told} '{name}'." if name else f"{person.name} {told}.",
            "time": self.time(number),
            "eventText": told.capitalize(),
        }
