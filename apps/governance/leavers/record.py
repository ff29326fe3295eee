"""The record of a hand-over: what is where now, as a page, CSV and JSON; and, at last, deleting the user."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.change_dialogs import ChangeDialog, answer_change
from apps.connections.changing import Change, Target, make_change
from apps.connections.models import Connection
from apps.core.exports import csv_response
from apps.core.object_pages import object_url, url_in_domo
from apps.core.optional_calls import if_told
from apps.core.states import state_look
from apps.governance.leavers.action import HandOver, bare, of_key
from apps.governance.leavers.overview import (
    GIVEN,
    HELD,
    MOVED,
    OPEN,
    PLACES,
    UNKNOWN,
    holder_of,
    kinds_of,
    name_of_leaver,
    place_of,
)
from apps.governance.leavers.people import person_of
from apps.governance.leavers.settings import Choices
from apps.jobs.models import Job, JobItem
from apps.jobs.states import JobState
from domoadmin.services.errors import InvalidArguments
from domoadmin.services.roles import Role

HEADER = (
    "Kind", "Id", "Name", "Where it is", "Held by now", "Before", "Planned", "Reason", "Request id", "Finished",
)  # fmt: skip
_BATCH = 500


def job_of(connection: Connection, pk: uuid.UUID) -> Job:
    """Return a hand-over of this connection. Raises Http404."""
    job = Job.objects.filter(connection=connection, kind=HandOver.name, pk=pk).select_related("undo_of").first()
    if job is None:
        raise Http404("There is no such hand-over on this connection.")
    return job


def followers_of(job: Job) -> list[Job]:
    """Return the jobs that undid it or did again what failed, so that its record is not the last word; oldest first."""
    later = Q(undo_of=job) | Q(retry_of=job)
    found = Job.objects.filter(later).exclude(state__in=(JobState.DRAFT, JobState.CANCELLED))
    return list(found.defer("sealed", "preview").order_by("created_at"))


def may_delete(job: Job) -> bool:
    """Say whether the user can be deleted from this record: one that has ended and was not undone."""
    return job.has_ended and not job.undo_of_id and not any(each.undo_of_id for each in followers_of(job))


def rows_of(job: Job) -> Iterator[dict[str, Any]]:
    """Yield what the record says of each thing, plain JSON values, in the order of the plan."""
    for item in job.items.order_by("stage", "position").iterator(chunk_size=_BATCH):
        yield row_of(item)


def row_of(item: JobItem) -> dict[str, Any]:
    """Return what the record says of one thing."""
    holding, identifier = of_key(item.key)
    own = item.payload.get("settings") or {}
    return {
        "kind": holding.key if holding is not None else "",
        "id": identifier,
        "name": own.get("name") or identifier,
        "place": place_of(item),
        "held_by": holder_of(item),
        "before": bare(item.before),
        "after": bare(item.after),
        "from": own.get("leaver"),
        "to": own.get("recipient"),
        "state": item.state,
        "reason": item.error_text,
        "request_id": item.request_id,
        "finished": item.finished_at,
    }


def places_of(job: Job) -> Counter[str]:
    """Count the things by where they are."""
    return Counter(place_of(item) for item in job.items.iterator(chunk_size=_BATCH))


def still_theirs(job: Job) -> int:
    """Return how many things of the person are, by the record, not moved."""
    return _still_theirs(places_of(job))


def _still_theirs(places: Counter[str]) -> int:
    return places[HELD] + places[GIVEN] + places[UNKNOWN] + places[OPEN]


@require_GET
@connection_view(Role.ADMIN)
def record(request: ConnectionRequest, connection: Connection, job_id: uuid.UUID) -> HttpResponse:
    """Show the record; `place` and `kind` narrow the list."""
    job = job_of(connection, job_id)
    kind, place = request.GET.get("kind", ""), request.GET.get("place", "")
    items = job.items.order_by("stage", "position")
    if kind:
        items = items.filter(key__startswith=f"{kind}:")
    found = [item for item in items.iterator(chunk_size=_BATCH) if not place or place_of(item) == place]
    # What did not move is what one comes for.
    found.sort(key=lambda item: place_of(item) == MOVED)
    page = Paginator(found, request.user.page_size).get_page(request.GET.get("page"))
    places = places_of(job)
    choices = Choices.of(job.params["settings"])
    context = {
        "connection": connection,
        "job": job,
        "look": state_look(job.state),
        "leaver": choices.user,
        "leaver_name": name_of_leaver(job),
        "kinds": kinds_of(job),
        "places": [(key, *PLACES[key], places[key]) for key in PLACES if places[key] or key in (MOVED, HELD)],
        "page": page,
        "rows": [_shown(connection, item) for item in page],
        "kind": kind,
        "place": place,
        "left": _still_theirs(places),
        "may_delete": may_delete(job),
        "followers": followers_of(job),
        "unlisted": job.preview.get("unlisted") or [],
        "now": timezone.now(),
    }
    return render(request, "governance/leavers/record.html", context)


def _shown(connection: Connection, item: JobItem) -> dict[str, Any]:
    holding, identifier = of_key(item.key)
    word, css, icon = PLACES[place_of(item)]
    kind = holding.object_kind if holding is not None else ""
    return {
        **row_of(item),
        "noun": holding.noun[0] if holding is not None else "",
        "badge": (word, css, icon),
        "url": object_url(connection.slug, kind, identifier),
        "in_domo": url_in_domo(connection.base_url, kind, identifier),
    }


@require_GET
@connection_view(Role.ADMIN)
def record_csv(request: ConnectionRequest, connection: Connection, job_id: uuid.UUID) -> HttpResponseBase:
    """Stream the record as CSV that a spreadsheet may open."""
    job = job_of(connection, job_id)
    return csv_response(f"{_file_name(job)}.csv", HEADER, map(_csv_row, rows_of(job)))


def _csv_row(row: dict[str, Any]) -> tuple[object, ...]:
    before, after = (json.dumps(row[name], ensure_ascii=False, sort_keys=True) for name in ("before", "after"))
    return (
        row["kind"], row["id"], row["name"], row["place"], row["held_by"], before, after, row["reason"],
        row["request_id"], row["finished"],
    )  # fmt: skip


@require_GET
@connection_view(Role.ADMIN)
def record_json(request: ConnectionRequest, connection: Connection, job_id: uuid.UUID) -> HttpResponseBase:
    """Stream the record as one JSON object, a thing on each line."""
    job = job_of(connection, job_id)
    response = StreamingHttpResponse(_json(job), content_type="application/json")
    response.headers["Content-Disposition"] = content_disposition_header(True, f"{_file_name(job)}.json") or ""
    response.headers["Cache-Control"] = "no-store"
    return response


def _json(job: Job) -> Iterator[str]:
    choices = Choices.of(job.params["settings"])
    head = {
        "job": str(job.pk),
        "title": job.title,
        "connection": job.connection_slug,
        "leaver": {"id": choices.user, "name": name_of_leaver(job)},
        "state": job.state,
        "by": job.actor_name,
        "begun": job.started_at,
        "ended": job.finished_at,
        "followed_by": [str(each.pk) for each in followers_of(job)],
        "not_looked_through": job.preview.get("unlisted") or [],
    }
    yield json.dumps(head, cls=DjangoJSONEncoder, ensure_ascii=False)[:-1] + ', "things": ['
    for number, row in enumerate(rows_of(job)):
        yield ("," if number else "") + "\n" + json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False)
    yield "\n]}\n"


def _file_name(job: Job) -> str:
    return f"hand-over-{Choices.of(job.params['settings']).user}-{job.short_id}"


# At last


class DeleteForm(forms.Form):
    """Asks for a word where something is left."""

    def __init__(self, *args: Any, left: int, **options: Any) -> None:
        super().__init__(*args, **options)
        if left:
            self.fields["know"] = forms.BooleanField(
                label=f"I know that {left:,} {'thing is' if left == 1 else 'things are'} still theirs",
                error_messages={"required": "Say that you know what is left, or hand it over first."},
            )


@require_http_methods(["GET", "POST"])
@connection_view(Role.ADMIN)
def delete_user(request: ConnectionRequest, connection: Connection, job_id: uuid.UUID) -> HttpResponse:
    """Ask, then delete the user whose things were handed over."""
    job = job_of(connection, job_id)
    if not may_delete(job):
        raise Http404("The user can be deleted from the record of a hand-over that has ended and was not undone.")
    user_id = Choices.of(job.params["settings"]).user
    name, left = name_of_leaver(job), still_theirs(job)
    page = reverse("governance:leaver_record", args=[connection.slug, job.pk])
    dialog = ChangeDialog(
        operation="users.delete",
        title=f"Delete {name}",
        button="Delete the user",
        button_icon="trash",
        destructive=True,
        act=lambda _: _delete(request, connection, user_id, job),
        parent=("Record", page),
        done_url=reverse("governance:leavers", args=[connection.slug]),
        goes=True,
        irreversible=(
            "A user who was deleted can't be brought back. Undo of the hand-over finds nobody any more to give back to."
        ),
        template="governance/leavers/delete.html",
        context={
            "user_id": user_id,
            "name": name,
            "left": left,
            "kinds": [kind for kind in kinds_of(job) if kind.left + kind.failed + kind.unknown],
            "unlisted": job.preview.get("unlisted") or [],
            "job": job,
        },
    )
    return answer_change(request, connection, dialog, lambda data=None: DeleteForm(data, left=left))


def _delete(request: ConnectionRequest, connection: Connection, user_id: str, job: Job) -> str:
    client = connection.client()
    me = if_told(client.users.me)
    if me is not None and me.id == user_id:
        raise InvalidArguments("This connection's own token acts as this user: it would delete itself", argument="know")
    person = person_of(client, user_id)
    target = Target("user", user_id, person.name)
    before = {"name": person.name, "email": person.email, "handed_over_by": str(job.pk)}
    change = Change("users.delete", target, before=before)
    make_change(connection, request.user, change, lambda client: client.users.delete(user_id))
    return f"{person.name} was deleted."
