"""The changes to one dataset from its page: certification, and what all its dialogs share."""

from __future__ import annotations

from typing import Any, Literal

from django import forms
from django.http import HttpResponse
from django.urls import reverse

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.change_dialogs import ChangeDialog, answer_change
from apps.connections.changing import Change, Target, make_change
from apps.connections.models import Connection
from apps.data.datasets.detail import recent
from apps.data.datasets.rows import certification_word
from domoadmin.services.client import Client
from domoadmin.services.roles import Role

CONTENT: Literal["DATA_SOURCE"] = "DATA_SOURCE"


def known_name(request: ConnectionRequest, connection: Connection, dataset_id: str) -> str:
    """Return the name of a dataset whose page the person has looked at; else its id. No call is made."""
    return dict(recent(request, connection)).get(dataset_id) or dataset_id


def target_of(request: ConnectionRequest, connection: Connection, dataset_id: str) -> Target:
    """Return the dataset as the target of a change."""
    return Target("dataset", dataset_id, known_name(request, connection, dataset_id))


def page_of(request: ConnectionRequest, connection: Connection, dataset_id: str) -> tuple[str, str]:
    """Return the dataset's page as (name, address), where its dialogs lead back to."""
    url = reverse("data:dataset_show", args=[connection.slug, dataset_id])
    return known_name(request, connection, dataset_id), url


def read_certification(client: Client, dataset_id: str) -> str:
    """Return certified, requested or expired; empty for what is not certified."""
    found = client.certified_content.get_status(CONTENT, dataset_id)
    return "certified" if found.certified else certification_word(found.state)


def _change_certification(
    request: ConnectionRequest, connection: Connection, dataset_id: str, *, certify_it: bool
) -> HttpResponse:
    operation = "certified_content.certify" if certify_it else "certified_content.decertify"
    parent = page_of(request, connection, dataset_id)

    def act(_cleaned: dict[str, Any]) -> str:
        before = {"certification": read_certification(connection.client(), dataset_id)}
        after = {"certification": "certified" if certify_it else ""}
        change = Change(operation, target_of(request, connection, dataset_id), before, after)
        content = "certify" if certify_it else "decertify"
        make_change(
            connection,
            request.user,
            change,
            lambda client: getattr(client.certified_content, content)(CONTENT, dataset_id),
        )
        return f"{parent[0]} is {'certified' if certify_it else 'no longer certified'}."

    dialog = ChangeDialog(
        operation=operation,
        title=f"{'Certify' if certify_it else 'Remove the certification of'} {parent[0]}",
        button="Certify" if certify_it else "Remove certification",
        button_icon="rosette-discount-check" if certify_it else "circle-minus",
        lead=_CERTIFY_LEAD if certify_it else _DECERTIFY_LEAD,
        act=act,
        parent=parent,
        done_url=parent[1],
        # The badge stands in the page's header, which no panel's event reloads.
        goes=True,
    )
    return answer_change(request, connection, dialog, forms.Form)


_CERTIFY_LEAD = "It is marked as certified for everyone, in the name of this connection’s token."
_DECERTIFY_LEAD = "It can be certified again; who had certified it, and when, is not brought back."


@connection_view(Role.STEWARD)
def certify(request: ConnectionRequest, connection: Connection, dataset_id: str) -> HttpResponse:
    """Certify a dataset."""
    return _change_certification(request, connection, dataset_id, certify_it=True)


@connection_view(Role.STEWARD)
def decertify(request: ConnectionRequest, connection: Connection, dataset_id: str) -> HttpResponse:
    """Remove the certification of a dataset."""
    return _change_certification(request, connection, dataset_id, certify_it=False)
