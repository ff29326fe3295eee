"""Two groups side by side: who is only in one, who is in both, and the job that adds those who are missing."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.side_by_side import answer_of, side_by_side
from apps.governance.groups.changing import start_job
from apps.governance.groups.filters import SuggestInput
from apps.governance.groups.people import Person, by_name, people_of
from apps.governance.groups.reading import SECONDS, is_dynamic, kind_badges, read_group, resolve_group
from domoadmin.services.errors import InvalidArguments
from domoadmin.services.results import Group
from domoadmin.services.roles import Role

# Names drawn of each part.
SHOWN = 300


@dataclass(frozen=True)
class Side:
    """One of the two groups, and who is in it alone. lacks: how many of the other one it has not."""

    group: Group
    only: list[Person]
    lacks: int

    @property
    def url_argument(self) -> str:
        """Return the id."""
        return self.group.id

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
    typed = {name: request.GET.get(name, "").strip() for name in ("a", "b")}
    suggestions = reverse("governance:group_suggestions", args=[connection.slug])
    context = {"connection": connection, "comparison": None, "problems": [], "status": 200}
    problems: list[str] = []
    groups: list[Group] = []
    if typed["a"] and typed["b"]:
        client = connection.client()
        ids = []
        for name in ("a", "b"):
            try:
                ids.append(resolve_group(client, typed[name]))
            except InvalidArguments as refusal:
                problems.append(refusal.message)
        if not problems and ids[0] == ids[1]:
            problems.append("This is the same group twice. Choose another one.")
        if not problems:
            found = side_by_side(client, SECONDS, [lambda each=each: read_group(client, each) for each in ids])  # type: ignore[misc]
            groups = [answer_of(each) for each in found]
            typed = {name: f"{group.name} ({group.id})" for name, group in zip(typed, groups, strict=True)}
            context["comparison"] = compare_groups(connection, *groups)
    context |= {
        "problems": problems,
        "inputs": [
            (
                f"compare-{name}",
                label,
                SuggestInput(suggestions, "A name, or an id").render(
                    name, typed[name], {"id": f"compare-{name}", "class": "form-control"}
                ),
            )
            for name, label in (("a", "One group"), ("b", "The other"))
        ],
    }
    return render(request, "governance/groups/compare.html", context, status=422 if problems else 200)


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
