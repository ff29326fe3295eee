"""The check of an import: every line is read, and compared with the documents that are there, before any is sent."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from apps.data.appdb.collections import collection_or_none, columns_of
from apps.data.appdb.jsonl import Line, read_lines
from apps.data.appdb.question import Question
from apps.data.appdb.reading import find_documents
from apps.data.appdb.schemas import columns_from, mismatches
from apps.jobs.kinds import NewItem
from apps.staging import service as staging
from apps.staging.models import StagedFile
from domoadmin.services.errors import NotFound
from domoadmin.services.results.appdb import Document

if TYPE_CHECKING:
    from apps.jobs.planning import Planning

ADD, UPDATE = "add", "update"
MOST_LINES = 100_000
SHOWN = 50
SHOWN_DOCUMENTS = 20
PROBLEM = "invalid"


@dataclass
class Upstream:
    """The documents that are there, by id, and their ids by content."""

    documents: dict[str, Document]
    by_content: dict[str, list[str]]
    complete: bool


@dataclass
class Tally:
    """What the check has found."""

    lines: int = 0
    add: int = 0
    update: int = 0
    same: int = 0
    again: int = 0
    problems: int = 0
    shown_problems: list[dict[str, Any]] = field(default_factory=list)
    warnings: Counter[str] = field(default_factory=Counter)
    shown: list[dict[str, Any]] = field(default_factory=list)

    def problem(self, line: Line, reason: str) -> None:
        """Count a problem, and keep the first of them."""
        self.problems += 1
        if len(self.shown_problems) < SHOWN:
            self.shown_problems.append({"line": line.number, "reason": reason})

    def as_preview(self) -> dict[str, Any]:
        """Return plain values for the page."""
        return {
            "lines": self.lines,
            "add": self.add,
            "update": self.update,
            "same": self.same,
            "again": self.again,
            "problems": self.problems,
            "shown_problems": self.shown_problems,
            "warnings": self.warnings.most_common(SHOWN),
            "shown": self.shown,
        }


def plan(planning: Planning) -> None:
    """Add an item for each line; those with a problem are born skipped, with the reason."""
    file = StagedFile.objects.filter(pk=planning.params["staged_file"]).first()
    if file is None:
        planning.refuse("The staged file is gone: choose it again.")
        return
    planning.progress(phase="Reading the documents that are there", done=0, total=0, unit="lines")
    there = _upstream(planning)
    twins = _contents_of(planning, file)
    tally = Tally()
    planning.add_items(_items(planning, file, there, twins, tally))
    preview = {**tally.as_preview(), "complete": there.complete, "there": len(there.documents)}
    if not tally.lines:
        planning.refuse("The file has no line with a document in it. Nothing was sent.", **preview)
    if tally.problems == tally.lines:
        planning.refuse("No line of the file can be taken. Nothing was sent.", **preview)
    planning.preview(preview)


def _upstream(planning: Planning) -> Upstream:
    found = find_documents(planning.client, planning.params["collection_id"], Question())
    by_content: dict[str, list[str]] = {}
    for each in found.documents:
        by_content.setdefault(mark_of(each.content), []).append(each.id)
    return Upstream({each.id: each for each in found.documents}, by_content, found.complete)


def _lines(file: StagedFile) -> Iterator[Line]:
    return read_lines(staging.StagedSource(file).open())


def _contents_of(planning: Planning, file: StagedFile) -> Counter[str]:
    """Count how often each content stands in the file: what stands there twice can't be found again by looking."""
    planning.progress(phase="Reading the file", done=0, total=0)
    counts: Counter[str] = Counter()
    for count, line in enumerate(_lines(file), 1):
        if count > MOST_LINES:
            planning.refuse(f"The file has more than {MOST_LINES:,} lines. Split it, and import the parts.")
        if not line.problem:
            counts[mark_of(line.content)] += 1
        if count % 500 == 0:
            planning.progress(done=count)
    return counts


def _items(
    planning: Planning, file: StagedFile, there: Upstream, twins: Counter[str], tally: Tally
) -> Iterator[NewItem]:
    collection = collection_or_none(planning.client, planning.params["collection_id"])
    columns = columns_from(columns_of(collection)) if collection is not None else []
    ids: set[str] = set()
    planning.progress(phase="Checking the lines", done=0, total=0)
    for line in _lines(file):
        tally.lines += 1
        if tally.lines % 500 == 0:
            planning.progress(done=tally.lines)
        item = _item(planning, line, there, twins, tally, ids)
        if not item.skip:
            tally.warnings.update(mismatches(line.content, columns))
            if len(tally.shown) < SHOWN_DOCUMENTS:
                tally.shown.append({"line": line.number, "id": item.payload.get("id", ""), "content": line.content})
        yield item


def _item(planning: Planning, line: Line, there: Upstream, twins: Counter[str], tally: Tally, ids: set[str]) -> NewItem:
    key, label = f"line-{line.number}", f"Line {line.number:,}"
    if line.problem:
        tally.problem(line, line.problem)
        return NewItem(key, label, skip=line.problem, skip_code=PROBLEM)
    updates = planning.params["mode"] == UPDATE and bool(line.id)
    if updates and line.id in ids:
        reason = f"The id {line.id} stands in an earlier line too: only one of them can be what is wanted."
        tally.problem(line, reason)
        return NewItem(key, label, skip=reason, skip_code=PROBLEM)
    ids.add(line.id)
    if updates:
        return _update_item(planning, line, there, tally, key, label)
    tally.add += 1
    mark = mark_of(line.content)
    equal = there.by_content.get(mark, [])
    tally.again += bool(equal)
    payload = {"equal": equal, "complete": there.complete, "twins": twins[mark] if twins[mark] > 1 else 0}
    return NewItem(key, label, payload, after={"content": line.content})


def _update_item(planning: Planning, line: Line, there: Upstream, tally: Tally, key: str, label: str) -> NewItem:
    document = there.documents.get(line.id)
    if document is None and not there.complete:
        document = _document_or_none(planning, line.id)
    if document is None:
        reason = (
            f"There is no document {line.id}, and AppDB gives ids itself. “Add each line” adds it under another one."
        )
        tally.problem(line, reason)
        return NewItem(key, label, skip=reason, skip_code=PROBLEM)
    label = f"{label}, document {line.id}"
    if document.content == line.content:
        tally.same += 1
        return NewItem(key, label, {"id": line.id}, skip="The document has this content already.")
    tally.update += 1
    before = {"content": document.content}
    return NewItem(key, label, {"id": line.id}, before=before, after={"content": line.content})


def _document_or_none(planning: Planning, document_id: str) -> Document | None:
    try:
        document = planning.client.appdb.get_document(planning.params["collection_id"], document_id)
    except NotFound:
        return None
    return document if document.raw else None


def mark_of(content: Any) -> str:
    """Return a short text that equal contents share: the order of members says nothing, nor does 1.0 for 1."""
    return hashlib.sha256(json.dumps(_plain(content), sort_keys=True).encode()).hexdigest()[:32]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
