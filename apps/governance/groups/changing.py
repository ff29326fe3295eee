"""What changes one group by a dialog: a new one, one person in or out, the selected people out."""

from __future__ import annotations

from typing import Any, Literal

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from apps.accounts.models import User
from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.change_dialogs import ChangeDialog, answer_change
from apps.connections.changing import Change, Target, make_change
from apps.connections.models import Connection
from apps.core.fragments import is_fragment
from apps.governance.groups.forms import NewGroupForm, NothingForm, PersonForm
from apps.governance.groups.history import removal
from apps.governance.groups.listing import members_matching
from apps.governance.groups.matching import People
from apps.governance.groups.people import Person, id_in, known_people, matching, people_of
from apps.governance.groups.reading import SECONDS, WHY_DYNAMIC, Asked, find_groups, is_dynamic, read_group
from apps.jobs import service
from apps.jobs.bulk import Selection, create_bulk_job
from domoadmin.services.client import Client
from domoadmin.services.errors import Delivery, InvalidArguments, UpstreamError
from domoadmin.services.results import Group
from domoadmin.services.roles import Role

Kind = Literal["closed", "open", "dynamic"]
EVENTS: dict[str, dict[str, Any]] = {"group-changed": {}}
SUGGESTED = 8
# So many people are taken out by one call from a dialog that names them; more become a job with a preview.
MOST_AT_ONCE = 100


def page_of(connection: Connection, group: Group) -> tuple[str, str]:
    """Return name and address of the group's page."""
    return group.name or group.id, reverse("governance:group_show", args=[connection.slug, group.id])


@require_http_methods(["GET", "POST"])
@connection_view(Role.ADMIN)
def create(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Make a group and go to its page."""
    made: list[str] = []

    def act(values: dict[str, Any]) -> str:
        group = _create(connection, request.user, values)
        made.append(group.id)
        more = " Write its rule in Domo now: until then nobody is in it." if values["kind"] == "dynamic" else ""
        return f"The group {values['group']} was made.{more}"

    dialog = ChangeDialog(
        operation="groups.create",
        title="New group",
        button="Create group",
        button_icon="plus",
        act=act,
        parent=("Groups", reverse("governance:groups_list", args=[connection.slug])),
        irreversible="Domo’s documents have no call that deletes or renames a group: that is done in Domo.",
        done_url=lambda: reverse("governance:group_show", args=[connection.slug, made[0]]),
        goes=True,
    )
    return answer_change(request, connection, dialog, NewGroupForm)


def _create(connection: Connection, user: User, values: dict[str, Any]) -> Group:
    """Make it; where the answer was lost, look whether it is there. Raises InvalidArguments for a taken name."""
    name, description = values["group"].strip(), values["description"].strip()
    kind: Kind = values["kind"]
    client = connection.client()
    before = _ids_called(client, name)
    if before:
        raise InvalidArguments(
            f"There is a group called “{name}” already ({', '.join(sorted(before))})", argument="group"
        )
    change = Change(
        "groups.create", Target("group", "", name), None, {"name": name, "type": kind, "description": description}
    )
    return make_change(connection, user, change, lambda client: _send_new(client, name, kind, description))


def _send_new(client: Client, name: str, kind: Kind, description: str) -> Group:
    group: Group
    try:
        group = client.groups.create(name, kind, description)
    except UpstreamError as error:
        if error.delivery is not Delivery.UNKNOWN:
            raise
        found = _ids_called(client, name)
        if len(found) != 1:
            raise
        group = client.groups.get(found.pop())
    return group


def _ids_called(client: Client, name: str) -> set[str]:
    with client.deadline(SECONDS):
        rows = find_groups(client, Asked(words=name), 50).rows
    return {row.id for row in rows if row.name.strip().casefold() == name.casefold()}


@require_http_methods(["GET", "POST"])
@connection_view(Role.ADMIN)
def add(request: ConnectionRequest, connection: Connection, group_id: str) -> HttpResponse:
    """Put one person into the group."""
    group = read_group(connection.client(), group_id)
    parent = page_of(connection, group)
    dialog = ChangeDialog(
        operation="groups.add_member",
        title=f"Add a person to {parent[0]}",
        button="Add",
        button_icon="user-plus",
        act=lambda values: _add(connection, request.user, group_id, values["person"]),
        parent=parent,
        events=EVENTS,
    )
    people = reverse("governance:group_people", args=[connection.slug])
    return answer_change(request, connection, dialog, lambda data: PersonForm(data, people_url=people))


def _add(connection: Connection, user: User, group_id: str, typed: str) -> str:
    client = connection.client()
    group = _changeable(client, group_id)
    person = _one_person(connection, client, typed)
    if person.id in group.member_ids:
        raise InvalidArguments(f"{person.shown} is in {group.name} already", argument="person")
    change = Change(
        "groups.add_member", Target("group", group_id, group.name), _state(person, False), _state(person, True)
    )
    make_change(connection, user, change, lambda client: client.groups.add_member(group_id, person.id))
    return f"{person.shown} is in {group.name} now."


def _one_person(connection: Connection, client: Client, typed: str) -> Person:
    number = id_in(typed)
    if number:
        return people_of(connection, client, [number])[number]
    people = known_people(connection, client)
    found = People(list(people.values())).find(typed) or matching(people.values(), typed)
    if len(found) == 1:
        return found[0]
    if not found:
        raise InvalidArguments(f"Nobody is called “{typed}”, nor has this e-mail", argument="person")
    names = ", ".join(f"{each.shown} ({each.id})" for each in found[:SUGGESTED])
    more = f" and {len(found) - SUGGESTED} more" if len(found) > SUGGESTED else ""
    raise InvalidArguments(f"{len(found)} people fit: {names}{more}. Give the id", argument="person")


@require_http_methods(["GET", "POST"])
@connection_view(Role.ADMIN)
def remove(request: ConnectionRequest, connection: Connection, group_id: str, user_id: str) -> HttpResponse:
    """Take one person out of the group."""
    client = connection.client()
    group = read_group(client, group_id)
    person = people_of(connection, client, [user_id])[user_id]
    parent = page_of(connection, group)

    def act(values: dict[str, Any]) -> str:
        now = _changeable(connection.client(), group_id)
        if user_id not in now.member_ids:
            raise InvalidArguments(f"{person.shown} is not in {group.name} any more")
        change = Change(
            "groups.remove_member", Target("group", group_id, group.name), _state(person, True), _state(person, False)
        )
        make_change(connection, request.user, change, lambda client: client.groups.remove_member(group_id, user_id))
        return f"{person.shown} is not in {group.name} any more."

    dialog = ChangeDialog(
        operation="groups.remove_member",
        title=f"Remove {person.shown} from {parent[0]}",
        button="Remove",
        button_icon="user-off",
        act=act,
        parent=parent,
        lead="What is shared with the group alone can no longer be opened by this person. “Put back” on the group’s "
        "page undoes it.",
        destructive=True,
        events=EVENTS,
    )
    return answer_change(request, connection, dialog, NothingForm)


@require_http_methods(["GET", "POST"])
@connection_view(Role.ADMIN)
def remove_selected(request: ConnectionRequest, connection: Connection, group_id: str) -> HttpResponse:
    """Take the selected people out: up to a hundred by one call from a dialog, more by a job with a preview."""
    group = read_group(connection.client(), group_id)
    posted = request.POST
    if posted.get("all") == "1":
        words = QueryDict(posted.get("query", "")).get("q", "") or ""
        people = members_matching(request, group, words)
        return _as_job(request, connection, group_id, [person.id for person in people])
    wanted = [each for each in posted.getlist("id") or posted.getlist("user") if each in group.member_ids]
    wanted = list(dict.fromkeys(wanted))
    parent = page_of(connection, group)
    if not wanted:
        messages.error(request, "Nothing was changed: none of those who were selected is in the group.")
        return _go(request, parent[1])
    if len(wanted) > MOST_AT_ONCE:
        return _as_job(request, connection, group_id, wanted)
    people = list(people_of(connection, connection.client(), wanted).values())
    count = f"{len(people)} {'person' if len(people) == 1 else 'people'}"
    dialog = ChangeDialog(
        operation="groups.remove_members",
        title=f"Remove {count} from {parent[0]}",
        button=f"Remove {count}",
        button_icon="user-off",
        act=lambda values: _remove_all(connection, request.user, group_id, people),
        parent=parent,
        destructive=True,
        events=EVENTS,
        template="governance/groups/remove_selected.html",
        context={"people": people, "left": len(group.member_ids) - len(people), "group": group},
    )
    # What comes from the list selects; what comes from the dialog itself is meant.
    return answer_change(request, connection, dialog, NothingForm, reviewing="user" not in posted)


def _remove_all(connection: Connection, user: User, group_id: str, people: list[Person]) -> str:
    group = _changeable(connection.client(), group_id)
    still = [person for person in people if person.id in group.member_ids]
    if not still:
        raise InvalidArguments("None of them is in the group any more")
    ids = [person.id for person in still]
    named = [f"{person.shown} ({person.id})" for person in still]
    change = Change(
        "groups.remove_members",
        Target("group", group_id, group.name),
        before={"members": named},
        after={"members": [], "count": len(group.member_ids) - len(still)},
    )
    removal = {"groupId": group_id, "removeMembers": [{"type": "USER", "id": each} for each in ids]}
    make_change(connection, user, change, lambda client: client.groups.remove_members([removal]))
    return f"{len(still)} {'person' if len(still) == 1 else 'people'} left {group.name}."


@require_POST
@connection_view(Role.ADMIN)
def put_back(request: ConnectionRequest, connection: Connection, group_id: str) -> HttpResponse:
    """Make the job that puts back those who left by one call."""
    number = request.POST.get("record", "")
    found = removal(connection, group_id, int(number)) if number.isdecimal() else None
    if found is None or not found.ids:
        raise Http404("There is no such removal of this group.")
    return start_job(request, connection, "add-to-group", group_id, found.ids)


def _as_job(request: ConnectionRequest, connection: Connection, group_id: str, ids: list[str]) -> HttpResponse:
    return start_job(request, connection, "remove-from-group", group_id, ids)


def start_job(
    request: ConnectionRequest, connection: Connection, action: str, group_id: str, keys: list[str]
) -> HttpResponse:
    """Make the draft of a job on the group's members and go to its preview."""
    _changeable(connection.client(), group_id)
    job = create_bulk_job(action, connection, Selection(ids=tuple(keys)), {"group_id": group_id}, request.user)
    if not service.start_planning(job):
        messages.warning(request, "The message broker can't be reached. The plan is made once it can.")
    return _go(request, job.get_absolute_url())


def _go(request: ConnectionRequest, url: str) -> HttpResponse:
    return HttpResponseClientRedirect(url) if is_fragment(request) else HttpResponseRedirect(url)


def _changeable(client: Client, group_id: str) -> Group:
    """Return the group as it is now. Raises InvalidArguments for a dynamic one."""
    group = read_group(client, group_id)
    if is_dynamic(group):
        raise InvalidArguments(WHY_DYNAMIC)
    return group


def _state(person: Person, member: bool) -> dict[str, Any]:
    return {"person": f"{person.shown} ({person.id})", "member": member}
