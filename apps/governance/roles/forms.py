"""The forms of roles: a new one, the complete list of a role's authorities, a deletion."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms

_SEPARATORS = re.compile(r"[\s,;]+")
MOST_CHARACTERS = 200_000


class AuthoritiesField(forms.CharField):
    """Authorities, separated by spaces, commas or new lines; as a list without repetition."""

    def clean(self, value: Any) -> list[str]:
        """Return the names. JSON as Domo's own call takes it works too."""
        text = re.sub(r'[\[\]"]', " ", str(super().clean(value) or ""))
        return list(dict.fromkeys(name for name in _SEPARATORS.split(text) if name))


class NewRoleForm(forms.Form):
    """What a new role is called, and from which one it takes its authorities."""

    name = forms.CharField(max_length=200, error_messages={"required": "Give the role a name."})
    description = forms.CharField(
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say what the role is for: Domo wants a description."},
    )
    from_role_id = forms.ChoiceField(
        label="Authorities as in", error_messages={"required": "Choose a role: Domo makes no role from nothing."}
    )

    def __init__(self, *args: Any, roles: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["from_role_id"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [("", "Choose a role"), *roles]


class ReviewForm(forms.Form):
    """What a review hands on: the list that was shown, and the list that is wanted."""

    base = AuthoritiesField(required=False, max_length=MOST_CHARACTERS, widget=forms.HiddenInput)
    wanted = AuthoritiesField(required=False, max_length=MOST_CHARACTERS, widget=forms.HiddenInput)


class CompleteListForm(forms.Form):
    """The complete list of a role whose present one nobody can read."""

    wanted = AuthoritiesField(
        max_length=MOST_CHARACTERS,
        label="The complete list",
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "class": "font-monospace"}),
        error_messages={"required": "Give every authority that the role is to have."},
        help_text="One in each line, or as JSON. Whatever is not in it is taken away from the role.",
    )
    complete = forms.BooleanField(
        label="This is the complete list: what is missing in it may be taken away",
        error_messages={"required": "Tick it only if nothing is missing. Nothing was sent."},
    )


class DeleteForm(forms.Form):
    """Asks once more where people have the role."""

    def __init__(self, *args: Any, people: int | None, **options: Any) -> None:
        super().__init__(*args, **options)
        if people == 0:
            return
        have = (
            "people may have it"
            if people is None
            else f"{people:,} {'person has' if people == 1 else 'people have'} it"
        )
        self.fields["although"] = forms.BooleanField(
            label=f"Delete it although {have}",
            error_messages={"required": "Give them another role first, or tick this. Nothing was sent."},
        )
