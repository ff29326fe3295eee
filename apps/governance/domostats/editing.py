"""Editing a job: its JSON with the place of a mistake, the fields checked, the difference before it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.change_dialogs import ChangeDialog, answer_change
from apps.connections.changing import Change, Target, make_change
from apps.connections.models import Connection
from apps.core.json_text import TextRefused, difference, digest, read_object, written
from apps.governance.domostats.checking import Findings, check
from apps.governance.domostats.reading import JobState, read_job
from apps.governance.domostats.views import UPDATE
from domoadmin.services.operations import registry

_ARGUMENTS = {
    "jobId": "body_job_id",
    "jobName": "job_name",
    "executionTimeout": "execution_timeout",
    "executionPayload": "execution_payload",
    "executionResponse": "execution_response",
    "accounts": "accounts",
    "resources": "resources",
    "triggers": "triggers",
}


@dataclass(frozen=True)
class Place:
    """Where an editor stands, and the job as it is now."""

    connection: Connection
    application_id: str
    state: JobState

    @property
    def name(self) -> str:
        """Return what the job is called."""
        return self.state.job.name or self.state.job.id

    @property
    def url(self) -> str:
        """Return where it leads back to."""
        return reverse("governance:domostats_job", args=[self.connection.slug, self.application_id, self.state.job.id])


class ReviewForm(forms.Form):
    """What goes along while the difference is looked at."""

    text = forms.CharField(widget=forms.HiddenInput, strip=False)
    loaded = forms.CharField(widget=forms.HiddenInput, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, conflict: bool, doubtful: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if conflict:
            self.fields["overwrite"] = forms.BooleanField(
                label="Send mine all the same: the job becomes what I wrote",
                error_messages={"required": "Tick this to send over what somebody else wrote, or go back and edit."},
            )
        if doubtful:
            self.fields["sure"] = forms.BooleanField(
                label="It is meant as it stands there",
                error_messages={"required": "Tick this when it is meant so, or go back and edit."},
            )


@require_http_methods(["GET", "POST"])
@connection_view(registry.get(UPDATE).role)
def job_edit(request: ConnectionRequest, connection: Connection, application_id: str, job_id: str) -> HttpResponse:
    """Edit a job's settings; nothing is sent before the difference was shown."""
    place = Place(connection, application_id, read_job(connection.client(), application_id, job_id))
    if request.method == "GET":
        return _editor(request, place, written(place.state.settings))
    text = request.POST.get("text", "").replace("\r\n", "\n")
    if "back" in request.POST:
        return _editor(request, place, text)
    try:
        settings = read_object(text, "job")
    except TextRefused as problem:
        return _editor(request, place, text, problem)
    found = check(settings, job_id, place.state.settings)
    if found.faults:
        return _editor(request, place, text, faults=found.faults)
    unchanged = settings == place.state.settings and request.POST.get("loaded") == digest(place.state.settings)
    if unchanged:
        return _editor(request, place, text, TextRefused("Nothing differs from what stands there."))
    return _reviewed(request, place, text, settings, found)


def _editor(
    request: HttpRequest,
    place: Place,
    text: str,
    problem: TextRefused | None = None,
    faults: list[str] | None = None,
) -> HttpResponse:
    context = {
        "connection": place.connection,
        "place": place,
        "text": text,
        "problem": problem,
        "faults": faults or [],
        "loaded": request.POST.get("loaded") or digest(place.state.settings),
    }
    return render(request, "governance/domostats/edit.html", context, status=422 if problem or faults else 200)


def _reviewed(
    request: ConnectionRequest, place: Place, text: str, settings: dict[str, Any], found: Findings
) -> HttpResponse:
    before = place.state.settings
    now, loaded = digest(before), request.POST.get("loaded", "")
    conflict = loaded != now
    sends = "send" in request.POST
    # Seen was another state than the one that would be replaced: look again.
    stale = sends and request.POST.get("seen", "") != now

    def make_form(data: Any) -> forms.Form:
        known = {"text": text, "loaded": loaded, "seen": now}
        return ReviewForm(data, initial=known, conflict=conflict, doubtful=bool(found.doubts))

    dialog = ChangeDialog(
        operation=UPDATE,
        title=f"Update {place.name}",
        button="Send the job",
        button_icon="send",
        act=lambda values: _send(request, place, settings),
        parent=(place.name, place.url),
        template="governance/domostats/review.html",
        context={
            "lines": difference(before, settings),
            "doubts": found.doubts,
            "conflict": conflict,
            "stale": stale,
            "complete": place.state.complete,
        },
    )
    response = answer_change(request, place.connection, dialog, make_form, reviewing=not sends or stale)
    if stale:
        response.status_code = 409
    return response


def _send(request: ConnectionRequest, place: Place, settings: dict[str, Any]) -> str:
    job_id = place.state.job.id
    arguments = {ours: settings[theirs] for theirs, ours in _ARGUMENTS.items() if settings.get(theirs) is not None}
    make_change(
        place.connection,
        request.user,
        Change(UPDATE, Target("executor_job", job_id, place.name), place.state.settings, settings),
        lambda client: client.domostats.update_job(place.application_id, job_id, **arguments),
    )
    return f"{settings.get('jobName') or place.name} updated. Undo: send what the audit trail has as before."
