"""Removing a domain with everything below it. What that is, is shown first; nothing brings it back."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.accounts.models import User
from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.change_dialogs import ChangeDialog, answer_change
from apps.connections.changing import Change, make_change
from apps.connections.models import Connection, Kind
from apps.governance.domains import finding
from apps.governance.domains.editing import page_of, target_of
from apps.governance.domains.finding import WALKED
from apps.governance.domains.reading import or_absent, read_domain, read_path, title_of
from apps.governance.domains.refusals import told_plainly
from apps.governance.domains.walking import walk_below, within
from domoadmin.services.errors import InvalidArguments
from domoadmin.services.results import Domain
from domoadmin.services.roles import Role

SHOWN, MOST_RECORDED = 50, 500
WALK_SECONDS, MOST_WALKED = 8.0, 2_000
SEEN = "seen"
LEAD = (
    "Everything below it goes with it. The upstream refuses while users, things or thing types are attached anywhere "
    "in it; which are, the Domain API doesn’t tell."
)


@dataclass(frozen=True)
class Below:
    """What hangs below a domain as (id, name, depth), parents first; complete: that is all of it."""

    domains: tuple[tuple[str, str, int], ...]
    complete: bool

    @property
    def mark(self) -> str:
        """Return a mark of what was shown."""
        if not self.complete:
            return "not all"  # how far a walk comes in some seconds differs each time
        text = "\n".join(sorted(each[0] for each in self.domains))
        return hashlib.sha256(text.encode()).hexdigest()[:20]

    @property
    def count(self) -> str:
        """Return how many there are, in words."""
        number = f"{len(self.domains):,}" if self.complete else f"more than {len(self.domains):,}"
        return f"{number} domain{'' if self.complete and len(self.domains) == 1 else 's'}"


def read_below(connection: Connection, domain: Domain) -> Below:
    """Return what is below a domain now: by the one call for the whole tree, else as far as a walk comes in seconds.

    Raises UpstreamError.
    """
    index = finding.index_of(connection, fresh=True)
    if index.complete and not index.refusal and index.has_a_place(domain.id):
        return Below(tuple((known.id, known.title, depth) for known, depth in index.below(domain.id)), True)
    steps, complete = within(walk_below(connection.client(), domain.id, WALKED), WALK_SECONDS, MOST_WALKED)
    return Below(tuple((step.domain.id, title_of(step.domain), len(step.above)) for step in steps), complete)


class RemoveForm(forms.Form):
    """Carries a mark of what was shown."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)


@require_http_methods(["GET", "POST"])
@connection_view(Role.ADMIN, kinds=(Kind.DOMAINS,))
def remove(request: ConnectionRequest, connection: Connection, domain_id: str) -> HttpResponse:
    """Show what goes, then remove it."""
    domain = read_domain(connection, domain_id)
    with or_absent(domain_id):
        below = read_below(connection, domain)
    title = title_of(domain)
    path = read_path(connection.client(), domain).ids
    done = reverse("governance:domain_show", args=[connection.slug, path[-1]]) if path else ""

    def act(_cleaned: dict[str, Any]) -> str:
        if request.POST.get(SEEN) != below.mark:
            raise InvalidArguments("What hangs below has changed meanwhile. Nothing was sent: look at the list again")
        return _remove(connection, request.user, domain, below)

    dialog = ChangeDialog(
        operation="domains.remove",
        title=f"Remove {title}" if not below.domains else f"Remove {title} and {below.count} below it",
        button="Remove domain" if not below.domains else f"Remove with {below.count} below",
        button_icon="trash",
        act=act,
        parent=page_of(connection, domain),
        done_url=done or reverse("governance:domains_list", args=[connection.slug]),
        lead=LEAD,
        irreversible="This can’t be undone: no call brings a removed domain back.",
        destructive=True,
        goes=True,
        template="governance/domains/remove.html",
        context={"domain": domain, "below": below, "listed": _listed(below), "mark": below.mark},
    )
    return answer_change(request, connection, dialog, RemoveForm)


def _listed(below: Below) -> list[tuple[str, str, str]]:
    """Return (id, name, signs of its depth) of the first ones."""
    return [(identifier, name, "– " * (depth - 1)) for identifier, name, depth in below.domains[:SHOWN]]


def _remove(connection: Connection, user: User, domain: Domain, below: Below) -> str:
    # The trail keeps what one would need to make it anew by hand.
    before = {
        "parentId": domain.parent_id,
        "name": domain.name,
        "description": domain.description,
        "data": domain.data,
        "domainMetadata": [{"id": each.id, "label": each.label, "type": each.type} for each in domain.fields],
        "settings": domain.settings,
        "below": [each[0] for each in below.domains[:MOST_RECORDED]],
        "belowCount": len(below.domains),
    }
    change = Change("domains.remove", target_of(domain), before=before)
    with told_plainly("domains.remove"):
        make_change(connection, user, change, lambda client: client.domains.remove(domain.id))
    finding.forget(connection)
    return f"{title_of(domain)} was removed{f' with {below.count} below it' if below.domains else ''}."
