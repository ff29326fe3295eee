"""Changing one domain: name and description, custom data, limits, definitions. All but the first are reviewed first."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.accounts.models import User
from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.change_dialogs import ChangeDialog, answer_change
from apps.connections.changing import Change, Target, make_change
from apps.connections.models import Connection, Kind
from apps.governance.domains import finding
from apps.governance.domains.custom_data import entries_of
from apps.governance.domains.forms import DomainForm, sections
from apps.governance.domains.reading import SECONDS, fetch, read_domain, title_of
from apps.governance.domains.refusals import told_plainly
from domoadmin.services.errors import InvalidArguments, UpstreamError
from domoadmin.services.results import Domain
from domoadmin.services.roles import Role

# The hidden field that says which state was reviewed, and the button that leads back from there.
REVIEWED, AGAIN = "reviewed", "again"
MEANWHILE = "Somebody changed this domain meanwhile. Nothing was sent: close this and look at it again"
TITLES = {
    "text": ("Edit name and description", "Save"),
    "data": ("Edit custom data", "Review changes"),
    "limits": ("Change limits", "Review changes"),
    "fields": ("Edit fields of the custom data", "Review changes"),
}
LEADS = {
    "text": "",
    "data": "Empty a field to take its value away.",
    "limits": "",
    "fields": "The upstream replaces the whole list, so all of it is sent.",
}
TEMPLATES = {"data": "governance/domains/data_form.html", "fields": "governance/domains/fields_form.html"}


def page_of(connection: Connection, domain: Domain) -> tuple[str, str]:
    """Return a domain's page as (name, address), where its dialogs lead back to."""
    return title_of(domain), reverse("governance:domain_show", args=[connection.slug, domain.id])


def target_of(domain: Domain) -> Target:
    """Return a domain as the target of a change."""
    return Target("domain", domain.id, title_of(domain))


@require_http_methods(["GET", "POST"])
@connection_view(Role.ADMIN, kinds=(Kind.DOMAINS,))
def edit(request: ConnectionRequest, connection: Connection, domain_id: str, section: str) -> HttpResponse:
    """Show the form, then what it would change, then send that."""
    form_class = sections().get(section)
    if form_class is None:
        raise Http404(f"A domain has no part “{section}”.")
    domain = read_domain(connection, domain_id)

    def make_form(data: Any) -> DomainForm:
        return form_class(data, domain=domain)

    posted = request.POST if request.method == "POST" else None
    if posted is None or section == "text" or (AGAIN not in posted and REVIEWED not in posted):
        form = make_form(posted)
        if posted is None or section == "text" or not form.is_valid():
            return answer_change(request, connection, _form_dialog(request, connection, domain, section), make_form)
        review = _review_dialog(request, connection, domain, section, form)
        return answer_change(request, connection, review, lambda _: form, reviewing=True)
    if AGAIN in posted:
        # The form with what was typed, which is checked once more when it is sent.
        typed = form_class(None, domain=domain, initial=_typed(posted))
        for name in typed.fields:
            typed.fields[name].initial = posted.get(name, "")
        dialog = _form_dialog(request, connection, domain, section)
        return answer_change(request, connection, dialog, lambda _: typed, reviewing=True)
    form = make_form(posted)
    if not form.is_valid():
        # It was valid when it was reviewed, so the domain has changed since.
        return answer_change(request, connection, _form_dialog(request, connection, domain, section), make_form)
    review = _review_dialog(request, connection, domain, section, form)
    return answer_change(request, connection, review, lambda _: form)


def _typed(posted: QueryDict) -> dict[str, Any]:
    return {name: value for name, value in posted.items() if name not in (AGAIN, REVIEWED, "csrfmiddlewaretoken")}


def _form_dialog(request: ConnectionRequest, connection: Connection, domain: Domain, section: str) -> ChangeDialog:
    title, button = TITLES[section]
    parent = page_of(connection, domain)

    def act(_cleaned: dict[str, Any]) -> str:
        form = sections()[section](request.POST, domain=domain)
        form.is_valid()
        return send(connection, request.user, domain, form)

    return ChangeDialog(
        operation="domains.update",
        title=f"{title} of {parent[0]}",
        button=button,
        act=act,
        parent=parent,
        done_url=parent[1],
        lead=LEADS[section],
        goes=True,
        template=TEMPLATES.get(section, "connections/change_body.html"),
    )


def _review_dialog(
    request: ConnectionRequest, connection: Connection, domain: Domain, section: str, form: DomainForm
) -> ChangeDialog:
    parent = page_of(connection, domain)
    lines = form.lines()
    left_out = ("csrfmiddlewaretoken", "confirm", AGAIN, REVIEWED)
    kept = [(name, value) for name, values in request.POST.lists() if name not in left_out for value in values]

    def act(_cleaned: dict[str, Any]) -> str:
        if request.POST.get(REVIEWED) != form.mark:
            raise InvalidArguments(MEANWHILE)
        return send(connection, request.user, domain, form)

    return ChangeDialog(
        operation="domains.update",
        title=f"Change {parent[0]}?",
        button=f"Send {len(lines)} change{'' if len(lines) == 1 else 's'}",
        button_icon="send",
        act=act,
        parent=parent,
        done_url=parent[1],
        lead="Nothing has been sent yet.",
        goes=True,
        template="governance/domains/review.html",
        context={"lines": lines, "kept": kept, "mark": form.mark},
    )


def send(connection: Connection, user: User, domain: Domain, form: DomainForm) -> str:
    """Send what a valid form wants; returns what to say. Raises UpstreamError."""
    wanted, before = form.wanted(), form.present()
    change = Change("domains.update", target_of(domain), _part(before, wanted), wanted)
    with told_plainly("domains.update"):
        make_change(connection, user, change, lambda client: client.domains.update(domain.id, **wanted))
    finding.forget(connection)
    name = wanted.get("name") or title_of(domain)
    return f"{name} was changed.{_left_over(connection, domain, wanted)}"


def _part(before: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """Return of the present state what is about to change."""
    found = {}
    for name in wanted:
        part = before[name]
        whole = name != "settings"
        found[name] = part if whole else {each: part[each] for each in wanted[name]}
    return found


def _left_over(connection: Connection, domain: Domain, wanted: dict[str, Any]) -> str:
    """Say which values are still there though they were left out: the document doesn't say that data is replaced."""
    left_out = [each for each in entries_of(domain) if each.given and each.id not in wanted.get("data", {})]
    if "data" not in wanted or not left_out:
        return ""
    client = connection.client()
    try:
        with client.deadline(SECONDS):
            data = fetch(client, domain.id).data
    except UpstreamError:
        return ""
    kept = [each.label for each in left_out if data.get(each.id) is not None]
    return (
        f" This upstream kept the value of {', '.join(kept)}: it adds to the data and takes nothing away."
        if kept
        else ""
    )
