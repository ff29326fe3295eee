"""The chain that shows tampering: each record holds its own hash and that of the record before it.

A record is written in the transaction of what it tells of, unsealed, with a mark (HMAC by the secret key) of its
content. Sealing gives it its place: under a lock on the head, records get numbers without a gap and are chained in
batches; the head beside the chain, signed by the secret key, says where it ends. So writers never wait for each other
(bench/audit.py compares), and whoever can write to the database but does not have the key can't change, add, move
or remove a sealed record unseen, at the end neither. Between writing and sealing (at once for a person's change, some
seconds for the items of a running job) a change or an addition shows by the mark; only a removal in that time would
not. Nor would the whole database put back to an earlier state: keep the head that `manage.py audit verify` prints.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from apps.audit.canonical import CONTENT, canonical

if TYPE_CHECKING:
    from apps.audit.models import AuditHead

logger = logging.getLogger(__name__)

# So many are read at once.
BATCH = 1_000
# So few are sealed at once that those who write meanwhile hardly wait.
SEALED_AT_ONCE = 100
# While a job's items are written, a process seals no more often than this.
SEAL_SECONDS = 5.0
# What the first record names as the one before it.
GENESIS = "0" * 64
_MARK = "apps.audit.mark"
_HEAD = "apps.audit.head"
_sealed_at = {"last": 0.0}


class ChainBroken(Exception):
    """The end of the chain is not as we left it, so nothing can be sealed; the message says why."""


def mark_of(values: Mapping[str, Any]) -> str:
    """Return the mark of a record's content: shows until it is sealed that we wrote it, and nobody changed it."""
    return _signature(_MARK, canonical(values), settings.SECRET_KEY)


def hash_of(values: Mapping[str, Any], pk: int, sequence: int, previous: str) -> str:
    """Return the hash of a record in its place of the chain."""
    text = f"{previous}\n{sequence}\n{pk}\n{canonical(values)}"
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def head_signature(sequence: int, last_hash: str) -> str:
    """Return the signature of a head."""
    return _signature(_HEAD, _head_text(sequence, last_hash), settings.SECRET_KEY)


def is_marked(values: Mapping[str, Any], mark: str) -> bool:
    """Say whether the mark is ours and fits the content; older secret keys count too."""
    return _is_signed(_MARK, canonical(values), mark)


def is_signed(head: AuditHead) -> bool:
    """Say whether the head is as we signed it; older secret keys count too."""
    return _is_signed(_HEAD, _head_text(head.sequence, head.hash), head.signature)


def seal() -> int:
    """Chain every record that is not sealed and return how many were. Safe to call from anywhere, any time.

    Those whose mark is wrong stay out, for verify() to tell. Raises ChainBroken.
    """
    _sealed_at["last"] = time.monotonic()
    sealed, last_seen = 0, 0
    while True:
        count, last_seen, more = _seal_batch(last_seen)
        sealed += count
        if not more:
            return sealed


def seal_quietly() -> None:
    """Seal; what fails is logged, never raised: the record itself is stored, and the next seal comes."""
    try:
        seal()
    except (ChainBroken, DatabaseError) as problem:
        logger.error("Audit records were not sealed: %s", problem)


def seal_now_and_then() -> None:
    """Seal quietly, unless this process did a moment ago."""
    if time.monotonic() - _sealed_at["last"] >= SEAL_SECONDS:
        seal_quietly()


def start_chain() -> None:
    """Make the head of a trail that has no record yet; does nothing to any other."""
    from apps.audit.models import AuditHead, AuditRecord

    if not AuditRecord.objects.exists():
        first = {"sequence": 0, "hash": GENESIS, "signature": head_signature(0, GENESIS)}
        AuditHead.objects.get_or_create(pk=1, defaults=first)


def _seal_batch(after: int) -> tuple[int, int, bool]:
    """Seal the next batch; return how many were sealed, the last id looked at, and whether more may follow."""
    from apps.audit.models import AuditHead, AuditRecord

    unsealed = AuditRecord.objects.filter(sequence__isnull=True, pk__gt=after).order_by("pk")
    rows = list(unsealed.values("pk", "mark", *CONTENT)[:SEALED_AT_ONCE])
    ours = [row for row in rows if _is_ours(row)]
    with transaction.atomic():
        head = AuditHead.objects.select_for_update().filter(pk=1).first()
        if head is None:
            raise ChainBroken("The head of the chain is missing.")
        if not is_signed(head):
            raise ChainBroken("The head of the chain is not signed by this installation's secret key.")
        if AuditRecord.objects.filter(sequence__gt=head.sequence).exists():
            raise ChainBroken("A record was added behind the end of the chain.")
        if not rows:
            return 0, after, False
        # Another process may have sealed some since they were read.
        left = set(unsealed.filter(pk__lte=rows[-1]["pk"]).values_list("pk", flat=True))
        places = []
        sequence, previous = head.sequence, head.hash
        for row in ours:
            if row["pk"] not in left:
                continue
            sequence += 1
            own = hash_of(row, row["pk"], sequence, previous)
            places.append((sequence, previous, own, row["pk"]))
            previous = own
        store_places(places)
        if places:
            AuditHead.objects.filter(pk=1).update(
                sequence=sequence,
                hash=previous,
                signature=head_signature(sequence, previous),
                sealed_at=timezone.now(),
            )
    return len(places), rows[-1]["pk"], len(rows) == SEALED_AT_ONCE


def _is_ours(row: Mapping[str, Any]) -> bool:
    if is_marked(row, row["mark"]):
        return True
    logger.error("Audit record %s was not written by DomoAdmin, or was changed.", row["pk"])
    return False


def store_places(places: Sequence[tuple[int, str, str, int]]) -> None:
    """Write (sequence, previous hash, hash, id) of records: the only change that a record ever sees.

    The mark goes with it: a sealed record can't be made an unsealed one again.
    """
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE audit_auditrecord SET sequence = %s, previous_hash = %s, hash = %s, mark = '' WHERE id = %s",
            places,
        )


def _head_text(sequence: int, last_hash: str) -> str:
    return f"{sequence}:{last_hash}"


def _signature(salt: str, text: str, key: str) -> str:
    return salted_hmac(salt, text, secret=key, algorithm="sha256").hexdigest()


def _is_signed(salt: str, text: str, signature: str) -> bool:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any(constant_time_compare(_signature(salt, text, key), signature) for key in keys)
