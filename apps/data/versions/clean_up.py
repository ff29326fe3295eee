"""The dialog of a clean-up: a rule becomes the selection of a bulk job, whose preview shows what would go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from apps.connections.access import ConnectionRequest
from apps.connections.models import Connection
from apps.core.access import require
from apps.core.forms import refused
from apps.core.fragments import is_fragment, patch_vary
from apps.data.versions.forms import CleanUpForm
from apps.jobs import service
from apps.jobs.bulk import Selection, create_bulk_job, get_bulk_action
from apps.jobs.bulk.settings_form import checked_settings


def answer_clean_up(
    request: ConnectionRequest,
    connection: Connection,
    *,
    form_class: type[CleanUpForm],
    dataset_id: str,
    title: str,
    lead: str,
    parent: tuple[str, str],
    action_of: Callable[[dict[str, Any]], str],
) -> HttpResponse:
    """Show the form, refuse it, or make the draft and go to its preview; nothing is deleted here.

    parent: label and name of the page that it leads back to. action_of: the bulk action that the values stand for.
    """
    form = form_class(request.POST if request.method == "POST" else None)
    context = {
        "form": form,
        "title": title,
        "lead": lead,
        "connection": connection,
        "dataset_id": dataset_id,
        "parent": (parent[0], reverse(parent[1], args=[connection.slug, dataset_id])),
        "action": request.get_full_path(),
    }
    template = "data/versions/clean_up_dialog.html" if is_fragment(request) else "data/versions/clean_up.html"
    if request.method != "POST":
        return patch_vary(request, render(request, template, context))
    if not form.is_valid():
        return patch_vary(request, refused(request, template, context))
    action = get_bulk_action(action_of(form.cleaned_data))
    require(request.user, action.declared().role, title.lower())
    selection = Selection(query=action.source.clean_query(form.query(dataset_id)))
    job = create_bulk_job(action.name, connection, selection, checked_settings(action.form, {}), request.user)
    if not service.start_planning(job):
        messages.warning(request, "The message broker can't be reached. The plan is made once it can.")
    url = job.get_absolute_url()
    return HttpResponseClientRedirect(url) if is_fragment(request) else HttpResponseRedirect(url)
