"""Verifying the chain: every record again, from the first to the signed head."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction

from apps.audit import chain
from apps.audit.canonical import CONTENT
from apps.audit.models import AuditHead, AuditRecord


@dataclass(frozen=True)
class Broken:
    """The first record that is not as it was written. id is None where it is gone; sequence None where unsealed."""

    id: int | None
    sequence: int | None
    problem: str


@dataclass(frozen=True)
class Verification:
    """What came of verifying: how many records, where the head stands, and the first that is broken."""

    records: int
    head_sequence: int | None
    head_hash: str
    broken: Broken | None

    @property
    def ok(self) -> bool:
        """Say whether nothing was tampered with."""
        return self.broken is None

    def facts(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {
            "ok": self.ok,
            "records": self.records,
            "head": None if self.head_sequence is None else {"sequence": self.head_sequence, "hash": self.head_hash},
            "broken": asdict(self.broken) if self.broken else None,
        }


class _Walk:
    """Goes along the chain; keeps how far all was well."""

    def __init__(self) -> None:
        self.sequence = 0
        self.hash = chain.GENESIS

    def to(self, end: int) -> Broken | None:
        """Go on to the record with this number; return the first broken one."""
        for row in self._rows(end):
            broken = self._judge(row)
            if broken is not None:
                return broken
            self.sequence, self.hash = row["sequence"], row["hash"]
        if self.sequence < end:
            gone = f"records {self.sequence + 1} to {end} are" if end - self.sequence > 1 else f"record {end} is"
            return Broken(None, self.sequence + 1, f"{gone} missing at the end of the chain")
        return None

    def _judge(self, row: dict[str, Any]) -> Broken | None:
        pk, sequence = row["pk"], row["sequence"]
        if "unreadable" in row:
            return Broken(pk, sequence, f"its content can't be read: {row['unreadable']}")
        if sequence != self.sequence + 1:
            return Broken(None, self.sequence + 1, f"it is missing; the next one has the number {sequence}")
        if row["previous_hash"] != self.hash:
            return Broken(pk, sequence, "it does not follow the record before it: one of the two was moved")
        if row["hash"] != chain.hash_of(row, pk, sequence, self.hash):
            return Broken(pk, sequence, "it is not what was sealed here: it was changed or moved")
        return None

    def _rows(self, end: int) -> Iterator[dict[str, Any]]:
        columns = ("pk", "sequence", "previous_hash", "hash", *CONTENT)
        while self.sequence < end:
            rows = AuditRecord.objects.filter(sequence__gt=self.sequence, sequence__lte=end).order_by("sequence")
            try:
                found = list(rows.values(*columns)[: chain.BATCH])
            except (ValueError, TypeError, AttributeError):
                # Something was written past us that isn't even of its column's kind: find out which it is.
                found = [_one(pk, sequence, columns) for pk, sequence in rows.values_list("pk", "sequence")]
            if not found:
                return
            yield from found


def _one(pk: int, sequence: int | None, columns: tuple[str, ...]) -> dict[str, Any]:
    try:
        row: dict[str, Any] = AuditRecord.objects.filter(pk=pk).values(*columns)[0]
        return row
    except (ValueError, TypeError, AttributeError) as problem:
        return {"pk": pk, "sequence": sequence, "unreadable": str(problem)}


def verify() -> Verification:
    """Seal what is not sealed yet, then go through the whole chain. Writers need not stop meanwhile."""
    try:
        chain.seal()
    except chain.ChainBroken as problem:
        # The walk below finds out more, as long as there is a head to walk to.
        if not AuditHead.objects.exists():
            return _ended(None, Broken(None, None, _lower(str(problem))))
    except (ValueError, TypeError, AttributeError) as problem:
        return _ended(AuditHead.objects.get(pk=1), Broken(None, None, f"an unsealed record can't be read: {problem}"))
    walk = _Walk()
    broken = walk.to(AuditHead.objects.get(pk=1).sequence)
    if broken is not None:
        return _ended(AuditHead.objects.get(pk=1), broken)
    # What was sealed meanwhile, under the lock, so that the end stands still.
    with transaction.atomic():
        head = AuditHead.objects.select_for_update().get(pk=1)
        return _ended(head, walk.to(head.sequence) or _at_the_end(head, walk))


def _at_the_end(head: AuditHead, walk: _Walk) -> Broken | None:
    if not chain.is_signed(head):
        return Broken(None, None, "the head of the chain is not signed by this installation's secret key")
    if head.hash != walk.hash:
        last = AuditRecord.objects.filter(sequence=head.sequence).values_list("pk", flat=True).first()
        return Broken(last, head.sequence, "it is not the record with which the signed chain ends")
    beyond = (
        AuditRecord.objects.filter(sequence__gt=head.sequence).order_by("sequence").values("pk", "sequence").first()
    )
    if beyond is not None:
        return Broken(beyond["pk"], beyond["sequence"], "it was added behind the end of the signed chain")
    early = AuditRecord.objects.filter(sequence__lt=1).values("pk", "sequence").first()
    if early is not None:
        return Broken(early["pk"], early["sequence"], "it was added before the beginning of the chain")
    for row in AuditRecord.objects.filter(sequence__isnull=True).order_by("pk").values("pk", "mark", *CONTENT):
        if not chain.is_marked(row, row["mark"]):
            return Broken(row["pk"], None, "it was not written by DomoAdmin, or was changed before it was sealed")
    return None


def _ended(head: AuditHead | None, broken: Broken | None) -> Verification:
    return Verification(
        records=AuditRecord.objects.count(),
        head_sequence=head.sequence if head else None,
        head_hash=head.hash if head else "",
        broken=broken,
    )


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".")
