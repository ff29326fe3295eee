"""Creating a collection, by a call that Domo's document does not have: where the upstream lacks it, it says so."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.change_dialogs import ChangeDialog, answer_change
from apps.connections.changing import Change, Target, make_change
from apps.connections.models import Connection
from apps.data.appdb.collections import TARGET, collection_url
from apps.data.appdb.recent import remember
from apps.data.appdb.schemas import Column
from domoadmin.services.errors import UpstreamError
from domoadmin.services.roles import Role


class CollectionForm(forms.Form):
    """The datastore of an app, the collection's name, and the first columns of its schema."""

    name = forms.CharField(max_length=200, error_messages={"required": "Give the collection a name."})
    datastore_id = forms.CharField(
        label="Datastore id",
        max_length=255,
        help_text="Each app has one; the collections of the same app show it.",
        error_messages={"required": "Type the id of the datastore, or choose one of those suggested."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "list": "datastores"}),
    )
    columns = forms.CharField(
        label="Columns of text",
        required=False,
        max_length=4000,
        help_text="Names with commas between them. Types are set on the schema page; a collection needs no schema.",
    )

    def clean_columns(self) -> list[str]:
        """Read the names, each once."""
        names = [each.strip() for each in self.cleaned_data["columns"].split(",")]
        return list(dict.fromkeys(each for each in names if each))


@require_http_methods(["GET", "POST"])
@connection_view(Role.STEWARD)
def create_collection(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Create a collection in the datastore of an app."""
    made: list[str] = []

    def act(values: dict[str, Any]) -> str:
        columns = [Column(name).as_json() for name in values["columns"]]
        schema = {"columns": columns} if columns else None
        answer = make_change(
            connection,
            request.user,
            Change(
                "appdb.create_collection",
                Target(TARGET, "", values["name"]),
                None,
                {"name": values["name"], "datastore": values["datastore_id"], "schema": schema},
            ),
            lambda client: client.appdb.create_collection(values["datastore_id"], values["name"], schema),
        )
        if answer.id:
            made.append(answer.id)
            remember(request, connection, answer.id, values["name"])
        return f"The collection {values['name']} is created."

    back = reverse("data:appdb_collections", args=[connection.slug])
    dialog = ChangeDialog(
        operation="appdb.create_collection",
        title="Create a collection",
        button="Create the collection",
        button_icon="plus",
        act=act,
        parent=("Collections", back),
        done_url=back,
        goes=True,
        lead=(
            "Domo’s document has no call for this; public clients use the one that DomoAdmin sends. An upstream "
            "without it answers that there is no such thing: the manifest of a custom app makes collections too."
        ),
        template="data/appdb/create_collection.html",
        context={"datastores": _datastores(connection) if request.method == "GET" else []},
    )
    response = answer_change(request, connection, dialog, CollectionForm)
    if made:
        url = collection_url(connection, made[0])
        if response.status_code == 302:
            return HttpResponseRedirect(url)
        response.headers["HX-Redirect"] = url
    return response


def _datastores(connection: Connection) -> list[tuple[str, str]]:
    """Return the datastores that the collections of this token lie in, each with their names."""
    client = connection.client()
    try:
        with client.deadline(5.0):
            listed = client.appdb.list_collections()
    except UpstreamError:
        return []
    names: dict[str, list[str]] = {}
    for each in listed:
        if each.datastore_id:
            names.setdefault(each.datastore_id, []).append(each.name)
    return [(identifier, ", ".join(found[:4])) for identifier, found in names.items()]
