"""What the page of a plan shows of each item, so that its template decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.accounts.models import User
from apps.core.object_pages import object_url
from apps.governance.users.copying import CopyAccess, UndoCopy
from apps.governance.users.csv_checks import CREATE, FAULTY, SAME, UPDATE
from apps.governance.users.import_undo import DELETE, UndoImport
from apps.governance.users.importing import ImportPeople
from apps.jobs import progress
from apps.jobs.models import Job, JobItem
from apps.jobs.states import ItemState, JobState

PER_PAGE = 50
# The code of an item that a person took out of the plan; planning again brings it back.
LEFT_OUT = "left_out"
_TO_DO = Q(state=ItemState.PENDING)
_LEFT = Q(state=ItemState.SKIPPED) & ~Q(error_code=LEFT_OUT)
# (name in the address, words, css of its dot, which items), in order, by kind.
Tab = tuple[str, str, str, Q]
TABS: Mapping[str, Sequence[Tab]] = {
    ImportPeople.name: (
        (FAULTY, "Faulty", "is-bad", Q(error_code=FAULTY)),
        (CREATE, "New", "is-ok", _TO_DO & Q(payload__action=CREATE)),
        (UPDATE, "Changed", "is-run", _TO_DO & Q(payload__action=UPDATE)),
        (SAME, "No change", "is-off", Q(error_code=SAME)),
    ),
    CopyAccess.name: (
        ("send", "To copy", "is-ok", _TO_DO),
        ("same", "There already", "is-off", Q(error_code="same")),
        ("cannot", "Can’t be copied", "is-warn", Q(error_code="cannot")),
    ),
    UndoCopy.name: (("send", "To take back", "is-ok", _TO_DO), ("left", "Left alone", "is-off", _LEFT)),
    UndoImport.name: (("send", "To take back", "is-ok", _TO_DO), ("left", "Left alone", "is-off", _LEFT)),
}
_LEFT_OUT_TAB: Tab = (LEFT_OUT, "Left out by hand", "is-off", Q(error_code=LEFT_OUT))
_KIND_WORDS = {"group": "Group", "dataset": "Dataset", "page": "Page"}


@dataclass(frozen=True)
class PlanTab:
    """A sort of items, with how many there are."""

    name: str
    word: str
    css: str
    count: int
    current: bool


@dataclass(frozen=True)
class PlanLine:
    """One item. changes: (field, before, after); faults: (field, what is wrong); note: why nothing is sent."""

    line: int | None
    sort: str
    name: str
    detail: str
    url: str
    changes: Sequence[tuple[str, str, str]]
    faults: Sequence[tuple[str, str]]
    note: str
    pk: int
    is_to_do: bool


class PlanLines:
    """The tabs of a plan, and the page of the one that is shown."""

    def __init__(self, job: Job, asked: str, page: str) -> None:
        self.job = job
        self._tabs = list(TABS[job.kind])
        if job.items.filter(error_code=LEFT_OUT).exists():
            self._tabs.append(_LEFT_OUT_TAB)
        counts = {name: job.items.filter(which).count() for name, _, _, which in self._tabs}
        names = [name for name, *_ in self._tabs]
        # What needs a decision is shown first, else the first sort that has any.
        self.shown = asked if asked in names else next((name for name in names if counts[name]), names[0])
        self.tabs = [PlanTab(name, word, css, counts[name], name == self.shown) for name, word, css, _ in self._tabs]
        # Of an import: what the button says, where rows may have been left out by hand.
        self.to_make, self.to_change = counts.get(CREATE, 0), counts.get(UPDATE, 0)
        which = next(which for name, _, _, which in self._tabs if name == self.shown)
        items = job.items.filter(which).order_by("stage", "position")
        self.page: Page[JobItem] = Paginator(items, PER_PAGE).get_page(page)
        self.lines = [_line(item, job.connection_slug) for item in self.page.object_list]


def leave_out(job: Job, item_pk: int, actor: User) -> bool:
    """Take one item out of a planned draft; False when it is none any more, or nothing of it is left to do."""
    with transaction.atomic():
        held = Job.objects.select_for_update().filter(pk=job.pk, state=JobState.DRAFT, planned_at__isnull=False).first()
        if held is None:
            return False
        reason = f"Left out by {actor.display_name}."
        taken = held.items.filter(pk=item_pk, state=ItemState.PENDING).update(
            state=ItemState.SKIPPED, error_code=LEFT_OUT, error_text=reason, finished_at=timezone.now()
        )
        figures = progress.figures_of(held)
        held.total, held.counts, held.bytes_total = figures.total, figures.counts, figures.bytes_total
        held.save(update_fields=["total", "counts", "bytes_total"])
    job.refresh_from_db()
    return bool(taken)


def _line(item: JobItem, slug: str) -> PlanLine:
    payload = item.payload
    kind, identifier = payload.get("kind", "user"), str(payload.get("id", ""))
    return PlanLine(
        line=payload.get("line"),
        sort=_KIND_WORDS.get(kind, ""),
        name=str(payload.get("name", "")) or "No name",
        detail=_detail(payload),
        url=object_url(slug, kind, identifier),
        changes=_changes(item),
        faults=[(column, text) for column, text in payload.get("faults", ())],
        note="" if "faults" in payload else item.error_text,
        pk=item.pk,
        is_to_do=item.state == ItemState.PENDING,
    )


def _detail(payload: Mapping[str, Any]) -> str:
    """Return what tells a person or thing from others of its name; nothing that the name says already."""
    told = str(payload.get("email") or payload.get("id") or "")
    return "" if told == payload.get("name") else told


def _changes(item: JobItem) -> list[tuple[str, str, str]]:
    if item.state != ItemState.PENDING:
        return []
    before: dict[str, Any] = item.before or {}
    after: dict[str, Any] = item.after or {}
    if item.payload.get("action") == DELETE:
        return [("person", "there", "deleted")]
    if item.payload.get("action") == CREATE:
        return [("name", "", after["name"]), ("e-mail", "", after["email"]), ("role", "", _role(after))]
    if "role" in after:
        return [("role", _role(before), _role(after))]
    if "member" in after:
        return [("member", "yes" if before["member"] else "no", "yes" if after["member"] else "no")]
    return [("access", before.get("level") or "none", after.get("level") or "none")]


def _role(state: Mapping[str, Any]) -> str:
    role = state.get("role") or {}
    return str(role.get("name") or role.get("id") or "none told")
