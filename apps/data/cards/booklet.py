"""The kind of job that makes one PDF of many cards: each is rendered by Domo, then all are put together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.core.formats import format_number
from apps.data.cards.pictures import PDF
from apps.jobs import service as jobs
from apps.jobs.kinds import AuditTarget, ItemOutcome, JobKind, NewItem
from apps.jobs.models import Job, JobItem
from apps.jobs.states import ItemState, JobState, Source
from apps.staging import service as staging
from apps.staging.models import StagedFile
from domoadmin.services.operations import RetrySafety
from domoadmin.services.roles import Role

if TYPE_CHECKING:
    from apps.jobs.planning import Planning
    from apps.jobs.work import ItemWork

CARD, BOOKLET = range(2)
MOST_CARDS = 300
# How long the finished booklet can be downloaded.
KEEP_HOURS = 7 * 24.0
BOOKLET_KEY = "booklet"


class BookletKind(JobKind):
    """Render cards and put them into one PDF. Nothing is changed upstream."""

    name = "data.booklet"
    title = "Make a booklet of cards"
    area = "data"
    role = Role.STEWARD
    # Domo draws each picture anew, which costs it seconds.
    concurrency = 3
    item_noun = "steps"
    stages = {CARD: "Rendering cards", BOOKLET: "Putting the booklet together"}
    templates = {"summary": "data/cards/booklet_summary.html"}

    def plan(self, planning: Planning) -> None:
        """Plan a retry: what an earlier job rendered and is still there is not rendered again."""
        there = pictures_still_there(planning.params.get("pictures", {}))
        planning.preview({"pictures": there})
        planning.add_items(items_of(planning.params, there))

    def safety(self, item: JobItem) -> RetrySafety:
        """Rendering only reads."""
        return RetrySafety.READ

    def run_item(self, work: ItemWork) -> ItemOutcome:
        """Render one card, or put all of them together."""
        # Drawn in only where one is made: every process would pay for these libraries at its start.
        from apps.data.cards import booklet_steps

        return booklet_steps.render_card(work) if work.item.stage == CARD else booklet_steps.put_together(work)

    def target(self, job: Job) -> AuditTarget:
        """The cards as a whole."""
        return AuditTarget(self.name, "card", "", job.params["name"])

    def audited_params(self, job: Job) -> dict[str, Any]:
        """Name the cards, not how they are drawn."""
        return {"name": job.params["name"], "cards": [card["id"] for card in job.params["cards"]]}

    def describe(self, job: Job) -> dict[str, Any]:
        """Return the booklet and what is missing in it."""
        return describe(job)

    def retry_params(self, job: Job) -> dict[str, Any] | None:
        """Plan anew with the pictures that are there."""
        return {**job.params, "pictures": pictures_of(job)}

    def finished(self, job: Job) -> None:
        """Drop the pictures once they are in a whole booklet; keep them for a retry otherwise."""
        done = job.state == JobState.SUCCEEDED
        for file in StagedFile.objects.filter(pk__in=pictures_of(job).values()):
            if done:
                staging.remove(file)
            else:
                staging.keep(file)

    def keep_files(self, job: Job) -> None:
        """Keep the pictures of a job that waits or is paused."""
        for file in StagedFile.objects.filter(pk__in=pictures_of(job).values()):
            staging.keep_while_used(file)


def items_of(params: Mapping[str, Any], there: Mapping[str, str]) -> Iterator[NewItem]:
    """Yield a step for each card that is not rendered yet, and the one that puts them together."""
    for card in params["cards"]:
        if card["id"] not in there:
            yield NewItem(f"card-{card['id']}", card["title"], payload={"card": card["id"]}, stage=CARD)
    yield NewItem(BOOKLET_KEY, "Put the booklet together", stage=BOOKLET)


def create_booklet_job(
    connection: Connection,
    actor: User,
    *,
    name: str,
    cards: Sequence[Mapping[str, str]],
    part: str = PDF,
    paper: str = "a4",
    locale: str = "",
    source: str = Source.PAGE,
) -> Job:
    """Make the job, planned already. cards: id, title and description of each, in their order. Raises NotAllowed."""
    params = {"name": name, "cards": [dict(card) for card in cards], "part": part, "paper": paper, "locale": locale}
    return jobs.create_job(
        BookletKind.name,
        title=f"Booklet “{name}” of {format_number(len(cards))} {'card' if len(cards) == 1 else 'cards'}",
        connection=connection,
        params=params,
        actor=actor,
        source=source,
        items=items_of(params, {}),
    )


def booklet_file(job: Job) -> StagedFile | None:
    """Return the finished booklet; None where there is none (any more)."""
    item = job.items.filter(stage=BOOKLET, state=ItemState.SUCCEEDED).first()
    return StagedFile.objects.filter(pk=item.result["file"]).first() if item is not None else None


def describe(job: Job) -> dict[str, Any]:
    """Return what the job's page says of a booklet."""
    made = job.items.filter(stage=BOOKLET, state=ItemState.SUCCEEDED).first()
    file = booklet_file(job)
    missing = job.items.filter(stage=CARD, state=ItemState.FAILED).order_by("position")
    return {
        "name": job.params["name"],
        "cards": len(job.params["cards"]),
        "rendered": len(pictures_of(job)),
        "pages": made.result.get("pages") if made else None,
        "in_booklet": made.result.get("cards") if made else None,
        "bytes": file.size if file else None,
        "kept_until": file.expires_at.isoformat() if file else None,
        "is_gone": made is not None and file is None,
        "download_url": reverse("data:booklet_download", args=[job.connection_slug, job.pk]) if file else None,
        "missing": [{"title": item.label, "why": item.error_text} for item in missing[:MOST_CARDS]],
    }


def problems_of(job: Job) -> dict[str, str]:
    """Return why each card that failed could not be rendered, by the card's id."""
    failed = job.items.filter(stage=CARD, state=ItemState.FAILED).values_list("payload", "error_text")
    return {payload["card"]: text for payload, text in failed}


def pictures_of(job: Job) -> dict[str, str]:
    """Return the staged picture of each card that was rendered, by the card's id."""
    rendered = job.items.filter(stage=CARD, state=ItemState.SUCCEEDED).values_list("payload", "result")
    return {**job.preview.get("pictures", {}), **{payload["card"]: result["file"] for payload, result in rendered}}


def pictures_still_there(pictures: Mapping[str, str]) -> dict[str, str]:
    kept = StagedFile.objects.filter(pk__in=pictures.values(), expires_at__gt=timezone.now())
    there = {str(pk) for pk in kept.values_list("pk", flat=True)}
    return {card: file for card, file in pictures.items() if file in there}
