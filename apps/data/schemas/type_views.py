"""The dialog that changes a dataset's type."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.change_dialogs import ChangeDialog, answer_change
from apps.connections.changing import Change, Target, make_change
from apps.connections.models import Connection
from apps.data.schemas.reading import PARTS, SECONDS
from domoadmin.services.roles import Role

OPERATION = "datasets.change_properties"
LEAD = (
    "The type says which provider the data comes from: Domo names and draws the dataset by it, and lists group by it. "
    "Rows, schema, access and cards stay as they are. No source starts to fill the dataset by this."
)


class TypeForm(forms.Form):
    """Asks for the new type."""

    data_provider_type = forms.CharField(
        label="New type",
        max_length=100,
        help_text="As Domo writes it, such as api, webform or domo-jupyterdata. To undo it, set the earlier one again.",
        error_messages={"required": "Type the new type, such as api."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}),
    )

    def __init__(self, *args: Any, present: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.present = present

    def clean_data_provider_type(self) -> str:
        """Take what can be the key of a provider, if it is another one."""
        wanted: str = self.cleaned_data["data_provider_type"]
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", wanted):
            raise ValidationError("A type has letters, digits, points, dashes and underlines only: no spaces.")
        if wanted == self.present:
            raise ValidationError(f"It is of the type {wanted} already. Type another one.")
        return wanted


@require_http_methods(["GET", "POST"])
@connection_view(Role.STEWARD)
def change_type(request: ConnectionRequest, connection: Connection, dataset_id: str) -> HttpResponse:
    """Set the type of the data provider, the one property that the documented call changes."""
    client = connection.client()
    with client.deadline(SECONDS):
        dataset = client.datasets.get_metadata(dataset_id, part=PARTS)
    present = dataset.data_provider_type or dataset.type
    target = Target("dataset", dataset.id or dataset_id, dataset.name)

    def act(values: dict[str, Any]) -> str:
        wanted = values["data_provider_type"]
        change = Change(OPERATION, target, {"data_provider_type": present}, {"data_provider_type": wanted})
        make_change(
            connection, request.user, change, lambda sending: sending.datasets.change_properties(dataset_id, wanted)
        )
        return f"{dataset.name or dataset_id} is of the type {wanted} now"

    dialog = ChangeDialog(
        operation=OPERATION,
        title=f"Change the type of {dataset.name or dataset_id}",
        button="Change the type",
        button_icon="switch-horizontal",
        act=act,
        parent=(dataset.name or dataset_id, reverse("data:dataset_show", args=[connection.slug, dataset_id])),
        lead=f"{LEAD} Now it is {f'“{present}”' if present else 'not reported'}.",
        events={"dataset-changed": {}},
    )
    return answer_change(
        request, connection, dialog, lambda data: TypeForm(data, present=present, initial={"data_provider_type": ""})
    )
