"""Who leaves, and what goes to whom: one form for the command line, and what the page's choices become."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.governance.groups.people import id_in
from apps.governance.leavers.holdings import BY_KEY, HOLDINGS, Holding
from apps.jobs.bulk import SettingsForm

SAME, NOBODY = "same", "nobody"


@dataclass(frozen=True)
class Choices:
    """Who leaves (`user`), who gets it (`to`), and for some kinds another one: an id, SAME or NOBODY."""

    user: str
    to: str = ""
    others: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Choices:
        """Read the settings of a job."""
        return cls(str(settings.get("user") or ""), str(settings.get("to") or ""), read_others(settings.get("others")))

    def recipient(self, holding: Holding) -> str:
        """Return the id of the person who gets things of this kind; empty where nobody does."""
        choice = self.others.get(holding.key) or (SAME if holding.chosen else NOBODY)
        return "" if choice == NOBODY else self.to if choice == SAME else choice

    @property
    def people(self) -> list[str]:
        """Return everybody who gets something, once."""
        named = (self.recipient(holding) for holding in HOLDINGS if holding.moves)
        return list(dict.fromkeys(each for each in named if each))

    def as_settings(self) -> dict[str, str]:
        """Return what a job keeps; what differs from the usual alone is written down."""
        usual = {holding.key: SAME if holding.chosen else NOBODY for holding in HOLDINGS}
        others = {key: choice for key, choice in self.others.items() if choice and choice != usual.get(key)}
        return {"user": self.user, "to": self.to, "others": ",".join(f"{key}={each}" for key, each in others.items())}


def read_others(text: object) -> dict[str, str]:
    """Read "card=482716634,page=nobody". Raises ValidationError naming what is wrong."""
    found: dict[str, str] = {}
    for part in filter(None, (each.strip() for each in str(text or "").split(","))):
        key, sign, choice = (each.strip() for each in part.partition("="))
        if not sign or not choice:
            raise ValidationError(f"{part!r} is not of the form kind=id, kind=same or kind=nobody.")
        if key not in BY_KEY:
            raise ValidationError(f"There is no kind {key!r}. Known: {', '.join(_movable())}.")
        if not BY_KEY[key].moves and choice != NOBODY:
            raise ValidationError(f"{BY_KEY[key].title} can't be given to anybody. {BY_KEY[key].note}")
        if choice not in (SAME, NOBODY) and not choice.isdecimal():
            raise ValidationError(f"{key}: {choice!r} is neither the id of a person, nor same, nor nobody.")
        found[key] = choice
    return found


def _movable() -> Iterable[str]:
    return (holding.key for holding in HOLDINGS if holding.moves)


class UserField(forms.CharField):
    """A person by id: "482716634", or "Hanna Becker (482716634)" as suggested."""

    def clean(self, value: Any) -> str:
        """Return the id."""
        text = str(super().clean(value) or "")
        person = id_in(text)
        if text and not person:
            raise ValidationError("Give the id of a person, or choose one of the suggestions.", code="person")
        return person


class HandOverForm(SettingsForm):
    """What `manage.py bulk hand-over --set` takes."""

    user = UserField(max_length=200, label="Who leaves", error_messages={"required": "Say who leaves."})
    to = UserField(max_length=200, required=False, label="Who gets it")
    others = forms.CharField(max_length=2000, required=False, label="Kinds that go to somebody else, or to nobody")

    def clean_others(self) -> str:
        """Read each part."""
        text = str(self.cleaned_data["others"])
        read_others(text)
        return text

    def clean(self) -> dict[str, Any]:
        """Nobody inherits from themselves."""
        cleaned = dict(super().clean() or self.cleaned_data)
        getting = {cleaned.get("to"), *read_others(cleaned.get("others")).values()} if "others" in cleaned else set()
        if cleaned.get("user") and cleaned["user"] in getting:
            raise ValidationError({"to": "Somebody else than the person who leaves has to get it."})
        return cleaned
