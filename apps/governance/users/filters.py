"""The filters of the list of people: the form, and whether a person fits them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms

from apps.core.formats import format_number
from apps.governance.users.rows import PersonRow

SEEN: Mapping[str, str] = {
    "within-7": "within 7 days",
    "within-30": "within 30 days",
    "not-30": "not for 30 days",
    "not-90": "not for 90 days",
    "not-365": "not for a year",
    "never": "never",
}
STATES: Mapping[str, str] = {"active": "Active", "inactive": "Inactive", "untold": "Not reported"}
# What the users search (facts.md, 1.5) can filter by; all else is looked for among everybody.
BY_SEARCH = frozenset(("role", "department"))

Counted = Sequence[tuple[str, int]]


class PeopleFilterForm(forms.Form):
    """The filter menu. roles: (id, name, how many have it); departments, states: (value, count)."""

    role = forms.CharField(required=False, max_length=20, label="Role")
    department = forms.CharField(required=False, max_length=200, label="Department")
    title = forms.CharField(required=False, max_length=200, label="Title has")
    state = forms.ChoiceField(required=False, label="State", choices=[("", "Any"), *STATES.items()])
    seen = forms.ChoiceField(required=False, label="Last seen", choices=[("", "Any time"), *SEEN.items()])

    def __init__(
        self,
        *args: Any,
        roles: Sequence[tuple[str, str, int | None]] = (),
        departments: Counted = (),
        states: Counted = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._offer("role", [(identifier, _counted(name, count)) for identifier, name, count in roles])
        self._offer("department", [(value, _counted(value, count)) for value, count in departments])
        counts = dict(states)
        if counts:
            told = {"active": counts.get("True", 0), "inactive": counts.get("False", 0)}
            choices = [(key, _counted(word, told.get(key))) for key, word in STATES.items()]
            self.fields["state"] = forms.ChoiceField(required=False, label="State", choices=[("", "Any"), *choices])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        """Turn a text field into a list of what there is; what is set already stays choosable."""
        if not choices:
            return
        chosen = str(self.data.get(name, "")).strip()
        if chosen and chosen not in dict(choices):
            choices.append((chosen, chosen))
        old = self.fields[name]
        self.fields[name] = forms.ChoiceField(required=False, label=old.label, choices=[("", "Any"), *choices])


def _counted(word: str, count: int | None) -> str:
    return word if count is None else f"{word} ({format_number(count)})"


def fits(person: PersonRow, words: str, filters: Mapping[str, Any], now: datetime) -> bool:
    """Say whether a person has all the words in name, mail address or title (or is the id), and fits the filters."""
    return (
        _has_words(person, words)
        and (not filters.get("role") or person.role_id == filters["role"])
        and (not filters.get("department") or person.department.casefold() == filters["department"].casefold())
        and (not filters.get("title") or filters["title"].casefold() in person.title.casefold())
        and (not filters.get("state") or _state(person) == filters["state"])
        and (not filters.get("seen") or _was_seen(person, filters["seen"], now))
    )


def _has_words(person: PersonRow, words: str) -> bool:
    if not words or words == person.id:
        return True
    told = f"{person.name} {person.email} {person.title}".casefold()
    return all(word in told for word in words.casefold().split())


def _state(person: PersonRow) -> str:
    return "untold" if person.active is None else "active" if person.active else "inactive"


def _was_seen(person: PersonRow, choice: str, now: datetime) -> bool:
    if choice == "never":
        return person.seen is None
    word, _, days = choice.partition("-")
    border = now - timedelta(days=int(days))
    if word == "within":
        return person.seen is not None and person.seen >= border
    return person.seen is not None and person.seen < border
