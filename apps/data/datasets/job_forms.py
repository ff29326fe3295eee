"""The settings of the bulk actions on datasets."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse

from apps.data.datasets.filters import Owner, OwnerInput
from apps.jobs.bulk import SettingsForm

# The document shows CO_OWNER and doesn't list the levels; these are in use.
LEVELS = (
    ("CAN_VIEW", "Can view"),
    ("CAN_EDIT", "Can edit"),
    ("CAN_SHARE", "Can share"),
    ("CO_OWNER", "Co-owner"),
)
LONGEST_TAG = 255


class PersonField(forms.CharField):
    """A person by id: "482716634", or "Hanna Becker (482716634)" as suggested."""

    def clean(self, value: Any) -> str:
        """Return the id."""
        text = str(super().clean(value) or "")
        person = Owner.from_text(text).id
        if text and not person:
            raise forms.ValidationError("Give the id of a person, or choose one of the suggestions.", code="person")
        return person


class GroupField(forms.CharField):
    """A group by id: "1324037627", or "Finance (1324037627)" as suggested."""

    def clean(self, value: Any) -> str:
        """Return the id."""
        text = str(super().clean(value) or "")
        group = Owner.from_text(text).id
        if text and not group:
            raise forms.ValidationError(
                "Give the id of a group, a number, or choose one of the suggestions.", code="group"
            )
        return group


class PersonForm(SettingsForm):
    """Whose access is taken away."""

    user = PersonField(max_length=200, label="Person", error_messages={"required": "Say whose access."})

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        suggestions = reverse("data:datasets_owners", args=[self.connection.slug]) if self.connection else ""
        self.fields["user"].widget = OwnerInput(suggestions)


class ShareForm(PersonForm):
    """With whom, how far, and whether Domo mails them."""

    user = PersonField(required=False, max_length=200, label="Person")
    group = GroupField(required=False, max_length=200, label="Group")
    access_level = forms.ChoiceField(choices=LEVELS, label="Access", initial="CAN_VIEW")
    send_email = forms.BooleanField(required=False, label="Let Domo mail them")
    message = forms.CharField(
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Kept with the job and in the audit trail. Domo's mail has a text of its own.",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        suggestions = reverse("data:datasets_groups", args=[self.connection.slug]) if self.connection else ""
        self.fields["group"].widget = OwnerInput(suggestions)

    field_order = ("user", "group", "access_level", "send_email", "message")

    def clean(self) -> dict[str, Any]:
        """Take one holder, not two and not none."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and bool(cleaned.get("user")) == bool(cleaned.get("group")):
            self.add_error("user", "Give either a person (user) or a group.")
        return cleaned


class TagsField(forms.CharField):
    """Tags, separated by commas."""

    def clean(self, value: Any) -> list[str]:
        """Return the tags without repetition."""
        text = ",".join(map(str, value)) if isinstance(value, list | tuple) else value
        tags = list(dict.fromkeys(part.strip() for part in str(super().clean(text)).split(",") if part.strip()))
        if not tags:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if any(len(tag) > LONGEST_TAG for tag in tags):
            raise forms.ValidationError(f"A tag has at most {LONGEST_TAG} characters.", code="long")
        return tags


class TagsForm(SettingsForm):
    """Which tags."""

    tags = TagsField(
        help_text="Separate several by commas.", error_messages={"required": "Give at least one tag."}, max_length=2000
    )
