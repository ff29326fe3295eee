"""Forms about people: a new one, another role, and fields that choose a person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms

from apps.core.formats import format_number
from apps.governance.users.directory import roles_of
from apps.jobs.bulk import SettingsForm
from domoadmin.services.errors import UpstreamError
from domoadmin.services.results import UpstreamRole

if TYPE_CHECKING:
    from apps.connections.models import Connection

_PERSON = re.compile(r"(?P<name>.*\S)\s*\((?P<id>\d+)\)", re.DOTALL)
LONGEST_NAME, LONGEST_EMAIL = 200, 254
SAY_ROLE = "Choose a role."


class PersonInput(forms.TextInput):
    """A text field that suggests people while one types."""

    template_name = "governance/users/person_input.html"

    def __init__(self, suggestions_url: str = "") -> None:
        super().__init__(attrs={"autocomplete": "off", "maxlength": "250"})
        self.suggestions_url = suggestions_url

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add where the suggestions come from."""
        return super().get_context(name, value, attrs) | {"suggestions_url": self.suggestions_url}


class PersonField(forms.CharField):
    """A person by id: "482716634", or "Hanna Becker (482716634)" as suggested."""

    def clean(self, value: Any) -> str:
        """Return the id."""
        text = str(super().clean(value) or "")
        match = _PERSON.fullmatch(text)
        if text and not match and not text.isdecimal():
            raise forms.ValidationError("Give the id of a person, or choose one of the suggestions.", code="person")
        return match["id"] if match else text


def role_choices(roles: Sequence[UpstreamRole], present: str = "") -> list[tuple[str, str]]:
    """Return (id, words) for each role; words tell how many authorities it has, and which one is held now."""
    found = []
    for role in sorted(roles, key=lambda role: role.name.casefold()):
        told = "" if role.authority_count is None else f", {format_number(role.authority_count)} authorities"
        found.append((role.id, f"{role.name or role.id}{told}{', held now' if role.id == present else ''}"))
    return found


def role_field(roles: Sequence[UpstreamRole] | None, present: str = "") -> forms.Field:
    """Return a choice of the roles; a field for the id where they can't be listed."""
    if roles is None:
        return forms.RegexField(
            r"\d{1,19}\Z",
            label="Id of the role",
            help_text="This token may not list the roles, so their names are not known here.",
            error_messages={"required": SAY_ROLE, "invalid": "The id of a role is a number."},
        )
    return forms.ChoiceField(
        label="Role",
        choices=[("", "Choose a role"), *role_choices(roles, present)],
        error_messages={"required": SAY_ROLE, "invalid_choice": "There is no role %(value)s any more. Choose another."},
    )


class RoleSettingsForm(SettingsForm):
    """The role that many people are to have. The command line gives its id."""

    role = forms.RegexField(
        r"\d{1,19}\Z",
        label="Role",
        error_messages={"required": SAY_ROLE, "invalid": "Give the id of a role, a number."},
    )
    # For titles and previews; a person chooses by it and never writes it.
    role_name = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    def __init__(self, *args: Any, connection: Connection | None = None, **options: Any) -> None:
        super().__init__(*args, connection=connection, **options)
        self.names: dict[str, str] = {}
        if connection is None:
            return
        try:
            roles = roles_of(connection, connection.client())
        except UpstreamError:
            roles = None
        self.names = {role.id: role.name for role in roles or ()}
        self.fields["role"] = role_field(roles)

    def clean(self) -> dict[str, Any]:
        """Keep the role's name with its id."""
        cleaned = dict(self.cleaned_data)
        if self.names:
            cleaned["role_name"] = self.names.get(cleaned.get("role", ""), "")
        return cleaned


class RoleForm(forms.Form):
    """Another role for one person."""

    def __init__(
        self, data: Any = None, *, roles: Sequence[UpstreamRole] | None, present: str, difference_url: str
    ) -> None:
        super().__init__(data)
        self.present = present
        self.fields["role"] = role_field(roles, present)
        self.fields["role"].widget.attrs |= {
            "autofocus": True,
            "hx-get": f"{difference_url}?held={present}",
            "hx-trigger": "change",
            "hx-target": "#role-difference",
            "hx-swap": "innerHTML",
            "hx-push-url": "false",
        }

    def clean_role(self) -> str:
        """Refuse the role that they have."""
        role: str = self.cleaned_data["role"]
        if role == self.present:
            raise forms.ValidationError("They have this role already. Choose another one.")
        return role


class NewPersonForm(forms.Form):
    """What the documented Create User takes: name, mail address and role."""

    name = forms.CharField(max_length=LONGEST_NAME, error_messages={"required": "Write the person’s name."})
    email = forms.EmailField(
        max_length=LONGEST_EMAIL,
        label="E-mail",
        error_messages={"required": "Write the e-mail address.", "invalid": "This is no e-mail address."},
    )

    def __init__(self, data: Any = None, *, roles: Sequence[UpstreamRole] | None) -> None:
        super().__init__(data)
        self.fields["role"] = role_field(roles)
        self.fields["name"].widget.attrs["autofocus"] = True
