"""Two groups side by side: who is only in one, who is in both, and the job that adds those who are missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_POST

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.side_by_side import answer_of, side_by_side
from apps.governance.groups.changing import start_job
from apps.governance.groups.filters import SuggestInput
from apps.governance.groups.people import Person, by_name, people_of
from apps.governance.groups.reading import SECONDS, is_dynamic, kind_badges, read_group, resolve_group
from domoadmin.services.client import Client
from domoadmin.services.errors import InvalidArguments
from domoadmin.services.results import Group
from domoadmin.services.roles import Role

# Names drawn of each part.
SHOWN = 300
INPUTS = {"a": "One group", "b": "The other"}


@dataclass(frozen=True)
class Side:
    """One of the two groups, and who is in it alone. lacks: how many of the other one it has not."""

    group: Group
    only: list[Person]
    lacks: int

    @property
    def badges(self) -> list[tuple[str, str, str]]:
        """Return its type."""
        return kind_badges(self.group.type)

    @property
    def is_dynamic(self) -> bool:
        """Say whether nobody can be put into it by hand."""
        return is_dynamic(self.group)

    @property
    def shown(self) -> list[Person]:
        """Return those who are drawn."""
        return self.only[:SHOWN]

    @property
    def more(self) -> int:
        """Return how many are not drawn."""
        return len(self.only) - len(self.shown)


@dataclass(frozen=True)
class Comparison:
    """Two groups and what they share."""

    left: Side
    right: Side
    both: list[Person]

    @property
    def same(self) -> bool:
        """Say whether the same people are in both."""
        return not self.left.only and not self.right.only

    @property
    def shown(self) -> list[Person]:
        """Return those in both who are drawn."""
        return self.both[:SHOWN]

    @property
    def more(self) -> int:
        """Return how many are not drawn."""
        return len(self.both) - len(self.shown)


def compare_groups(connection: Connection, left: Group, right: Group) -> Comparison:
    """Return who is where, by name. Raises UpstreamError."""
    everyone = list(dict.fromkeys([*left.member_ids, *right.member_ids]))
    client = connection.client()
    with client.deadline(SECONDS):
        people = people_of(connection, client, everyone)
    in_left, in_right = set(left.member_ids), set(right.member_ids)

    def of(ids: set[str]) -> list[Person]:
        return sorted((people[each] for each in ids), key=by_name)

    only_left, only_right = of(in_left - in_right), of(in_right - in_left)
    return Comparison(
        Side(left, only_left, len(only_right)), Side(right, only_right, len(only_left)), of(in_left & in_right)
    )


@require_GET
@connection_view(Role.VIEWER)
def compare(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Ask for two groups and show how they differ."""
    typed = {name: request.GET.get(name, "").strip() for name in INPUTS}
    comparison: Comparison | None = None
    problems: list[str] = []
    if all(typed.values()):
        client = connection.client()
        ids, problems = _resolved(client, list(typed.values()))
        if not problems:
            outcomes = side_by_side(client, SECONDS, [_reader(client, each) for each in ids])
            left, right = (answer_of(outcome) for outcome in outcomes)
            typed = {name: f"{group.name} ({group.id})" for name, group in zip(INPUTS, (left, right), strict=True)}
            comparison = compare_groups(connection, left, right)
    context = {
        "connection": connection,
        "comparison": comparison,
        "problems": problems,
        "inputs": [_input(connection, name, label, typed[name]) for name, label in INPUTS.items()],
    }
    return render(request, "governance/groups/compare.html", context, status=422 if problems else 200)


def _resolved(client: Client, typed: list[str]) -> tuple[list[str], list[str]]:
    """Return the ids of the groups that were typed, and what keeps them from being compared."""
    ids, problems = [], []
    for each in typed:
        try:
            ids.append(resolve_group(client, each))
        except InvalidArguments as refusal:
            problems.append(refusal.message)
    if not problems and len(set(ids)) == 1:
        problems.append("This is the same group twice. Choose another one.")
    return ids, problems


def _reader(client: Client, group_id: str) -> Callable[[], Group]:
    return lambda: read_group(client, group_id)


def _input(connection: Connection, name: str, label: str, value: str) -> tuple[str, str, SafeString]:
    """Return id, label and markup of a field that suggests groups."""
    identifier = f"compare-{name}"
    widget = SuggestInput(reverse("governance:group_suggestions", args=[connection.slug]), "A name, or an id")
    return identifier, label, widget.render(name, value, {"id": identifier, "class": "form-control"})


@require_POST
@connection_view(Role.ADMIN)
def add_missing(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Make the job that puts into one group those who are only in the other."""
    client = connection.client()
    source, target = (read_group(client, request.POST.get(name, "") or "0") for name in ("source", "target"))
    if is_dynamic(target):
        raise InvalidArguments(f"{target.name} is dynamic: its rule decides who is in it")
    inside = set(target.member_ids)
    missing = [each for each in source.member_ids if each not in inside]
    if not missing:
        raise InvalidArguments(f"{target.name} has everybody who is in {source.name} already")
    return start_job(request, connection, "add-to-group", target.id, missing)
