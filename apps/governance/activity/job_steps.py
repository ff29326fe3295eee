"""The two steps of reading a range: one window into a packed piece, and all pieces into a file or into counts."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from apps.governance.activity.entries import EntryFilter
from apps.governance.activity.jobs import SUMMARY, pieces_of, pieces_still_there, windows_of
from apps.governance.activity.tally import Tally
from apps.governance.activity.writing import NotWhole, Packed, joined, piece_content, write_file
from apps.jobs.kinds import Failed, ItemOutcome, StopRequested, Succeeded
from apps.jobs.models import Job
from apps.jobs.states import JobState
from apps.staging import service as staging
from apps.staging.models import StagedFile
from domoadmin.services.activity_walk import ActivityEntries
from domoadmin.services.results import Listing
from domoadmin.services.results.activity_log import ActivityEntry

if TYPE_CHECKING:
    from apps.jobs.work import ItemWork

PAGE = 1_000
LOOK_SECONDS = 1.0
# What the page of a count shows; the counts themselves are of all.
MOST_KEPT = 200


def read_window(work: ItemWork) -> ItemOutcome:
    """Read every entry of one window once and keep those that pass, packed."""
    work.restart_progress()
    entries = _Counted(work)
    params = work.params
    if params["format"] == SUMMARY:
        content = _counts(entries)
    else:
        content = piece_content(params["format"], params["exact"], entries)
    packed = Packed(content)
    try:
        file = staging.stage_pieces(packed, f"{work.item.key}.piece", work.job.actor)
    except staging.StagingRefused as problem:
        return Failed(str(problem), code="storage")
    return Succeeded({"file": str(file.pk), "entries": entries.kept, "read": entries.read, "length": packed.length})


def _counts(entries: Iterator[ActivityEntry]) -> Iterator[bytes]:
    tally = Tally()
    for entry in entries:
        tally.add(entry)
    yield json.dumps(tally.as_json()).encode()


class _Counted(Iterator[ActivityEntry]):
    """The entries of a window that pass the filter, counted; stops when the job is cancelled or the runner goes."""

    def __init__(self, work: ItemWork) -> None:
        self._work = work
        self._wanted = EntryFilter.of(work.params["filter"])
        self._log = work.client.activity_log
        self._looked = time.monotonic()
        self.read = self.kept = 0
        walk = ActivityEntries(self, self._wanted.object_types, PAGE)
        self._entries = walk.between(work.payload["first"], work.payload["last"])

    def list(
        self,
        start: int,
        end: int,
        offset: int | None = None,
        limit: int | None = None,
        object_type: str | Sequence[str] | None = None,
    ) -> Listing[ActivityEntry]:
        """Return a page, as the walk asks for it."""
        self._look()
        return self._log.list(start, end, offset, limit, object_type)

    def __next__(self) -> ActivityEntry:
        while True:
            entry = next(self._entries, None)
            if entry is None:
                self._work.progress(rows=self.read % PAGE)
                raise StopIteration
            self.read += 1
            if self.read % PAGE == 0:
                self._work.progress(rows=PAGE)
            if self._wanted.passes(entry):
                self.kept += 1
                return entry

    def _look(self) -> None:
        self._work.check()
        if time.monotonic() - self._looked < LOOK_SECONDS:
            return
        self._looked = time.monotonic()
        if Job.objects.filter(pk=self._work.job.pk, state=JobState.CANCELLING).exists():
            raise StopRequested


def put_together(work: ItemWork) -> ItemOutcome:
    """Make the file, or the counts, of what was read; fail where a window is missing."""
    job, params = work.job, work.params
    there = pieces_still_there(pieces_of(job))
    keys = [key for key, _, _ in windows_of(params)]
    missing = [key for key in keys if key not in there]
    if missing:
        count = f"{len(missing)} of {len(keys)} parts of the range"
        return Failed(f"{count} could not be read, so there is no result. Retry reads only these.", "incomplete")
    staged = StagedFile.objects.filter(pk__in=[there[key]["file"] for key in keys])
    files = {str(file.pk): file for file in staged}
    pieces = [(files[there[key]["file"]], int(there[key]["length"])) for key in keys]
    counted = {name: sum(int(there[key][name]) for key in keys) for name in ("entries", "read")}
    try:
        if params["format"] == SUMMARY:
            return Succeeded({**counted, "tally": _merged(pieces, work).as_json(MOST_KEPT)})
        file = write_file(params["format"], params["exact"], pieces, params["file_name"], job.actor, work.check)
    except (staging.StagingRefused, NotWhole) as problem:
        return Failed(str(problem), code="storage")
    staging.keep(file)
    return Succeeded({**counted, "file": str(file.pk), "size": file.size})


def _merged(pieces: Sequence[tuple[StagedFile, int]], work: ItemWork) -> Tally:
    whole = Tally()
    for piece in pieces:
        whole.merge(Tally.from_json(json.loads(b"".join(joined([piece], work.check)))))
    return whole
