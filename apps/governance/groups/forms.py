"""The forms of groups: a new one, one person to add, a list of people."""

from __future__ import annotations

from typing import Any

from django import forms

from apps.governance.groups.filters import SuggestInput
from apps.governance.groups.matching import ADD, EQUAL, REMOVE

KINDS = (
    ("closed", "Closed: its owners say who is in it"),
    ("open", "Open: everybody may join and leave"),
    ("dynamic", "Dynamic: a rule on attributes says who is in it"),
)
MODES = (
    (EQUAL, "Make the group equal this list: the others leave"),
    (ADD, "Add these people"),
    (REMOVE, "Remove these people"),
)


class NewGroupForm(forms.Form):
    """What a new group is called, and who says who is in it."""

    group = forms.CharField(
        max_length=200, label="Name", error_messages={"required": "Give the group a name: sharing shows it."}
    )
    description = forms.CharField(required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    kind = forms.ChoiceField(
        choices=KINDS,
        initial="closed",
        label="Type",
        widget=forms.RadioSelect,
        help_text="Domo’s document takes no rule for a dynamic group: it is written in Domo once the group is there, "
        "and until then nobody is in it.",
    )


class PersonForm(forms.Form):
    """Who is added: a suggestion, an id, an e-mail or a whole name."""

    person = forms.CharField(
        max_length=320,
        error_messages={"required": "Say who."},
        help_text="A name, an e-mail or an id. For many people at once use the list.",
    )

    def __init__(self, *args: Any, people_url: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["person"].widget = SuggestInput(people_url, "A name, or a part of it")


class NothingForm(forms.Form):
    """Asks for nothing but the press."""


class GroupListForm(forms.Form):
    """A list of people, pasted or as a file, and what it is for."""

    mode = forms.ChoiceField(choices=MODES, widget=forms.RadioSelect, label="What to do")
    pasted = forms.CharField(
        required=False,
        label="People, one in each line",
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        help_text="E-mails, ids or full names. Rows pasted from a spreadsheet work too: a header such as email, id or "
        "name says which column is read.",
        strip=False,
    )
    file = forms.FileField(
        required=False, label="Or a CSV file", widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv"})
    )
