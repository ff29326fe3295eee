"""What depends on a dataset: cards with their drill paths, Beast Modes, its stream, exports, jobs of ours.

For every dialog that takes something away from a dataset. It loads by itself from `data:dataset_dependencies`, reads
its parts side by side, and each part fails alone. Three ways of using it:

1. In a ChangeDialog, above its form::

       ChangeDialog(..., template=DEPENDENCIES_BODY, context=dependencies_context(connection, dataset_id))

2. In a template of your own (`url` from `dependencies_url`)::

       {% load ui %}{% panel "dependencies" "What depends on it" url 4 2 %}

3. In Python, for a decision or a preview: `find_dependencies(connection, user, dataset_id)`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse
from django.urls import reverse

from apps.accounts.models import User
from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.formats import format_number
from apps.core.fragments import render_page
from apps.core.panels import PanelContent, panel_view
from apps.data.datasets.beast_modes import FoundBeastModes, beast_modes_of, trouble_with
from apps.data.datasets.changes import page_of
from apps.data.datasets.side_by_side import side_by_side
from apps.jobs.access import visible_jobs
from apps.jobs.models import Job, JobItem
from apps.jobs.states import JOB_ACTIVE
from domoadmin.services.errors import NotFound, UpstreamError
from domoadmin.services.results import Card, Dataset
from domoadmin.services.results.s3_export import DatasetExport
from domoadmin.services.roles import Role

DEPENDENCIES_BODY = "data/datasets/change_with_dependencies.html"
SECONDS = 15.0
NAMED = 8


@dataclass(frozen=True)
class Dependency:
    """One thing that depends on the dataset: its name, what is to be said of it, its page here if it has one."""

    name: str
    detail: str = ""
    url: str = ""


@dataclass(frozen=True)
class DependencyPart:
    """All things of one sort. none: what to say when there is none; problem: why they could not be read."""

    key: str
    title: str
    icon: str
    none: str
    found: Sequence[Dependency] = ()
    problem: str = ""
    request_id: str = ""
    note: str = ""

    @property
    def count(self) -> int:
        """Return how many there are."""
        return len(self.found)

    @property
    def named(self) -> Sequence[Dependency]:
        """Return the first ones, which are named."""
        return self.found[:NAMED]

    @property
    def more(self) -> int:
        """Return how many are not named."""
        return max(0, self.count - NAMED)


@dataclass(frozen=True)
class Dependencies:
    """Everything that was found. known: False when a part could not be read, so that "nothing" is no promise."""

    parts: Sequence[DependencyPart] = field(default_factory=tuple)

    @property
    def count(self) -> int:
        """Return how many things depend on it, as far as could be read."""
        return sum(part.count for part in self.parts)

    @property
    def known(self) -> bool:
        """Say whether every part could be read."""
        return not any(part.problem for part in self.parts)

    @property
    def sentence(self) -> str:
        """Say it in a few words: "86 cards, 4 Beast Modes"."""
        words = [f"{format_number(part.count)} {part.title}" for part in self.parts if part.count]
        return ", ".join(words) or ("nothing found" if self.known else "not all could be read")


def dependencies_url(connection: Connection, dataset_id: str) -> str:
    """Return the address of the panel."""
    return reverse("data:dataset_dependencies", args=[connection.slug, dataset_id])


def dependencies_context(connection: Connection, dataset_id: str) -> dict[str, Any]:
    """Return the context that DEPENDENCIES_BODY needs."""
    return {"dependencies_url": dependencies_url(connection, dataset_id)}


def find_dependencies(connection: Connection, user: User, dataset_id: str) -> Dependencies:
    """Read what depends on a dataset; a part that can't be read says so, nothing is raised."""
    client = connection.client()
    calls: list[Callable[[], Any]] = [
        lambda: client.datasets.list_cards(dataset_id, drill=True),
        lambda: beast_modes_of(client, dataset_id),
        lambda: client.datasets.get_metadata(dataset_id),
        lambda: client.s3_export.status(dataset_id),
    ]
    cards, beast_modes, dataset, exports = side_by_side(client, SECONDS, calls)
    return Dependencies(
        (
            _cards(cards),
            _beast_modes(beast_modes, dataset_id),
            _stream(dataset),
            _exports(exports),
            _jobs(connection, user, dataset_id),
        )
    )


@connection_view(Role.VIEWER)
@panel_view("dependencies", "What depends on it", refresh=["dataset-changed"])
def dependencies(request: ConnectionRequest, connection: Connection, dataset_id: str) -> PanelContent:
    """Show what depends on a dataset."""
    found = find_dependencies(connection, request.user, dataset_id)
    return PanelContent("data/datasets/panels/dependencies.html", {"dependencies": found}, found.sentence)


@connection_view(Role.VIEWER)
def dependents(request: ConnectionRequest, connection: Connection, dataset_id: str) -> HttpResponse:
    """Show the same by itself: in a dialog, or as a page."""
    context = dependencies_context(connection, dataset_id) | {"parent": page_of(request, connection, dataset_id)}
    return render_page(request, "data/datasets/dependents.html", "data/datasets/dependents_dialog.html", context)


def _failed(part: DependencyPart, error: UpstreamError) -> DependencyPart:
    return DependencyPart(
        part.key, part.title, part.icon, part.none, problem=str(error), request_id=error.request_id or ""
    )


def _cards(outcome: list[Card] | UpstreamError) -> DependencyPart:
    part = DependencyPart("cards", "cards", "chart-bar", "No card uses it.")
    if isinstance(outcome, UpstreamError):
        return _failed(part, outcome)
    found = [
        Dependency(card.title or card.id, ", ".join(each.name or each.id for each in card.owners)) for card in outcome
    ]
    return DependencyPart(part.key, part.title, part.icon, part.none, found, note="Drill paths are counted.")


def _beast_modes(outcome: FoundBeastModes | UpstreamError, dataset_id: str) -> DependencyPart:
    part = DependencyPart("beast_modes", "Beast Modes", "code", "No Beast Mode is on it.")
    if isinstance(outcome, UpstreamError):
        return _failed(part, outcome)
    found = [Dependency(each.name or each.id, trouble_with(each, dataset_id)) for each in outcome.found]
    note = "" if outcome.complete else f"Only {format_number(outcome.looked_through)} Beast Modes were looked through."
    return DependencyPart(part.key, part.title, part.icon, part.none, found, note=note)


def _stream(outcome: Dataset | UpstreamError) -> DependencyPart:
    part = DependencyPart("stream", "stream", "player-play", "No stream fills it.")
    if isinstance(outcome, UpstreamError):
        return _failed(part, outcome)
    if outcome.stream_id in ("", "0"):
        return part
    scheduled = outcome.raw.get("scheduleActive")
    detail = "" if scheduled is None else "writes into it on a schedule" if scheduled else "not scheduled"
    return DependencyPart(
        part.key, part.title, part.icon, part.none, [Dependency(f"Stream {outcome.stream_id}", detail)]
    )


def _exports(outcome: list[DatasetExport] | UpstreamError) -> DependencyPart:
    part = DependencyPart("exports", "running exports", "cloud-upload", "No export of it runs.")
    if isinstance(outcome, NotFound):
        # A dataset that was never exported.
        return part
    if isinstance(outcome, UpstreamError):
        return _failed(part, outcome)
    running = [each for each in outcome if not each.succeeded and not each.failed and each.finished is None]
    return DependencyPart(
        part.key, part.title, part.icon, part.none, [Dependency(each.id, f"to {each.bucket}") for each in running]
    )


def active_jobs(connection: Connection, user: User, dataset_id: str) -> list[Job]:
    """Return the jobs on a dataset that are at work or waiting, of those that the person may see."""
    has_item = JobItem.objects.filter(job=OuterRef("pk"), key=dataset_id)
    jobs = visible_jobs(user).filter(connection_slug=connection.slug, state__in=JOB_ACTIVE)
    return list(jobs.filter(Q(params__dataset_id=dataset_id) | Exists(has_item)).order_by("-created_at"))


def _jobs(connection: Connection, user: User, dataset_id: str) -> DependencyPart:
    found = [
        Dependency(job.title, job.get_state_display(), job.get_absolute_url())
        for job in active_jobs(connection, user, dataset_id)
    ]
    return DependencyPart("jobs", "jobs at work", "list-check", "No job of DomoAdmin works on it.", found)
