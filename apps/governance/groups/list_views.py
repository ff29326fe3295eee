"""A group and a list of people: what each row means, what would change, and the previewed job that does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.failures import failure_of
from apps.core.side_by_side import answer_of, side_by_side
from apps.governance.groups.changing import page_of, start_job
from apps.governance.groups.forms import MODES, GroupListForm
from apps.governance.groups.matching import (
    ADD,
    EQUAL,
    LOOKS,
    REMOVE,
    ListRefused,
    Outcome,
    Read,
    Row,
    compare,
    rows_of,
    text_of_file,
)
from apps.governance.groups.people import Person, everybody
from apps.governance.groups.reading import SECONDS, is_dynamic, read_group
from apps.governance.groups.selection import JOINS, LEAVES
from domoadmin.services.errors import InvalidArguments, UpstreamError
from domoadmin.services.results import Group
from domoadmin.services.roles import Role

ACTIONS = {EQUAL: "match-group", ADD: "add-to-group", REMOVE: "remove-from-group"}
# Rows and people drawn; the preview and its CSV have them all.
SHOWN = 200
TAB = "\t"


@dataclass(frozen=True)
class Line:
    """A row as the review draws it."""

    read: Read
    look: tuple[str, str, str]


@dataclass(frozen=True)
class Review:
    """What the review page shows of a list."""

    group: Group
    mode: str
    outcome: Outcome
    given: str

    @property
    def title(self) -> str:
        """Return what is done with the list."""
        return dict(MODES)[self.mode]

    @property
    def tiles(self) -> list[tuple[str, int, str]]:
        """Return (word, count, css class) of what comes of it."""
        found = self.outcome
        tiles = [] if self.mode == REMOVE else [("Join", len(found.joins), "is-ok"), ("Stay", found.stays, "is-off")]
        tiles += [] if self.mode == ADD else [("Leave", len(found.leaves), "is-bad")]
        if self.mode == REMOVE:
            tiles.append(("Not in the group", found.count("absent"), "is-off"))
        return [
            *tiles,
            ("Unknown", found.count("unknown"), "is-bad"),
            ("Ambiguous", found.count("ambiguous"), "is-warn"),
            ("Twice", found.count("doubled"), "is-warn"),
        ]

    @property
    def faults(self) -> list[Line]:
        """Return the rows to look at."""
        return [Line(read, LOOKS[read.state]) for read in self.outcome.faults[:SHOWN]]

    @property
    def lines(self) -> list[Line]:
        """Return every row as it was read."""
        return [Line(read, LOOKS[read.state]) for read in self.outcome.rows[:SHOWN]]

    @property
    def changes(self) -> list[tuple[Person, tuple[str, str, str]]]:
        """Return who joins and who leaves."""
        joins = [(person, LOOKS["joins"]) for person in self.outcome.joins[:SHOWN]]
        return joins + [(person, LOOKS["leaves"]) for person in self.outcome.leaves[:SHOWN]]

    @property
    def count(self) -> int:
        """Return how many people change."""
        return len(self.outcome.joins) + len(self.outcome.leaves)

    @property
    def more(self) -> int:
        """Return how many of them are not drawn."""
        return self.count - len(self.changes)

    @property
    def in_words(self) -> str:
        """Return what the job does: "12 join, 3 leave"."""
        joins, leaves = len(self.outcome.joins), len(self.outcome.leaves)
        parts = [f"{joins:,} {'joins' if joins == 1 else 'join'}"] if joins else []
        parts += [f"{leaves:,} {'leaves' if leaves == 1 else 'leave'}"] if leaves else []
        return ", ".join(parts)

    @property
    def empties(self) -> bool:
        """Say whether nobody who is in the group now would be left."""
        return bool(self.group.member_ids) and len(self.outcome.leaves) == len(self.group.member_ids)

    @property
    def loses_many(self) -> bool:
        """Say whether at least half of the members leave."""
        return len(self.outcome.leaves) > 1 and 2 * len(self.outcome.leaves) >= len(self.group.member_ids)

    @property
    def keys(self) -> list[str]:
        """Return the keys of the job's items."""
        if self.mode != EQUAL:
            return [person.id for person in self.outcome.joins or self.outcome.leaves]
        joins = [f"{JOINS}{person.id}" for person in self.outcome.joins]
        return joins + [f"{LEAVES}{person.id}" for person in self.outcome.leaves]


@require_http_methods(["GET", "POST"])
@connection_view(Role.ADMIN)
def group_list(request: ConnectionRequest, connection: Connection, group_id: str) -> HttpResponse:
    """Take a list, show what it comes to, and make the job of it; nothing is sent from here."""
    group = read_group(connection.client(), group_id)
    context = {"connection": connection, "group": group, "parent": page_of(connection, group)}
    if is_dynamic(group):
        return render(request, "governance/groups/dynamic.html", context, status=409)
    if request.method == "GET" or request.POST.get("do") == "edit":
        return _form(request, context, GroupListForm(initial=_initial(request)))
    if request.POST.get("do") == "plan":
        return _plan(request, connection, group, context)
    return _check(request, connection, group, context)


def _initial(request: ConnectionRequest) -> dict[str, Any]:
    if request.method == "POST":
        texts = [row.text for row in _given(request.POST.get("given", ""))]
        return {"mode": request.POST.get("mode"), "pasted": "\n".join(texts)}
    mode = request.GET.get("mode", EQUAL)
    return {"mode": mode if mode in ACTIONS else EQUAL}


def _form(request: ConnectionRequest, context: dict[str, Any], form: GroupListForm, status: int = 200) -> HttpResponse:
    return render(request, "governance/groups/from_list.html", {**context, "form": form}, status=status)


def _check(request: ConnectionRequest, connection: Connection, group: Group, context: dict[str, Any]) -> HttpResponse:
    form = GroupListForm(request.POST, request.FILES)
    if not form.is_valid():
        return _form(request, context, form, 422)
    try:
        file = form.cleaned_data["file"]
        text = text_of_file(file.read()) if file else form.cleaned_data["pasted"]
        rows = rows_of(text)
    except ListRefused as refusal:
        form.add_error("file" if form.cleaned_data["file"] else "pasted", f"{refusal}. Nothing was sent.")
        return _form(request, context, form, 422)
    try:
        review = _reviewed(connection, group, rows, form.cleaned_data["mode"])
    except UpstreamError as error:
        failure = failure_of(error)
        return _form(request, {**context, "failure": failure}, form, failure.status)
    return render(request, "governance/groups/review.html", {**context, "review": review})


def _plan(request: ConnectionRequest, connection: Connection, group: Group, context: dict[str, Any]) -> HttpResponse:
    mode = request.POST.get("mode", "")
    rows = _given(request.POST.get("given", ""))
    if mode not in ACTIONS or not rows:
        form = GroupListForm(request.POST)
        form.is_valid()
        return _form(request, context, form, 422)
    review = _reviewed(connection, group, rows, mode)
    problem = ""
    if review.outcome.faults and "aside" not in request.POST:
        problem = "Mend the rows below, or tick that they are set aside. Nothing was sent."
    elif not review.count:
        problem = "Nothing would change: the group is as the list wants it."
    if problem:
        return render(
            request, "governance/groups/review.html", {**context, "review": review, "problem": problem}, status=422
        )
    try:
        return start_job(request, connection, ACTIONS[mode], group.id, review.keys)
    except InvalidArguments as refusal:
        return render(
            request,
            "governance/groups/review.html",
            {**context, "review": review, "problem": refusal.message},
            status=422,
        )


def _reviewed(connection: Connection, group: Group, rows: Sequence[Row], mode: str) -> Review:
    # Decided by people as they are now, not as they were a minute ago.
    client = connection.client()
    people = answer_of(side_by_side(client, SECONDS, [lambda: everybody(client)])[0])
    given = "\n".join(f"{row.line}{TAB}{row.text}" for row in rows)
    return Review(group, mode, compare(rows, people, group.member_ids, mode), given)


def _given(text: str) -> list[Row]:
    found = []
    for line in text.splitlines():
        number, mark, cell = line.partition(TAB)
        if mark and number.isdecimal() and cell.strip():
            found.append(Row(int(number), cell.strip()))
    return found
