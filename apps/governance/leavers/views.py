"""Choosing who leaves, what they hold, and what goes to whom. The plan itself is the job's page."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import BoundField
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.failures import failure_of
from apps.core.object_pages import object_url
from apps.core.states import state_look
from apps.governance.groups.people import Person
from apps.governance.leavers.action import HandOver
from apps.governance.leavers.forms import StartForm
from apps.governance.leavers.holdings import BY_KEY, NOT_LOOKED_AT, SHOWN, Holding, Party, Way
from apps.governance.leavers.holdings.base import NOT_TOLD, UNCOUNTED
from apps.governance.leavers.jobs import HandOverKind, begin
from apps.governance.leavers.people import find, manager_of, read_user
from apps.governance.leavers.record import job_of
from apps.governance.leavers.settings import Choices
from apps.jobs.access import require_control
from apps.jobs.bulk.leaving_out import leave_out
from apps.jobs.models import Job
from apps.jobs.refusals import NotReady
from domoadmin.services.errors import UpstreamError
from domoadmin.services.results import User
from domoadmin.services.roles import Role

SECONDS = 30.0
COUNT_SECONDS = 80.0
NAMES = 3
EARLIER = 20
SUGGESTED = 12


@dataclass(frozen=True)
class KindRow:
    """One kind on the page of a person. choice, other: the fields; None where it can't be given to anybody."""

    holding: Holding
    choice: BoundField | None
    other: BoundField | None

    @property
    def optional(self) -> bool:
        """Say whether its calls are beyond the documents."""
        return self.holding.way == Way.OPTIONAL


@require_GET
@connection_view(Role.ADMIN)
def leavers(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Choose a person; below, who was handed over before."""
    words = request.GET.get("q", "").strip()[:200]
    client = connection.client()
    with client.deadline(SECONDS):
        people, count = find(connection, client, words)
    context = {"connection": connection, "q": words, "people": people, "count": count, "earlier": earlier(connection)}
    return render(request, "governance/leavers/list.html", context)


def earlier(connection: Connection, user_id: str = "") -> list[dict[str, Any]]:
    """Return the hand-overs on this connection, the newest first; of one person, or of all."""
    jobs = Job.objects.filter(connection=connection, kind=HandOver.name).defer("sealed")
    if user_id:
        jobs = jobs.filter(params__settings__user=user_id)
    return [{"job": job, "look": state_look(job.state)} for job in jobs.order_by("-created_at")[:EARLIER]]


@require_http_methods(["GET", "POST"])
@connection_view(Role.ADMIN)
def start(request: ConnectionRequest, connection: Connection, user_id: str) -> HttpResponse:
    """Show what a person holds, kind by kind; a POST plans the hand-over."""
    client = connection.client()
    with client.deadline(SECONDS):
        person = read_user(client, user_id)
        manager = manager_of(connection, client, person)
        given = request.POST if request.method == "POST" else None
        chosen = _choices_of_plan(connection, request.GET.get("plan", ""))
        form = StartForm(given, connection=connection, client=client, user_id=user_id, manager=manager, chosen=chosen)
        valid = form.is_valid()
    if given is not None and valid:
        job, sent = begin(connection, form.cleaned_data["choices"], request.user)
        if not sent:
            messages.warning(request, "The message broker can't be reached. The plan is made once it can.")
        return HttpResponseRedirect(job.get_absolute_url())
    context = {
        "connection": connection,
        "person": person,
        "user_id": user_id,
        "manager": manager,
        "form": form,
        "rows": [KindRow(holding, *(form.of(holding) or (None, None))) for holding in SHOWN],
        "not_looked_at": NOT_LOOKED_AT,
        "earlier": earlier(connection, user_id),
        "person_url": object_url(connection.slug, "user", user_id),
    }
    return render(request, "governance/leavers/start.html", context, status=422 if given is not None else 200)


def _choices_of_plan(connection: Connection, job_id: str) -> Choices | None:
    """Return what was chosen for an earlier plan; None where the address names none."""
    try:
        return Choices.of(job_of(connection, uuid.UUID(job_id)).params["settings"])
    except (ValueError, Http404):
        return None


@require_GET
@connection_view(Role.ADMIN)
def count(request: ConnectionRequest, connection: Connection, user_id: str, kind: str) -> HttpResponse:
    """Count the things of one kind, with the names of some; a cell that loads itself and fails alone."""
    holding = BY_KEY.get(kind)
    if holding is None:
        raise Http404(f"There is no kind {kind!r}.")
    client = connection.client()
    context: dict[str, Any] = {"connection": connection, "user_id": user_id, "holding": holding}
    status = 200
    try:
        with client.deadline(COUNT_SECONDS):
            number, names = holding.count(client, _party(client, user_id), NAMES)
        context |= {"number": max(number, 0), "names": names, "more": number - len(names), "later": number == UNCOUNTED}
        context["not_told"] = number == NOT_TOLD
    except UpstreamError as error:
        context["failure"] = failure = failure_of(error)
        status = failure.status
    response = render(request, "governance/leavers/count.html", context, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _party(client: Any, user_id: str) -> Party:
    person: User = read_user(client, user_id)
    return Party(user_id, person.name, person.email)


@require_POST
@connection_view(Role.ADMIN)
def leave_kind(request: ConnectionRequest, connection: Connection, job_id: uuid.UUID) -> HttpResponse:
    """Take all things of one kind out of a plan."""
    job, kind = job_of(connection, job_id), request.POST.get("kind", "")
    require_control(job, request.user)
    try:
        if kind not in BY_KEY:
            raise NotReady("Nothing was named to leave out.")
        count = leave_out(job, HandOverKind.action, request.user, key_prefix=f"{kind}:")
    except NotReady as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{BY_KEY[kind].counted(count)} left out. Plan again brings them back.")
    return HttpResponseRedirect(job.get_absolute_url())


@require_GET
@connection_view(Role.ADMIN)
def suggestions(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Suggest people for what was typed, as options of a datalist; a failure suggests nothing."""
    words = next((str(text) for name, text in request.GET.items() if name.startswith("to")), "").strip()
    people: list[Person] = []
    client = connection.client()
    if len(words) >= 2:
        try:
            with client.deadline(SECONDS):
                people, _ = find(connection, client, words)
        except UpstreamError:
            people = []
    return render(request, "governance/leavers/person_options.html", {"people": people[:SUGGESTED]})
