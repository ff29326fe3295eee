"""Forms of named queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms

from apps.data.queries.models import NamedQuery

if TYPE_CHECKING:
    NamedQueryModelForm = forms.ModelForm[NamedQuery]
else:  # Django's form classes can't be subscripted when they run
    NamedQueryModelForm = forms.ModelForm

_NAME = {"required": "Give the query a name."}
_SHARED = "Share it with everybody who may query on this connection"


class NewNamedQueryForm(forms.Form):
    """The name under which a statement is kept."""

    name = forms.CharField(
        max_length=80, error_messages=_NAME, help_text="A query of yours with this name on this connection is replaced."
    )
    shared = forms.BooleanField(label=_SHARED, required=False)
    sql = forms.CharField(
        label="SQL",
        max_length=100_000,
        strip=True,
        widget=forms.HiddenInput,
        error_messages={"required": "There is no SQL to keep. Write a SELECT."},
    )


class NamedQueryForm(NamedQueryModelForm):
    """Another name for a query, or another public."""

    class Meta:
        model = NamedQuery
        fields = ["name", "shared"]
        error_messages = {"name": _NAME}
        labels = {"shared": _SHARED}

    def clean_name(self) -> str:
        """Refuse a name that another query of the owner has on this connection."""
        name: str = self.cleaned_data["name"]
        same = NamedQuery.objects.filter(
            owner=self.instance.owner_id, connection=self.instance.connection_id, name=name
        )
        if same.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(f"There is a query called “{name}” on this connection already.")
        return name
