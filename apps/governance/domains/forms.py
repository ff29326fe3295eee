"""The forms that change one domain: each knows what it would send, and what that is in words."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from apps.governance.domains.custom_data import NOTHING, Entry, NotOfType, changed, entries_of, text_of, value_of
from apps.governance.domains.limits import LIMITS, limit_in
from domoadmin.services.results import Domain

LONGEST_NAME, LONGEST_TEXT, MOST_LIMIT = 250, 5_000, 2**53
PUBLIC_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s?#]+")
SAME = "Nothing differs from what the upstream has, so there is nothing to send."


@dataclass(frozen=True)
class Line:
    """One difference in words; None stands for nothing."""

    label: str
    before: str | None
    after: str | None
    note: str = ""


class DomainForm(forms.Form):
    """A part of a domain. Subclasses say what it is now and what it shall be, in the API's words."""

    def __init__(self, data: Any = None, *, domain: Domain, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.domain = domain

    def present(self) -> dict[str, Any]:
        """Return the part as it is."""
        raise NotImplementedError

    def wanted(self) -> dict[str, Any]:
        """Return the part as it shall be, of a valid form: what update() is given, by its names."""
        raise NotImplementedError

    def lines(self) -> list[Line]:
        """Return the differences in words."""
        raise NotImplementedError

    @property
    def mark(self) -> str:
        """Return a mark of the present state; another one means that somebody else was there meanwhile."""
        text = json.dumps(self.present(), sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:20]

    def clean(self) -> dict[str, Any]:
        """Refuse what changes nothing."""
        cleaned: dict[str, Any] = self.cleaned_data
        if not self.errors and not self.lines():
            raise ValidationError(SAME)
        return cleaned


def as_typed(text: str) -> str:
    """Return a text as it was typed: browsers send line breaks in their own way."""
    return text.replace("\r\n", "\n")


class TextForm(DomainForm):
    """Name and description."""

    name = forms.CharField(max_length=LONGEST_NAME, error_messages={"required": "Give the domain a name."})
    description = forms.CharField(
        required=False, max_length=LONGEST_TEXT, strip=False, widget=forms.Textarea(attrs={"rows": "3"})
    )

    def __init__(self, data: Any = None, *, domain: Domain, initial: Any = None) -> None:
        given = {"name": domain.name, "description": domain.description}
        super().__init__(data, domain=domain, initial=initial or given)
        self.fields["name"].widget.attrs["autofocus"] = True

    def present(self) -> dict[str, Any]:
        """Return name and description."""
        return {"name": self.domain.name, "description": self.domain.description}

    def wanted(self) -> dict[str, Any]:
        """Return those of the two that differ: what isn't sent stays."""
        typed = {"name": self.cleaned_data["name"], "description": as_typed(self.cleaned_data["description"])}
        return {name: value for name, value in typed.items() if value != self.present()[name]}

    def lines(self) -> list[Line]:
        """Return what differs."""
        now = self.present()
        return [Line(name.capitalize(), now[name] or None, value or None) for name, value in self.wanted().items()]


class DataForm(DomainForm):
    """The values of the custom data, each by its type."""

    PREFIX: ClassVar[str] = "value_"

    def __init__(self, data: Any = None, *, domain: Domain, initial: Any = None) -> None:
        super().__init__(data, domain=domain, initial=initial)
        self.entries = {f"{self.PREFIX}{place}": entry for place, entry in enumerate(entries_of(domain))}
        for name, entry in self.entries.items():
            if entry.editable:
                self.fields[name] = _typed_field(entry)

    def clean(self) -> dict[str, Any]:
        """Check each value by its type; what was not touched may stay as it is."""
        for name, entry in self.entries.items():
            if name in self.cleaned_data:
                try:
                    self.cleaned_data[name] = self._value(entry, as_typed(self.cleaned_data[name]))
                except NotOfType as problem:
                    self.add_error(name, f"{entry.label}: {problem}")
        return super().clean()

    def _value(self, entry: Entry, typed: str) -> Any:
        if typed == entry.shown:
            return entry.value
        return value_of(entry.type, typed)

    def _changes(self) -> Iterator[tuple[Entry, Any]]:
        for name, entry in self.entries.items():
            value = self.cleaned_data.get(name, entry.value)
            if (value is NOTHING) != (entry.value is NOTHING) or (value is not NOTHING and value != entry.value):
                yield entry, value

    def present(self) -> dict[str, Any]:
        """Return the data."""
        return {"data": dict(self.domain.data)}

    def wanted(self) -> dict[str, Any]:
        """Return the whole data: nothing says that what is left out stays."""
        return {"data": changed(self.domain.data, {entry.id: value for entry, value in self._changes()})}

    def lines(self) -> list[Line]:
        """Return the values that differ."""
        return [
            Line(entry.label, entry.shown if entry.given else None, None if value is NOTHING else text_of(value))
            for entry, value in self._changes()
        ]


def _typed_field(entry: Entry) -> forms.CharField:
    number = entry.type == "number"
    long = not number and ("\n" in entry.shown or len(entry.shown) > 80)
    attributes = {"inputmode": "decimal"} if number else {"rows": "3"} if long else {}
    kind = "Number" if number else "Text"
    help_text = entry.misfit or ("" if entry.defined else f"{kind} without a definition")
    return forms.CharField(
        label=entry.label,
        required=False,
        strip=False,
        max_length=LONGEST_TEXT,
        initial=entry.shown,
        help_text=help_text or ("Number" if number else ""),
        widget=(forms.Textarea if long else forms.TextInput)(attrs={**attributes, "autocomplete": "off"}),
    )


def limit_fields() -> dict[str, forms.Field]:
    """Return the fields of the limits and of the address for mails."""
    fields: dict[str, forms.Field] = {
        name: forms.IntegerField(
            label=f"{label}, at most",
            required=False,
            min_value=0,
            max_value=MOST_LIMIT,
            error_messages={
                "invalid": "Type a whole number, or leave it empty for no limit.",
                "min_value": "Type 0 or more, or leave it empty for no limit.",
                "max_value": "That is more than the upstream can count. Leave it empty for no limit.",
            },
            widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        )
        for name, label in LIMITS.items()
    }
    fields["publicUrl"] = forms.CharField(
        label="Address in mails",
        required=False,
        max_length=LONGEST_NAME,
        help_text="Such as https://example.com: protocol and host only.",
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
    )
    return fields


def check_public_url(url: str) -> str:
    """Return the address. Raises ValidationError."""
    if url and not PUBLIC_URL.fullmatch(url):
        raise ValidationError("Type protocol and host only, such as https://example.com.")
    return url


class LimitsForm(DomainForm):
    """The limits, counted with everything below, and the address that mails name."""

    def __init__(self, data: Any = None, *, domain: Domain, initial: Any = None) -> None:
        super().__init__(data, domain=domain, initial=initial or self._now(domain))
        self.fields.update(limit_fields())
        for name in LIMITS:
            self.fields[name].help_text = "Empty for no limit. Counts what is below as well."

    @staticmethod
    def _now(domain: Domain) -> dict[str, Any]:
        limits: dict[str, Any] = {name: limit_in(domain.settings, name) for name in LIMITS}
        return limits | {"publicUrl": domain.settings.get("publicUrl") or ""}

    def clean_publicUrl(self) -> str:  # noqa: N802 - the field is called as the API calls it
        """Take protocol and host alone, and no empty one where there is one: only limits can be taken away."""
        url = check_public_url(self.cleaned_data["publicUrl"].strip())
        if not url and self._now(self.domain)["publicUrl"]:
            raise ValidationError("No documented call takes the address away again. Type another one.")
        return url

    def present(self) -> dict[str, Any]:
        """Return the settings that this form can change."""
        return {"settings": self._now(self.domain)}

    def wanted(self) -> dict[str, Any]:
        """Return the settings that differ; None takes a limit away."""
        now = self._now(self.domain)
        return {
            "settings": {name: self.cleaned_data.get(name) for name in now if self.cleaned_data.get(name) != now[name]}
        }

    def lines(self) -> list[Line]:
        """Return the settings that differ."""
        now = self._now(self.domain)
        labels = {**LIMITS, "publicUrl": "Address in mails"}
        return [
            Line(labels[name], _limit_text(name, now[name]), _limit_text(name, value))
            for name, value in self.wanted()["settings"].items()
        ]


def _limit_text(name: str, value: Any) -> str | None:
    if name not in LIMITS:
        return value or None
    return "no limit" if value is None else f"{value:,}"


def sections() -> Mapping[str, type[DomainForm]]:
    """Return the parts of a domain that have a form, by their word in the address."""
    from apps.governance.domains.field_forms import FieldsForm

    return {"text": TextForm, "data": DataForm, "limits": LimitsForm, "fields": FieldsForm}
