"""One entry of the log as people read it: what it is about, where that has its page, which filter it passes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from apps.core.json_text import digest
from apps.core.object_pages import object_url
from domoadmin.services.results.activity_log import ActivityEntry

# The log's words for objects -> the kinds by which pages are registered. What isn't here is written in lower case.
KINDS = {
    "DATA_SOURCE": "dataset",
    "DATASET": "dataset",
    "CARD": "card",
    "PAGE": "page",
    "USER": "user",
    "GROUP": "group",
    "ROLE": "role",
    "ALERT": "alert",
    "ACCOUNT": "account",
    "DATAFLOW_TYPE": "dataflow",
    "DATAFLOW": "dataflow",
    "DATA_APP": "data_app",
    "APP": "app",
    "BEAST_MODE_FORMULA": "beast_mode",
    "WORKFLOW_MODEL": "workflow",
    "HOPPER_QUEUE": "queue",
    "FILESET": "fileset",
}
_WORDS = {"dataset": "dataset", "beast_mode": "Beast Mode", "data_app": "App Studio app"}
# "... viewed page 'How Should we manage this monster?'.": names hold apostrophes, so up to the last one.
_QUOTED = re.compile(r"'(.+)'", re.DOTALL)


def kind_of(object_type: str) -> str:
    """Return the kind by which an object type's pages are registered."""
    return KINDS.get(object_type.upper(), object_type.lower())


def type_words(object_type: str) -> str:
    """Write an object type as people do: dataset, activity log."""
    kind = kind_of(object_type)
    return _WORDS.get(kind, kind.replace("_", " "))


def object_name(entry: ActivityEntry) -> str:
    """Return the name of what an entry is about: as told, else as its sentence quotes it."""
    if entry.object_name:
        return entry.object_name
    quoted = _QUOTED.search(entry.comment)
    return quoted[1] if quoted else ""


def page_of(slug: str, object_type: str, object_id: str) -> str:
    """Return the address of the object's page; "" where there is none."""
    return object_url(slug, kind_of(object_type), object_id) if object_id else ""


def readable(entry: ActivityEntry) -> ActivityEntry:
    """Return the entry so that a page can hold it: JSON may contain half a character, UTF-8 may not."""
    text = json.dumps(dict(entry.raw), ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return ActivityEntry.from_raw(json.loads(text.encode("utf-8", "replace")), entry.request_id)
    return entry


def key_of(entry: ActivityEntry) -> str:
    """Return what tells an entry from others of the same moment, since entries have no id."""
    return digest(dict(entry.raw))[:16]


@dataclass(frozen=True)
class EntryFilter:
    """What entries must have. Domo's log filters by object type alone, so the rest is compared here.

    user: an id, or words of a name. words: each has to occur in the sentence, a name or the event.
    """

    object_types: tuple[str, ...] = ()
    user: str = ""
    action: str = ""
    object_id: str = ""
    words: str = ""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> EntryFilter:
        """Read what a form, a job's params or a command's options say."""
        types = values.get("object_types") or values.get("object_type") or ()
        return cls(
            object_types=tuple([types] if isinstance(types, str) else types),
            **{name: str(values.get(name) or "").strip() for name in ("user", "action", "object_id", "words")},
        )

    @property
    def params(self) -> dict[str, Any]:
        """Return plain JSON that `of` reads."""
        return {**asdict(self), "object_types": list(self.object_types)}

    @property
    def is_local(self) -> bool:
        """Say whether anything is compared here."""
        return bool(self.user or self.action or self.object_id or self.words)

    @property
    def sentences(self) -> Sequence[str]:
        """Return the filters in words, for a job's page and title."""
        said = [f"object type {', '.join(self.object_types)}"] if self.object_types else []
        named = {"person": self.user, "action": self.action, "object": self.object_id, "words": self.words}
        return [*said, *(f"{name} {value}" for name, value in named.items() if value)]

    def passes(self, entry: ActivityEntry) -> bool:
        """Say whether an entry has all of it."""
        if self.action and entry.action.upper() != self.action.upper():
            return False
        if self.object_id and entry.object_id != self.object_id:
            return False
        if self.user and not self._is_by_user(entry):
            return False
        if not self.words:
            return True
        text = f"{entry.comment} {entry.event} {entry.user_name} {entry.object_name} {entry.object_id}".casefold()
        return all(word in text for word in self.words.casefold().split())

    def _is_by_user(self, entry: ActivityEntry) -> bool:
        if entry.user_id == self.user:
            return True
        # A number is an id; who types a name means part of it.
        return not self.user.isdecimal() and self.user.casefold() in entry.user_name.casefold()
