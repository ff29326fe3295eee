"""Fields that name a page or people, with suggestions while one types."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse

from apps.jobs.bulk import SettingsForm

if TYPE_CHECKING:
    from apps.connections.models import Connection

_NAMED = re.compile(r"(?P<name>.*\S)\s*\((?P<id>\d+)\)", re.DOTALL)
MOST_PEOPLE = 200


def id_in(text: str) -> str:
    """Return the id in "1204603", or "Finance cockpit (1204603)" as suggested; empty where there is none."""
    text = text.strip()
    match = _NAMED.fullmatch(text)
    return match["id"] if match else text if text.isdecimal() else ""


class SuggestingInput(forms.TextInput):
    """A text field that suggests while one types; without a script an id is typed."""

    template_name = "governance/pages/suggesting_input.html"

    def __init__(self, suggestions_url: str = "", placeholder: str = "") -> None:
        super().__init__(attrs={"autocomplete": "off", "maxlength": "300", "placeholder": placeholder})
        self.suggestions_url = suggestions_url

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add where the suggestions come from."""
        return super().get_context(name, value, attrs) | {"suggestions_url": self.suggestions_url}


class PageField(forms.CharField):
    """A page by id, or as suggested. Cleans to the id."""

    def clean(self, value: Any) -> str:
        """Return the id."""
        text = str(super().clean(value) or "")
        found = id_in(text)
        if text and not found:
            raise forms.ValidationError("Give the id of a page, or choose one of the suggestions.", code="page")
        return found


class PeopleInput(forms.Textarea):
    """People, one in a line, with a field beside it that adds those it suggests."""

    template_name = "governance/pages/people_input.html"

    def __init__(self, suggestions_url: str = "") -> None:
        super().__init__(attrs={"rows": "4", "spellcheck": "false", "autocomplete": "off"})
        self.suggestions_url = suggestions_url

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add where the suggestions come from."""
        return super().get_context(name, value, attrs) | {"suggestions_url": self.suggestions_url}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Take several values as well as one text: a table of people sends a value for each box."""
        values = data.getlist(name) if hasattr(data, "getlist") else [data.get(name)]
        values = values[0] if len(values) == 1 and isinstance(values[0], list | tuple) else values
        return "\n".join(str(value) for value in values if value is not None)


class PeopleField(forms.CharField):
    """People by id: one in a line or separated by commas, each an id or "Hanna Becker (482716634)"."""

    def clean(self, value: Any) -> list[str]:
        """Return the ids without repetition."""
        text = "\n".join(map(str, value)) if isinstance(value, list | tuple) else value
        parts = [part.strip() for part in re.split(r"[\n,;]", str(super().clean(text) or "")) if part.strip()]
        for part in parts:
            if not id_in(part):
                raise forms.ValidationError(
                    f"“{part[:60]}” is no id of a person. Write one in each line.", code="person"
                )
        ids = list(dict.fromkeys(id_in(part) for part in parts))
        if len(ids) > MOST_PEOPLE:
            raise forms.ValidationError(
                f"That are {len(ids):,} people; take at most {MOST_PEOPLE} at once.", code="many"
            )
        return ids


class PageFilterForm(forms.Form):
    """The filter menu of the list of pages."""

    owner = forms.CharField(required=False, max_length=200, help_text="A person's id or name.")
    ownerless = forms.BooleanField(required=False, label="Without an owner")
    parent = PageField(required=False, max_length=300, label="Right below the page")

    def __init__(self, *args: Any, connection: Connection | None = None, **options: Any) -> None:
        # Beside the filters stands a dialog that has a field of the same name.
        super().__init__(*args, **{"auto_id": "filter_%s", **options})
        if connection is not None:
            self.fields["owner"].widget = SuggestingInput(people_url(connection), "A name, or a part of it")
            self.fields["parent"].widget = SuggestingInput(targets_url(connection), "A title, or an id")


class MoveForm(SettingsForm):
    """Where pages are moved to."""

    parent = PageField(
        max_length=300,
        label="New parent page",
        help_text="A title, or a page's id. 0 is the top; the documents do not say that Domo takes it.",
        error_messages={"required": "Say below which page."},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        url = targets_url(self.connection) if self.connection else ""
        self.fields["parent"].widget = SuggestingInput(url, "A title, or an id")


class PeopleForm(SettingsForm):
    """Whose access is taken away."""

    people = PeopleField(
        label="People",
        max_length=20_000,
        help_text="One in each line: an id, or a name with its id as suggested. Ids can be pasted from a list.",
        error_messages={"required": "Say whose access."},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["people"].widget = PeopleInput(people_url(self.connection) if self.connection else "")


class SubpageForm(forms.Form):
    """A new page below another."""

    parent = PageField(
        max_length=300, label="Parent page", error_messages={"required": "Say below which page it is to stand."}
    )
    title = forms.CharField(max_length=500, error_messages={"required": "Give the page a title."})
    has_layout = forms.BooleanField(
        required=False,
        initial=True,
        label="With a layout",
        help_text="Domo's default. Without one, cards stand in a grid.",
    )

    def __init__(self, data: Any = None, *, connection: Connection, parent: str = "") -> None:
        super().__init__(data, initial={"parent": parent})
        self.fields["parent"].widget = SuggestingInput(targets_url(connection), "A title, or an id")
        self.fields["title" if parent else "parent"].widget.attrs["autofocus"] = True


def people_url(connection: Connection) -> str:
    """Return where people are suggested."""
    return reverse("governance:pages_people", args=[connection.slug])


def targets_url(connection: Connection) -> str:
    """Return where pages are suggested."""
    return reverse("governance:pages_targets", args=[connection.slug])
