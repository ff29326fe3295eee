"""The two steps of a booklet: rendering a card, and putting all of them together."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils import timezone

from apps.core.formats import format_number
from apps.data.cards.booklet import KEEP_HOURS, pictures_of, pictures_still_there, problems_of
from apps.data.cards.booklet_document import Booklet, Cover, Entry, Unreadable, check_readable
from apps.data.cards.pictures import PICTURE, Picture, render
from apps.jobs.kinds import Failed, ItemOutcome, Succeeded
from apps.jobs.models import Job
from apps.staging import service as staging
from apps.staging.models import StagedFile
from domoadmin.services.client import Client

if TYPE_CHECKING:
    from apps.jobs.work import ItemWork


def render_card(work: ItemWork) -> ItemOutcome:
    """Let Domo render one card and keep its picture."""
    card_id, params = str(work.payload["card"]), work.params
    try:
        picture = _readable_picture(work.client, card_id, params["part"], params["locale"])
    except Unreadable as problem:
        return Failed(f"Domo rendered the card, but {problem}.", "unreadable")
    work.check()
    file = staging.stage_pieces([picture.content], f"card-{card_id}.{picture.kind}", work.job.actor)
    result = {"file": str(file.pk), "kind": picture.kind, "bytes": file.size}
    return Succeeded(result=result, request_id=picture.request_id)


def _readable_picture(client: Client, card_id: str, part: str, locale: str) -> Picture:
    """Return the card as it was asked for; where its PDF is broken, as a picture. Raises Unreadable."""
    picture = render(client, card_id, part, locale)
    try:
        check_readable(picture.content, picture.kind)
    except Unreadable:
        if part == PICTURE:
            raise
        return _readable_picture(client, card_id, PICTURE, locale)
    return picture


def put_together(work: ItemWork) -> ItemOutcome:
    """Make the PDF of all that was rendered, and name the cards that were not."""
    job, params = work.job, work.params
    pictures = pictures_still_there(pictures_of(job))
    if not pictures:
        return Failed("No card could be rendered, so there is no booklet.", "empty")
    problems = problems_of(job)
    entries = [_entry(card, pictures.get(card["id"]), problems.get(card["id"], "")) for card in params["cards"]]
    booklet = Booklet(Cover(params["name"], _cover_lines(job, len(pictures))), entries, params["paper"])
    with tempfile.TemporaryDirectory(prefix="booklet-") as directory:
        path = Path(directory) / "booklet.pdf"
        booklet.write(path, work.check)
        with path.open("rb") as opened:
            file = staging.stage_stream(opened, f"{params['name'][:200]}.pdf", path.stat().st_size, job.actor)
    staging.keep(file, KEEP_HOURS)
    return Succeeded(result={"file": str(file.pk), "pages": booklet.page_count, "cards": len(pictures)})


def _entry(card: Mapping[str, str], file_id: str | None, problem: str) -> Entry:
    if file_id is None:
        return Entry(card["title"], "", None, problem or "it could not be rendered")

    def load() -> bytes:
        file = StagedFile.objects.get(pk=file_id)
        return b"".join(staging.StagedSource(file).open())

    return Entry(card["title"], card.get("description", ""), load)


def _cover_lines(job: Job, rendered: int) -> list[str]:
    total = len(job.params["cards"])
    count = f"{format_number(rendered)} of {format_number(total)} cards" if rendered < total else f"{total:,} cards"
    connection = job.connection.name if job.connection else job.connection_slug
    made = timezone.localtime(timezone.now(), ZoneInfo(job.actor.time_zone) if job.actor else None)
    return [
        "1 card" if total == rendered == 1 else count,
        f"{connection}, rendered by Domo",
        f"{made.day} {made:%B %Y, %H:%M %Z}",
        f"Made by {job.actor_name} with DomoAdmin",
    ]
