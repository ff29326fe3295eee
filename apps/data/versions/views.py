"""The versions of a dataset: both listings, the list for Magic, and what deletes one or starts a clean-up."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.change_dialogs import ChangeDialog, answer_change
from apps.connections.changing import Change, Target, make_change
from apps.connections.models import Connection
from apps.core.exports import csv_response
from apps.data.datasets.side_by_side import begin
from apps.data.versions.clean_up import answer_clean_up
from apps.data.versions.forms import CleanUpForm
from apps.data.versions.history import VersionRow, read_history
from apps.data.versions.jobs import DeleteVersions, version_state
from apps.data.versions.listing import SECONDS, MagicList, VersionList
from apps.data.versions.selection import dataset_name, label_of
from domoadmin.services.errors import NotFound
from domoadmin.services.results import Dataset
from domoadmin.services.roles import Role

DELETE = "dataset_history.delete_versions"
EXPORT_HEADER = (
    "Version", "State", "Use", "Partition", "Rows", "Bytes", "Upload", "Schema", "Recorded", "Completed", "Listed by",
)  # fmt: skip


@connection_view(Role.VIEWER)
def versions(request: ConnectionRequest, connection: Connection, dataset_id: str) -> HttpResponse:
    """Show the data versions that both listings tell."""
    return _page(request, connection, VersionList(request, dataset_id), "versions")


@connection_view(Role.VIEWER)
def magic(request: ConnectionRequest, connection: Connection, dataset_id: str) -> HttpResponse:
    """Show the data versions that a Magic dataflow would load."""
    return _page(request, connection, MagicList(request, dataset_id), "magic")


@connection_view(Role.VIEWER)
def versions_export(request: ConnectionRequest, connection: Connection, dataset_id: str) -> HttpResponseBase:
    """Stream the versions that match as CSV."""
    rows = map(_export_row, VersionList(request, dataset_id).every_row())
    return csv_response(f"versions-{dataset_id}.csv", EXPORT_HEADER, rows)


def _export_row(row: VersionRow) -> tuple[object, ...]:
    return (
        row.data_id,
        row.status,
        row.role,
        row.partition,
        row.row_count,
        row.byte_count,
        row.upload_id,
        row.schema_id,
        row.recorded,
        row.completed,
        row.listed_by,
    )


def _page(request: ConnectionRequest, connection: Connection, listing: VersionList, tab: str) -> HttpResponse:
    client = connection.client()
    # The name is read while the list is: neither waits for the other.
    named = begin(client, SECONDS, lambda: client.datasets.get_metadata(listing.dataset_id))
    _ = listing.table
    dataset: Dataset = named.result()
    context = {
        "connection": connection,
        "dataset": dataset,
        "dataset_id": listing.dataset_id,
        "tab": tab,
        "history": listing.history if tab == "versions" and listing.failure is None else None,
    }
    return listing.respond("data/versions/versions.html", context)


class DeleteVersionForm(forms.Form):
    """Whether the version's rows leave the index too."""

    index = forms.BooleanField(
        required=False,
        label="Take its rows out of the index too (index=true)",
        help_text="Needed where the version is part of the present data: without it queries and cards keep its rows.",
    )


@connection_view(Role.STEWARD)
def version_delete(request: ConnectionRequest, connection: Connection, dataset_id: str, data_id: str) -> HttpResponse:
    """Delete one version, after saying what it is to the data."""
    client = connection.client()
    with client.deadline(SECONDS):
        row = read_history(client, dataset_id).row(data_id)
    if row is None:
        raise NotFound(f"There is no data version {data_id} in the listings any more", status=404)

    def act(values: dict[str, Any]) -> str:
        target = Target("dataset", dataset_id, label_of(row, dataset_name(client, dataset_id)))
        change = Change(DELETE, target, version_state(row), {"there": False, "index": values["index"]})
        make_change(
            connection,
            request.user,
            change,
            lambda client: client.dataset_history.delete_versions(dataset_id, [data_id], index=values["index"]),
        )
        return f"{row.name} was deleted"

    dialog = ChangeDialog(
        operation=DELETE,
        title=f"Delete version {data_id}",
        button=f"Delete version {data_id}",
        button_icon="trash",
        act=act,
        parent=("Data versions", reverse("data:versions", args=[connection.slug, dataset_id])),
        lead=use_in_words(row),
        irreversible="This can’t be undone: Domo removes the version’s rows for good.",
        destructive=True,
        events={"dataset-changed": {}, "versions-changed": {}},
    )
    initial = {"index": row.may_be_queried}
    return answer_change(request, connection, dialog, lambda data: DeleteVersionForm(data, initial=initial))


def use_in_words(row: VersionRow) -> str:
    """Return what the version is to the present data, and what its deletion does."""
    rows = "its rows" if row.row_count is None else f"its {row.row_count:,} {'row' if row.row_count == 1 else 'rows'}"
    return {
        "newest": f"This is the newest version: {rows} are what cards show. Without it the dataset falls back to what "
        "earlier versions hold, or becomes empty.",
        "active": f"It is part of the present data: {rows} disappear from queries and cards.",
        "processing": "It is being loaded just now. Wait until its upload has ended.",
        "older": "It is not part of the present data: nothing that cards show changes.",
        "unknown": f"Domo does not tell whether it is part of the present data: if so, {rows} disappear.",
    }[row.role]


@connection_view(Role.STEWARD)
def versions_clean_up(request: ConnectionRequest, connection: Connection, dataset_id: str) -> HttpResponse:
    """Ask which versions go, and make the previewed job of it."""
    return answer_clean_up(
        request,
        connection,
        form_class=CleanUpForm,
        dataset_id=dataset_id,
        title="Clean up versions",
        lead="The newest version and those that are part of the present data are never deleted by this. "
        "The preview shows each version that would go, with its rows and its day.",
        parent=("Data versions", "data:versions"),
        action_of=lambda values: DeleteVersions.name,
    )
