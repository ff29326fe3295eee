"""The filters of the dataset list, and the same in the words of the search."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django import forms

from apps.core.formats import format_number
from apps.data.datasets import upstream_fields
from domoadmin.services.times import epoch_milliseconds

CERTIFICATIONS: Mapping[str, str] = {
    "certified": "Certified",
    "requested": "Requested",
    "expired": "Expired",
    "none": "Not certified",
}
# What the search calls each of them; PENDING is a request that waits for its approver.
CERTIFICATION_STATES: Mapping[str, tuple[str, ...]] = {
    "certified": ("CERTIFIED",),
    "requested": ("REQUESTED", "PENDING"),
    "expired": ("EXPIRED",),
}
ANY_CERTIFICATION = tuple(state for states in CERTIFICATION_STATES.values() for state in states)

UPDATED: Mapping[str, str] = {
    "within-1": "within a day",
    "within-7": "within 7 days",
    "within-30": "within 30 days",
    "not-30": "not for 30 days",
    "not-90": "not for 90 days",
    "not-365": "not for a year",
    "never": "never",
}
CARDS: Mapping[str, str] = {"none": "No card", "some": "One or more"}
LONGEST_DAYS = 36_500
MOST_ROWS = 10**15
STALE_DAYS = 90

_ID = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")
_OWNER = re.compile(r"(?P<name>.*\S)\s*\((?P<id>\d+)\)", re.DOTALL)

# (value, how many match) as a facet tells.
FacetValues = Sequence[tuple[str, int]]


@dataclass(frozen=True)
class SearchArguments:
    """What `client.search.query` takes to filter."""

    filters: list[dict[str, Any]] = field(default_factory=list)
    not_filters: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Owner:
    """Whose datasets: one person by id (with the name to show), or all whose name has the words."""

    id: str = ""
    name: str = ""

    @classmethod
    def from_text(cls, text: str) -> Owner:
        """Read "Hanna Becker (482716634)", a bare id, or a part of a name."""
        text = text.strip()
        match = _OWNER.fullmatch(text)
        if match:
            return cls(match["id"], match["name"])
        return cls(id=text) if text.isdecimal() else cls(name=text)

    def __str__(self) -> str:
        return f"{self.name} ({self.id})" if self.name and self.id else self.name or self.id


class OwnerInput(forms.TextInput):
    """A text field that suggests people while one types; without a script it takes a part of a name."""

    template_name = "data/datasets/owner_input.html"

    def __init__(self, suggestions_url: str = "") -> None:
        super().__init__(attrs={"autocomplete": "off", "maxlength": "200"})
        self.suggestions_url = suggestions_url

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add where the suggestions come from."""
        return super().get_context(name, value, attrs) | {"suggestions_url": self.suggestions_url}


_PAIRS = (
    ("type", "kind"),
    ("tag", "certification"),
    ("within", "older"),
    ("rows_min", "rows_max"),
    ("cards", "cards_min"),
)


def _whole_number(label: str, least: int, most: int) -> forms.IntegerField:
    return forms.IntegerField(required=False, min_value=least, max_value=most, label=label)


class DatasetFilterForm(forms.Form):
    """The filter menu. Provider, type and tag become lists with counts where the upstream tells its facets."""

    template_name = "data/datasets/filter_form.html"

    owner = forms.CharField(required=False, max_length=200)
    type = forms.CharField(required=False, max_length=200, label="Provider")
    kind = forms.CharField(required=False, max_length=200, label="Type")
    tag = forms.CharField(required=False, max_length=200)
    certification = forms.ChoiceField(required=False, label="State")
    updated = forms.ChoiceField(required=False, choices=[("", "Any time"), *UPDATED.items()])
    within = _whole_number("Within, days", 1, LONGEST_DAYS)
    older = _whole_number("Older than, days", 1, LONGEST_DAYS)
    rows_min = _whole_number("Rows, at least", 0, MOST_ROWS)
    rows_max = _whole_number("Rows, at most", 0, MOST_ROWS)
    cards = forms.ChoiceField(required=False, label="Cards", choices=[("", "Any"), *CARDS.items()])
    cards_min = _whole_number("Cards, at least", 1, MOST_ROWS)

    def __init__(
        self, *args: Any, facets: Mapping[str, FacetValues] | None = None, owners_url: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].widget = OwnerInput(owners_url)
        counts = facets or {}
        self._offer("type", counts.get(upstream_fields.FACET_TYPE, ()))
        self._offer("kind", counts.get(upstream_fields.FACET_KIND, ()))
        self._offer("tag", counts.get(upstream_fields.FACET_TAG, ()))
        states = dict(counts.get(upstream_fields.FACET_CERTIFICATION, ()))
        choices = [(key, _counted(word, _state_count(key, states))) for key, word in CERTIFICATIONS.items()]
        self.fields["certification"] = forms.ChoiceField(required=False, label="State", choices=[("", "Any"), *choices])

    def clean(self) -> dict[str, Any]:
        """Refuse what nothing can match."""
        cleaned: dict[str, Any] = super().clean() or {}
        least, most = cleaned.get("rows_min"), cleaned.get("rows_max")
        if least is not None and most is not None and least > most:
            self.add_error("rows_max", f"Give at least {format_number(least)}, the least number of rows.")
        if cleaned.get("cards") == "none" and cleaned.get("cards_min"):
            self.add_error("cards_min", "A dataset without cards has not as many: clear one of the two.")
        return cleaned

    @property
    def number_pairs(self) -> list[list[forms.BoundField]]:
        """Return the pairs of fields that stand beside each other."""
        return [[self[name] for name in pair] for pair in _PAIRS]

    @property
    def single_fields(self) -> list[forms.BoundField]:
        """Return the fields that stand alone."""
        paired = {name for pair in _PAIRS for name in pair}
        return [field for field in self if field.name not in paired]

    def _offer(self, name: str, values: FacetValues) -> None:
        """Turn a text field into a list of what there is; what is set already stays choosable."""
        if not values:
            return
        choices = [(value, _counted(value, count)) for value, count in values]
        chosen = self.data.get(name, "").strip()
        if chosen and chosen not in dict(values):
            choices.append((chosen, chosen))
        old = self.fields[name]
        self.fields[name] = forms.ChoiceField(required=False, label=old.label, choices=[("", "Any"), *choices])


def _counted(word: str, count: int | None) -> str:
    return word if count is None else f"{word} ({format_number(count)})"


def _state_count(key: str, counts: Mapping[str, int]) -> int | None:
    """Return how many have a certification state; None where the facet does not say (it never says "none")."""
    if not counts or key not in CERTIFICATION_STATES:
        return None
    return sum(counts.get(state, 0) for state in CERTIFICATION_STATES[key])


def looks_like_id(text: str) -> bool:
    """Say whether a text is the id of a dataset (a UUID) rather than a part of a name."""
    return _ID.fullmatch(text.strip()) is not None


def search_arguments(text: str, filters: Mapping[str, Any], now: datetime) -> SearchArguments:
    """Return the search text and the form's values in the words of the search ("Search Product API", Filter)."""
    arguments = SearchArguments()
    if text:
        arguments.filters.append(_text_filter(text))
    for name, field_name in (
        ("type", upstream_fields.TYPE),
        ("kind", upstream_fields.KIND),
        ("tag", upstream_fields.TAG),
    ):
        if filters.get(name):
            arguments.filters.append(_term(field_name, filters[name]))
    if filters.get("owner_ids"):
        # Its facet writes "4827:USER", hits write "4827"; whichever the field holds, one of the two is it.
        values = [value for owner in filters["owner_ids"] for value in (owner, f"{owner}:USER")]
        arguments.filters.append(_term(upstream_fields.OWNER_ID, *values))
    if filters.get("owner_name"):
        arguments.filters.append(_wildcard(upstream_fields.OWNER_NAME, filters["owner_name"]))
    certification = filters.get("certification", "")
    if certification == "none":
        arguments.not_filters.append(_term(upstream_fields.CERTIFICATION, *ANY_CERTIFICATION))
    elif certification:
        arguments.filters.append(_term(upstream_fields.CERTIFICATION, *CERTIFICATION_STATES[certification]))
    _add_ages(arguments, filters, now)
    _add_counts(arguments, filters)
    return arguments


def _add_ages(arguments: SearchArguments, filters: Mapping[str, Any], now: datetime) -> None:
    if filters.get("updated") == "never":
        # What has no such time at all. "missing" would say it shorter, but its document contradicts its name.
        arguments.not_filters.append({"filterType": "dateRange", "field": upstream_fields.UPDATED, "from": 1})
    elif filters.get("updated"):
        arguments.filters.append(_date_range(filters["updated"], now))
    for name, word in (("within", "within"), ("older", "not")):
        if filters.get(name):
            arguments.filters.append(_date_range(f"{word}-{filters[name]}", now))


def _add_counts(arguments: SearchArguments, filters: Mapping[str, Any]) -> None:
    bounds = {
        bound: int(filters[name])
        for name, bound in (("rows_min", "from"), ("rows_max", "to"))
        if filters.get(name) not in (None, "")
    }
    if bounds:
        arguments.filters.append({"filterType": "range", "field": upstream_fields.ROWS, **bounds})
    at_least_one = {"filterType": "range", "field": upstream_fields.CARDS, "from": 1}
    if filters.get("cards") == "none":
        # Also those of which the search doesn't know how many cards they have.
        arguments.not_filters.append(at_least_one)
    elif filters.get("cards_min"):
        arguments.filters.append(at_least_one | {"from": int(filters["cards_min"])})
    elif filters.get("cards"):
        arguments.filters.append(at_least_one)


def _term(name: str, *values: str) -> dict[str, Any]:
    if len(values) == 1:
        return {"filterType": "term", "field": name, "value": values[0]}
    return {"filterType": "term", "field": name, "values": list(values)}


def _text_filter(text: str) -> dict[str, Any]:
    """Return the filter for what was typed: an id, "#tag", else a part of the name.

    The text never goes into the search's own query: that looks through every field and floods the list.
    """
    if looks_like_id(text):
        return _term(upstream_fields.ID, text.lower())
    if text.startswith("#") and len(text) > 1:
        return _term(upstream_fields.TAG, text[1:].strip())
    return _wildcard(upstream_fields.NAME, text)


def _wildcard(name: str, words: str) -> dict[str, Any]:
    return {"filterType": "wildcard", "field": name, "query": f"*{words}*"}


def _date_range(choice: str, now: datetime) -> dict[str, Any]:
    word, _, days = choice.partition("-")
    border = epoch_milliseconds(now - timedelta(days=int(days)))
    return {
        "filterType": "dateRange",
        "field": upstream_fields.UPDATED,
        "from" if word == "within" else "to": border,
    }
