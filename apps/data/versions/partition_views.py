"""The partitions of a dataset: list, gauge and chart, and the two documented ways to delete one."""

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
from apps.core.formats import format_number
from apps.core.panels import PanelContent, panel_view
from apps.data.datasets.side_by_side import begin, side_by_side
from apps.data.versions.clean_up import answer_clean_up
from apps.data.versions.forms import PartitionCleanUpForm
from apps.data.versions.jobs import partition_state
from apps.data.versions.listing import SECONDS, PartitionList
from apps.data.versions.partitions import Entry, Gauge, ordered, read_partitions
from apps.data.versions.selection import dataset_name, label_of
from domoadmin.services.errors import NotFound, UpstreamError
from domoadmin.services.roles import Role

SHOWN = 8
EXPORT_HEADER = ("Partition", "With data", "Rows", "Bytes", "Version", "Loaded")
DELETE_DATA, DELETE_TAG = "datasets.delete_data_version", "datasets.delete_partition_tag"
CHANGED: dict[str, dict[str, Any]] = {"dataset-changed": {}, "partitions-changed": {}}


@connection_view(Role.VIEWER)
def partitions(request: ConnectionRequest, connection: Connection, dataset_id: str) -> HttpResponse:
    """Show the partitions, a page at a time."""
    client = connection.client()
    named = begin(client, SECONDS, lambda: client.datasets.get_metadata(dataset_id))
    listing = PartitionList(request, dataset_id)
    _ = listing.table
    context = {"connection": connection, "dataset": named.result(), "dataset_id": dataset_id}
    return listing.respond("data/versions/partitions.html", context)


@connection_view(Role.VIEWER)
def partitions_export(request: ConnectionRequest, connection: Connection, dataset_id: str) -> HttpResponseBase:
    """Stream the partitions that match as CSV."""
    entries = PartitionList(request, dataset_id).every_row()
    rows = (
        (entry.tag, entry.has_data, entry.row_count, entry.byte_count, entry.data_id, entry.completed)
        for entry in entries
    )
    return csv_response(f"partitions-{dataset_id}.csv", EXPORT_HEADER, rows)


@connection_view(Role.VIEWER)
@panel_view("partition-overview", "Rows per partition", refresh=["partitions-changed"])
def overview(request: ConnectionRequest, connection: Connection, dataset_id: str) -> PanelContent:
    """Show how close the dataset is to the limit, and the rows of each partition as a chart."""
    client = connection.client()
    with client.deadline(SECONDS):
        found = read_partitions(client, dataset_id)
    entries = sorted(found.entries.values(), key=lambda entry: entry.tag)
    return PanelContent(
        "data/versions/overview.html",
        {"partitions": found, "entries": entries, "connection": connection, "dataset_id": dataset_id},
        _counted(len(entries)),
    )


@connection_view(Role.VIEWER)
@panel_view("partitions", "Partitions", refresh=["dataset-changed"])
def panel(request: ConnectionRequest, connection: Connection, dataset_id: str) -> PanelContent:
    """Show on the dataset's page the gauge and the latest partitions, by two calls at the same time."""
    client = connection.client()
    tags, found = side_by_side(
        client,
        SECONDS,
        [
            lambda: client.datasets.list_partitions(dataset_id),
            lambda: client.datasets.search_partitions(dataset_id, pagination_fields=ordered(), limit=SHOWN),
        ],
    )
    if isinstance(tags, UpstreamError) or isinstance(found, UpstreamError):
        # One of the calls is not there, or fails: what can be told comes from the other, or the failure is.
        with client.deadline(SECONDS):
            partitions = read_partitions(client, dataset_id)
        total, latest = len(partitions.entries), list(partitions.entries.values())[:SHOWN]
    else:
        total, latest = len(tags), [Entry.of(each) for each in found if each.id]
    context = {"gauge": Gauge(total), "latest": latest, "connection": connection, "dataset_id": dataset_id}
    return PanelContent("data/versions/partitions_panel.html", context, _counted(total) if total else "")


def _counted(count: int) -> str:
    return f"{format_number(count)} {'partition' if count == 1 else 'partitions'}"


class NoSettings(forms.Form):
    """Nothing to ask."""


@connection_view(Role.STEWARD)
def partition_data_delete(request: ConnectionRequest, connection: Connection, dataset_id: str) -> HttpResponse:
    """Mark the data of one partition as deleted; its tag stays."""
    entry = _entry(request, connection, dataset_id)
    rows = "Its rows" if entry.row_count is None else f"Its {entry.row_count:,} rows"

    def act(values: dict[str, Any]) -> str:
        change = Change(
            DELETE_DATA, _target(connection, dataset_id, entry), partition_state(entry), {"there": True, "data": False}
        )
        make_change(
            connection,
            request.user,
            change,
            lambda client: client.datasets.delete_data_version(dataset_id, entry.tag),
        )
        return f"The data of {entry.tag} was deleted. Index the dataset so that queries lose the rows"

    dialog = ChangeDialog(
        operation=DELETE_DATA,
        title=f"Delete the data of {entry.tag}",
        button="Delete the data",
        button_icon="trash",
        act=act,
        parent=("Partitions", reverse("data:partitions", args=[connection.slug, dataset_id])),
        lead=f"{rows} are marked as deleted and leave queries with the next index. The tag {entry.tag} stays, and "
        "still counts against the limit of 400; an upload to it fills it again.",
        irreversible="This can’t be undone: deleted data can’t be brought back.",
        destructive=True,
        events=CHANGED,
    )
    return answer_change(request, connection, dialog, NoSettings)


@connection_view(Role.STEWARD)
def partition_tag_delete(request: ConnectionRequest, connection: Connection, dataset_id: str) -> HttpResponse:
    """Take one partition off the list; its data is not deleted by this."""
    entry = _entry(request, connection, dataset_id)

    def act(values: dict[str, Any]) -> str:
        change = Change(DELETE_TAG, _target(connection, dataset_id, entry), partition_state(entry), {"there": False})
        make_change(
            connection,
            request.user,
            change,
            lambda client: client.datasets.delete_partition_tag(dataset_id, entry.tag),
        )
        return f"The tag {entry.tag} was deleted"

    stays = "There is no data behind it, so nothing that cards show changes."
    if entry.has_data is not False:
        stays = (
            "Its data is not deleted by this: the rows stay in the dataset, belong to no partition any more, and no "
            "upload can replace them. Delete the data first if they are to go."
        )
    dialog = ChangeDialog(
        operation=DELETE_TAG,
        title=f"Delete the tag {entry.tag}",
        button="Delete the tag",
        button_icon="tag",
        act=act,
        parent=("Partitions", reverse("data:partitions", args=[connection.slug, dataset_id])),
        lead=f"{entry.tag} leaves the list of partitions and no longer counts against the limit of 400. {stays}",
        irreversible="This can’t be undone: a tag can’t be put back on the data that it named.",
        destructive=True,
        events=CHANGED,
    )
    return answer_change(request, connection, dialog, NoSettings)


def _entry(request: ConnectionRequest, connection: Connection, dataset_id: str) -> Entry:
    """Return the partition that the address names. Raises NotFound where it is not listed."""
    tag = request.GET.get("partition", "")
    client = connection.client()
    with client.deadline(SECONDS):
        entry = read_partitions(client, dataset_id).entries.get(tag)
    if entry is None:
        raise NotFound(f"There is no partition {tag or 'without a name'} in the listings any more", status=404)
    return entry


def _target(connection: Connection, dataset_id: str, entry: Entry) -> Target:
    return Target("dataset", dataset_id, label_of(entry, dataset_name(connection.client(), dataset_id)))


@connection_view(Role.STEWARD)
def partitions_clean_up(request: ConnectionRequest, connection: Connection, dataset_id: str) -> HttpResponse:
    """Ask which partitions go, and make the previewed job of it."""
    return answer_clean_up(
        request,
        connection,
        form_class=PartitionCleanUpForm,
        dataset_id=dataset_id,
        title="Clean up partitions",
        lead="The newest partition is never deleted by this. The preview shows each one that would go, with its rows "
        "and the day of its last load. Tags go only where the data is gone already.",
        parent=("Partitions", "data:partitions"),
        action_of=lambda values: values["what"],
    )
