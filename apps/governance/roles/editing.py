"""Changing what a role may do. Domo takes only the complete list: it is read first, and never shortened by a guess."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.accounts.models import User
from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.change_dialogs import ChangeDialog, answer_change
from apps.connections.changing import Change, Target, make_change
from apps.connections.models import Connection
from apps.governance.roles.forms import CompleteListForm, ReviewForm
from apps.governance.roles.history import LIST, UPDATE, past_change
from apps.governance.roles.matrix import forget
from apps.governance.roles.reading import Catalogue, Entry, Held, by_heading, read_catalogue, read_held
from domoadmin.services.errors import InvalidArguments
from domoadmin.services.results import UpstreamRole
from domoadmin.services.role_authorities import change_authorities
from domoadmin.services.roles import Role

EVENTS: dict[str, dict[str, Any]] = {"role-changed": {}}


@dataclass(frozen=True)
class Difference:
    """From one list of authorities to another one."""

    added: list[Entry]
    removed: list[Entry]
    kept: int

    @classmethod
    def between(cls, before: Collection[str], after: Collection[str], catalogue: Catalogue) -> Difference:
        """Return what comes and what goes, by title."""
        come, gone = set(after) - set(before), set(before) - set(after)
        return cls(_entries(come, catalogue), _entries(gone, catalogue), len(set(before) & set(after)))

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)

    @property
    def in_words(self) -> str:
        """Return it as a button says it: "Give 2, take away 1"."""
        parts = [f"give {len(self.added):,}"] if self.added else []
        parts += [f"take away {len(self.removed):,}"] if self.removed else []
        text = ", ".join(parts)
        return text[:1].upper() + text[1:]


def _entries(names: Collection[str], catalogue: Catalogue) -> list[Entry]:
    return sorted((catalogue.entry(name) for name in names), key=lambda entry: entry.shown.casefold())


def page_of(connection: Connection, role: UpstreamRole) -> tuple[str, str]:
    """Return name and address of the role's page."""
    return role.name or role.id, reverse("governance:role_show", args=[connection.slug, role.id])


@require_http_methods(["GET", "POST"])
@connection_view(Role.ADMIN)
def edit(request: ConnectionRequest, connection: Connection, role_id: str) -> HttpResponse:
    """Show the authorities to tick, then what would change, then send the complete list."""
    client = connection.client()
    role = client.roles.get(role_id)
    held = read_held(client, role_id)
    if not held.is_told:
        return _give_complete_list(request, connection, role, held)
    doing = request.POST.get("do", "")
    if request.method == "GET" or doing == "edit":
        return _form(request, connection, role, held, request.POST.get("wanted", "").split() if doing else None)
    base = request.POST.get("base", "").split()
    wanted = request.POST.get("wanted", "").split() if doing != "check" else request.POST.getlist("authority")
    catalogue = read_catalogue(client).with_names([*base, *wanted])
    problem = _problem(held, base, wanted) if doing == "check" else ""
    if problem:
        return _form(request, connection, role, held, wanted, problem)
    return _review(request, connection, role, base, wanted, catalogue, shown_first=doing == "check")


def _problem(held: Held, base: Sequence[str], wanted: Sequence[str]) -> str:
    now = set(held.names or ())
    if set(base) != now:
        since = _since(base, now)
        return f"{since} Nothing was sent. Below is what the role has now: make your change again."
    if set(wanted) == set(base):
        return "Nothing is changed yet: tick what the role is to have, or take a tick away."
    if not wanted:
        return "A role without any authority is of no use: leave at least one, or delete the role."
    return ""


def _since(base: Collection[str], now: Collection[str]) -> str:
    come, gone = sorted(set(now) - set(base)), sorted(set(base) - set(now))
    parts = [f"it has {', '.join(come)} now"] if come else []
    parts += [f"it no longer has {', '.join(gone)}"] if gone else []
    return f"Somebody changed the role since you opened it: {'; '.join(parts)}."


def _form(
    request: ConnectionRequest,
    connection: Connection,
    role: UpstreamRole,
    held: Held,
    wanted: Sequence[str] | None = None,
    problem: str = "",
) -> HttpResponse:
    names = held.names or frozenset()
    catalogue = read_catalogue(connection.client()).with_names(names)
    # After somebody else's change the ticks begin with what is there now.
    ticked = names if wanted is None or problem.startswith("Somebody") else frozenset(wanted)
    context = {
        "connection": connection,
        "role": role,
        "parent": page_of(connection, role),
        "groups": by_heading(catalogue.with_names(ticked).entries.values()),
        "present": names,
        "ticked": ticked,
        "base": " ".join(sorted(names)),
        "complete": catalogue.complete,
        "problem": problem,
    }
    return render(request, "governance/roles/edit.html", context, status=422 if problem else 200)


def _review(
    request: ConnectionRequest,
    connection: Connection,
    role: UpstreamRole,
    base: Sequence[str],
    wanted: Sequence[str],
    catalogue: Catalogue,
    *,
    shown_first: bool,
    title: str = "",
    back: str = "",
) -> HttpResponse:
    parent = page_of(connection, role)
    difference = Difference.between(base, wanted, catalogue)
    dialog = ChangeDialog(
        operation=UPDATE,
        title=title or f"Check the authorities of {parent[0]}",
        button=difference.in_words or "Nothing to change",
        button_icon="shield-check",
        act=lambda values: send(connection, request.user, role, values["base"], values["wanted"]),
        parent=parent,
        events=EVENTS,
        goes=True,
        done_url=parent[1],
        destructive=bool(difference.removed),
        template="governance/roles/review.html",
        context={"role": role, "difference": difference, "total": len(set(wanted)), "back": back},
    )
    initial = {"base": " ".join(base), "wanted": " ".join(wanted)}
    return answer_change(
        request,
        connection,
        dialog,
        lambda data: ReviewForm(data, initial=initial),
        reviewing=shown_first,
    )


def send(connection: Connection, user: User, role: UpstreamRole, base: Sequence[str], wanted: Sequence[str]) -> str:
    """Send the complete list and return what to say.

    Raises InvalidArguments where the role is not as it was shown, AuthoritiesUnknown where that can't be read any
    more, UpstreamError.
    """
    now = read_held(connection.client(), role.id)
    if now.names is None:
        raise InvalidArguments(f"What the role has now can't be read any more ({now.why}). Nothing was sent")
    if now.names != set(base):
        raise InvalidArguments(f"{_since(base, now.names)} Nothing was sent: check it again")
    if not wanted:
        raise InvalidArguments("A role without any authority is of no use: delete it")
    add, remove = set(wanted) - now.names, now.names - set(wanted)
    if not add and not remove:
        raise InvalidArguments("The role has exactly these authorities already")
    after = sorted((now.names | add) - remove)
    change = Change(UPDATE, Target("role", role.id, role.name), {LIST: sorted(now.names)}, {LIST: after})
    make_change(connection, user, change, lambda client: change_authorities(client, role.id, add=add, remove=remove))
    forget(connection)
    return f"{role.name} has {len(after):,} {'authority' if len(after) == 1 else 'authorities'} now."


@require_http_methods(["GET", "POST"])
@connection_view(Role.ADMIN)
def put_back(request: ConnectionRequest, connection: Connection, role_id: str, record_id: int) -> HttpResponse:
    """Show what it takes to give the role the complete list that it had before a change, and send that."""
    past = past_change(connection, role_id, record_id)
    if past is None or past.before is None:
        raise Http404("There is no such change of this role whose former list is known.")
    client = connection.client()
    role = client.roles.get(role_id)
    held = read_held(client, role_id)
    parent = page_of(connection, role)
    if held.names is None:
        context = {"connection": connection, "role": role, "parent": parent, "held": held}
        return render(request, "governance/roles/untold.html", context, status=409)
    catalogue = read_catalogue(client).with_names([*held.names, *past.before])
    base = sorted(held.names) if request.method == "GET" else request.POST.get("base", "").split()
    return _review(
        request,
        connection,
        role,
        base,
        sorted(past.before),
        catalogue,
        shown_first=False,
        title=f"Put back the authorities of {parent[0]}",
        back=parent[1],
    )


def _give_complete_list(
    request: ConnectionRequest, connection: Connection, role: UpstreamRole, held: Held
) -> HttpResponse:
    """Take the complete list from a person who knows it, where nobody can read the present one."""
    parent = page_of(connection, role)
    catalogue = read_catalogue(connection.client())

    def act(values: dict[str, Any]) -> str:
        return _send_complete(connection, request.user, role, values["wanted"], catalogue)

    dialog = ChangeDialog(
        operation=UPDATE,
        title=f"Set all authorities of {parent[0]}",
        button="Replace the list",
        button_icon="shield-check",
        act=act,
        parent=parent,
        events=EVENTS,
        goes=True,
        done_url=parent[1],
        destructive=True,
        irreversible="This can’t be undone by DomoAdmin: nobody knows which authorities the role has now.",
        template="governance/roles/complete_list.html",
        context={"role": role, "held": held},
    )
    return answer_change(request, connection, dialog, CompleteListForm)


def _send_complete(
    connection: Connection, user: User, role: UpstreamRole, wanted: Sequence[str], catalogue: Catalogue
) -> str:
    if catalogue.complete:
        unknown = [name for name in wanted if name not in catalogue.entries]
        if unknown:
            raise InvalidArguments(f"This instance knows no authority {unknown[0]}", argument="wanted")
    names = list(wanted)
    change = Change(UPDATE, Target("role", role.id, role.name), None, {LIST: names})
    make_change(connection, user, change, lambda client: client.roles.update_authorities(role.id, names))
    forget(connection)
    return f"The list of {role.name} was replaced by {len(names):,}."
