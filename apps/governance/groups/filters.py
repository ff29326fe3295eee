"""What the list of groups filters by, and fields that take a group or a person."""

from __future__ import annotations

from typing import Any

from django import forms

from apps.governance.groups.people import id_in

KIND_CHOICES = (("open", "Open"), ("closed", "Closed"), ("dynamic", "Dynamic"))


class SuggestInput(forms.TextInput):
    """A text field that suggests while one types; without a script it takes an id or a whole name."""

    template_name = "governance/groups/suggest_input.html"

    def __init__(self, suggestions_url: str = "", placeholder: str = "") -> None:
        super().__init__(attrs={"autocomplete": "off", "maxlength": "200", "placeholder": placeholder})
        self.suggestions_url = suggestions_url

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add where the suggestions come from."""
        return super().get_context(name, value, attrs) | {"suggestions_url": self.suggestions_url}


class PersonIdField(forms.CharField):
    """A person by id: "4827", or "Priya Raman (4827)" as suggested."""

    def clean(self, value: Any) -> str:
        """Return the id."""
        given = str(super().clean(value) or "")
        found = id_in(given)
        if given and not found:
            raise forms.ValidationError("Give the id of a person, a number, or choose a suggestion.", code="person")
        return found


class GroupFilters(forms.Form):
    """Type, an owner, somebody who is in it."""

    kind = forms.ChoiceField(required=False, choices=[("", "Any"), *KIND_CHOICES], label="Type")
    owner = PersonIdField(required=False, max_length=200, label="Owner")
    member = PersonIdField(required=False, max_length=200, label="Has the member")

    def __init__(self, *args: Any, people_url: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("owner", "member"):
            self.fields[name].widget = SuggestInput(people_url, "A name, or an id")
