"""The dialog that begins a job on the limits of the domains below one; its preview shows each before it runs."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection, Kind
from apps.core.forms import refused
from apps.core.fragments import is_fragment, patch_vary
from apps.governance.domains.bulk_forms import LimitsBelowForm
from apps.governance.domains.editing import page_of
from apps.governance.domains.jobs import SetDomainLimits
from apps.governance.domains.limits import LIMITS
from apps.governance.domains.reading import read_domain, title_of
from apps.governance.domains.selection import DOMAINS
from apps.jobs import service
from apps.jobs.bulk import Selection, create_bulk_job
from domoadmin.services.roles import Role


@require_http_methods(["GET", "POST"])
@connection_view(Role.ADMIN, kinds=(Kind.DOMAINS,))
def limits_below(request: ConnectionRequest, connection: Connection, domain_id: str) -> HttpResponse:
    """Show the form, refuse it, or make the draft and go to its preview; nothing is changed here."""
    domain = read_domain(connection, domain_id)
    form = LimitsBelowForm(request.POST if request.method == "POST" else None)
    context = {
        "form": form,
        "title": f"Set limits below {title_of(domain)}",
        "connection": connection,
        "parent": page_of(connection, domain),
        "action": request.get_full_path(),
    }
    name = "limits_dialog" if is_fragment(request) else "limits_page"
    template = f"governance/domains/{name}.html"
    if request.method != "POST":
        return patch_vary(request, render(request, template, context))
    if not form.is_valid():
        return patch_vary(request, refused(request, template, context))
    selection = Selection(query=DOMAINS.clean_query({"below": domain.id, "depth": form.cleaned_data["depth"]}))
    settings = {limit: form.cleaned_data[limit] for limit in LIMITS}
    job = create_bulk_job(SetDomainLimits.name, connection, selection, settings, request.user)
    if not service.start_planning(job):
        messages.warning(request, "The message broker can't be reached. The plan is made once it can.")
    url = job.get_absolute_url()
    return HttpResponseClientRedirect(url) if is_fragment(request) else HttpResponseRedirect(url)
