"""What the list of Beast Modes filters and orders by.

The document has the name, a filter that leaves variables out, and an order. The other filters are read off the answers
here, so they hold with every upstream.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from django import forms

from domoadmin.services.results.beast_modes import VALID, BeastMode

STATES: Mapping[str, tuple[str, Callable[[BeastMode], bool]]] = {
    "locked": ("Locked", lambda each: bool(each.locked)),
    "unlocked": ("Not locked", lambda each: not each.locked),
    "invalid": ("Invalid formula", lambda each: is_invalid(each)),
    "broken": ("Broken link", lambda each: bool(each.broken_links)),
    "archived": ("Archived", lambda each: bool(each.archived)),
    "unused": ("In no visualization", lambda each: not is_active(each)),
    "active": ("In visualizations", lambda each: is_active(each)),
}
PLACES: Mapping[str, tuple[str, Callable[[BeastMode], bool]]] = {
    "dataset": ("On datasets", lambda each: not is_on_card(each)),
    "card": ("On cards", lambda each: is_on_card(each)),
    "none": ("On nothing", lambda each: not each.links),
}
NOT_VARIABLE = {"field": "notvariable"}
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
# Column of the list -> what it is ordered by here. The name alone is ordered by Domo.
ORDERS: Mapping[str, Callable[[BeastMode], Any]] = {
    "name": lambda each: each.name.casefold(),
    "modified": lambda each: each.modified or _LONG_AGO,
    "created": lambda each: each.created or _LONG_AGO,
    "owner": lambda each: each.owner_id.zfill(20),
    "cards": lambda each: len(card_ids(each)),
    "broken": lambda each: len(each.broken_links),
}


class BeastModeFilters(forms.Form):
    """How it stands, where it is, whose it is, on which dataset or card; variables are left out unless wanted."""

    state = forms.ChoiceField(
        required=False, choices=[("", "Any"), *((key, word) for key, (word, _) in STATES.items())]
    )
    place = forms.ChoiceField(
        required=False, label="Saved", choices=[("", "Anywhere"), *((key, word) for key, (word, _) in PLACES.items())]
    )
    owner = forms.CharField(required=False, max_length=200, label="Owner, name or id")
    dataset = forms.CharField(required=False, max_length=64, label="Dataset id")
    card = forms.CharField(required=False, max_length=64, label="Card id")
    variables = forms.BooleanField(required=False, label="Variables too")

    def clean_dataset(self) -> str:
        """Take an id as it is copied."""
        return str(self.cleaned_data["dataset"]).strip()

    def clean_card(self) -> str:
        """Take the id of a card, which is a number."""
        found = str(self.cleaned_data["card"]).strip()
        if found and not found.isdecimal():
            raise forms.ValidationError("That is no card id. Copy it from the card's page.")
        return found


def upstream_filters(filters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the documented filters; without any, variables come as well."""
    return [] if filters.get("variables") else [dict(NOT_VARIABLE)]


def needs_looking_through(filters: Mapping[str, Any], order: str) -> bool:
    """Say whether more is asked than the document's search can tell by itself."""
    return order.removeprefix("-") != "name" or any(value for name, value in filters.items() if name != "variables")


def passes(each: BeastMode, filters: Mapping[str, Any]) -> bool:
    """Say whether a Beast Mode passes the filters; `owner_ids` stands for the owner, found out before."""
    if (state := STATES.get(filters.get("state", ""))) and not state[1](each):
        return False
    if (place := PLACES.get(filters.get("place", ""))) and not place[1](each):
        return False
    if "owner_ids" in filters and each.owner_id not in filters["owner_ids"]:
        return False
    if filters.get("dataset") and filters["dataset"].lower() not in (one.lower() for one in each.dataset_ids):
        return False
    return not filters.get("card") or filters["card"] in card_ids(each)


def is_invalid(each: BeastMode) -> bool:
    """Say whether Domo calls the formula itself invalid."""
    return each.status.upper() not in ("", VALID)


def is_active(each: BeastMode) -> bool:
    """Say whether something computes it: a link that is active."""
    return any(link.active for link in each.links)


def is_on_card(each: BeastMode) -> bool:
    """Say whether it was saved on a card: it is seen there; one that is seen on its dataset was saved on that."""
    return any(link.kind == "CARD" and link.visible for link in each.links)


def card_ids(each: BeastMode) -> tuple[str, ...]:
    """Return the ids of the cards that it hangs on, each once."""
    return tuple(dict.fromkeys(link.card_id for link in each.links if link.kind == "CARD"))


def badges_of(each: BeastMode) -> list[tuple[str, str, str]]:
    """Return (word, css class, icon) of each thing to know of it."""
    broken = len(each.broken_links)
    badges = [
        (is_invalid(each), (each.status.replace("_", " ").capitalize(), "is-bad", "alert-triangle")),
        (bool(broken), (f"{broken} broken link{'' if broken == 1 else 's'}", "is-bad", "plug-x")),
        (bool(each.locked), ("Locked", "is-off", "lock")),
        (bool(each.archived), ("Archived", "is-off", "archive")),
        (bool(each.is_variable), ("Variable", "is-run", "switch-horizontal")),
    ]
    return [badge for applies, badge in badges if applies]
