"""Where it is chosen who gets the groups and shares of whom."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.governance.users.copying import create_copy_job
from apps.governance.users.forms import PersonField, PersonInput
from apps.governance.users.importing import plan_url
from apps.governance.users.rows import PersonRow, row_of
from apps.jobs import service as jobs
from domoadmin.services.client import Client
from domoadmin.services.errors import NotFound
from domoadmin.services.roles import Role

SECONDS = 20.0


class CopyForm(forms.Form):
    """Who gets it, and what of it."""

    target = PersonField(
        max_length=250, label="To whom", error_messages={"required": "Say who is to get the groups and shares."}
    )
    groups = forms.BooleanField(required=False, initial=True, label="Groups they are in")
    datasets = forms.BooleanField(
        required=False,
        initial=True,
        label="Datasets shared with them directly",
        help_text="Each dataset that this token sees is asked who may see it: some minutes for some thousands.",
    )

    def __init__(self, data: Any = None, *, source: PersonRow, suggestions_url: str = "") -> None:
        super().__init__(data)
        self.source = source
        self.fields["target"].widget = PersonInput(suggestions_url)

    def clean_target(self) -> str:
        """Refuse the person themselves."""
        target: str = self.cleaned_data["target"]
        if target == self.source.id:
            raise forms.ValidationError(f"That is {self.source.label}. Choose somebody else.")
        return target

    def clean(self) -> dict[str, Any]:
        """Something has to be copied."""
        cleaned: dict[str, Any] = self.cleaned_data
        if not cleaned.get("groups") and not cleaned.get("datasets"):
            self.add_error("groups", "Choose groups, datasets or both.")
        return cleaned


@require_http_methods(["GET", "POST"])
@connection_view(Role.ADMIN)
def choose(request: ConnectionRequest, connection: Connection, user_id: str) -> HttpResponse:
    """Ask who gets it; POST makes the plan, which changes nothing."""
    client = connection.client()
    with client.deadline(SECONDS):
        source = row_of(client.users.get(user_id, "DETAILED"), {})
    form = CopyForm(
        request.POST if request.method == "POST" else None,
        source=source,
        suggestions_url=reverse("governance:users_suggest", args=[connection.slug]),
    )
    context = {"connection": connection, "person": source, "user_id": user_id, "form": form}
    if request.method == "GET":
        return render(request, "governance/users/copy.html", context)
    target = _person(client, form) if form.is_valid() else None
    if target is None:
        return render(request, "governance/users/copy.html", context, status=422)
    job = create_copy_job(
        connection,
        request.user,
        {"id": source.id, "name": source.label},
        {"id": target.id, "name": target.label},
        groups=form.cleaned_data["groups"],
        datasets=form.cleaned_data["datasets"],
    )
    if not jobs.start_planning(job):
        messages.warning(request, "The message broker can't be reached. The plan is made once it can.")
    return HttpResponseRedirect(plan_url(job))


def _person(client: Client, form: CopyForm) -> PersonRow | None:
    identifier = form.cleaned_data["target"]
    try:
        with client.deadline(SECONDS):
            return row_of(client.users.get(identifier, "DETAILED"), {})
    except NotFound:
        form.add_error("target", f"Domo has nobody with the id {identifier}.")
        return None
