"""The forms of reviews."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.governance.certification.models import ContentKind, Process
from apps.governance.certification.reviews import reviewers_of

DUE_DAYS = 7
MOST_REASON = 2_000
A_YEAR = 365


class DayInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def _day(label: str, hint: str = "", *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=hint,
        required=required,
        widget=DayInput(),
        error_messages={"required": "Choose a day.", "invalid": "That is no day. Write it as 2027-01-31."},
    )


def _reason(label: str, problem: str, *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=MOST_REASON,
        required=required,
        widget=forms.Textarea(attrs={"rows": "3"}),
        error_messages={"required": problem},
    )


class ReviewerField(forms.ChoiceField):
    """Somebody who may decide on the connection, by name; or nobody yet."""

    def __init__(self, connection: Connection) -> None:
        self.people = {str(person.pk): person for person in reviewers_of(connection)}
        names = [(key, person.display_name) for key, person in self.people.items()]
        super().__init__(
            label="Reviewer",
            required=False,
            choices=[("", "Nobody yet"), *names],
            error_messages={"invalid_choice": "This person can't decide on this connection. Choose another."},
        )

    def clean(self, value: Any) -> User | None:
        """Return the person."""
        return self.people.get(super().clean(value))


class DueForm(forms.Form):
    """Base of forms with a reviewer and a day."""

    def __init__(self, data: Any = None, *, connection: Connection, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["reviewer"] = ReviewerField(connection)
        self.fields["due_on"] = _day("Due on")

    def clean_due_on(self) -> date:
        """Take a day that is still to come."""
        return not_past(self.cleaned_data["due_on"])


class RequestForm(DueForm):
    """Asks for a certification."""

    kind = forms.ChoiceField(label="What", choices=ContentKind.choices)
    object_id = forms.CharField(
        label="Id",
        max_length=64,
        help_text="As its page here or in Domo shows it.",
        error_messages={"required": "Give the id of the dataset or card."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    process = forms.ChoiceField(label="Certification", choices=Process.choices)
    reason = _reason("Reason", "Say why it should be certified.")

    def __init__(self, data: Any = None, *, connection: Connection, initial: dict[str, Any] | None = None) -> None:
        usual = {"due_on": timezone.localdate() + timedelta(days=DUE_DAYS), "kind": ContentKind.DATASET}
        super().__init__(data, connection=connection, initial={**usual, **(initial or {})})
        self.fields["expires_on"] = _day(
            "Should hold until", "Optional; who decides may choose another day.", required=False
        )

    def clean_object_id(self) -> str:
        """Take the id as it is copied."""
        return str(self.cleaned_data["object_id"]).strip()

    def clean_expires_on(self) -> date | None:
        """Take a day that is still to come."""
        return not_past(self.cleaned_data["expires_on"]) if self.cleaned_data["expires_on"] else None


class AssignForm(DueForm):
    """Who decides, and until when."""


class ApproveForm(forms.Form):
    """Until when it holds, and a word to who asked."""

    expires_on = _day("Holds until", "Empty: without an end. People are reminded 30 days before.", required=False)
    decision = _reason("Note", "", required=False)

    def clean_expires_on(self) -> date | None:
        """Take a day that is still to come."""
        return not_past(self.cleaned_data["expires_on"]) if self.cleaned_data["expires_on"] else None


class DeclineForm(forms.Form):
    """Why not."""

    decision = _reason("Reason", "Say why it is not certified; who asked reads it.")


class EndsForm(forms.Form):
    """Until when a certification holds."""

    expires_on = _day("Holds until", "People are reminded 30 days before.")

    def clean_expires_on(self) -> date:
        """Take a day that is still to come."""
        return not_past(self.cleaned_data["expires_on"])


def not_past(day: date) -> date:
    """Refuse a day that is over. Raises ValidationError."""
    if day < timezone.localdate():
        raise forms.ValidationError("That day is over. Choose today or a later one.")
    return day


def in_a_year() -> date:
    """Return the day that is offered as the end of a certification."""
    return timezone.localdate() + timedelta(days=A_YEAR)
