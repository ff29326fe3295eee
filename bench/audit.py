"""What a record of the audit trail costs a writer, beside a plain insert and beside a lock for each record.

    .venv/bin/python bench/audit.py [--records 2000] [--writers 4]

Writes records side by side, each in a transaction of its own, on the database of DATABASE_URL (without one, SQLite in
a scratch directory; with one, a database of its own that is dropped again), three ways: a bare insert; as DomoAdmin
does, marked, and sealed in batches; and, as it could do instead, chained at once under a lock that each writer holds
until its commit. Prints microseconds for each record, how fast the sealing and the verifying are, and exits 1 when a
marked record costs more than twice a bare one.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
MARK = 2.0


def main() -> int:
    """Make a database, measure, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--records", type=int, default=2_000)
    parser.add_argument("--writers", type=int, default=4)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        os.environ["DOMOADMIN_DATA_DIR"] = directory
        os.environ["DJANGO_SETTINGS_MODULE"] = "domoadmin.settings"
        import django
        from django.test.utils import get_runner, setup_test_environment

        django.setup()
        from django.conf import settings

        setup_test_environment()
        runner = get_runner(settings)(verbosity=0, interactive=False)
        databases = runner.setup_databases(serialized_aliases=[])
        try:
            return measure(options.records, options.writers)
        finally:
            runner.teardown_databases(databases)


def measure(records: int, writers: int) -> int:
    """Print the figures; 1 when the mark is missed."""
    from django.db import connection, transaction

    from apps.audit import chain, recording
    from apps.audit.canonical import CONTENT
    from apps.audit.models import AuditHead, AuditRecord
    from apps.audit.recording import Act
    from apps.audit.verifying import verify

    before, after = {"certification": None, "owner": "Nora Berg"}, {"certification": "Gold", "owner": "Nora Berg"}
    act = Act(
        "datasets.certify", actor_name="Ada Winther", connection="halden", target_kind="dataset", target_id="4f1c"
    )

    def bare() -> None:
        with transaction.atomic():
            AuditRecord(operation=act.operation, actor_name=act.actor_name, before=before, after=after).save()

    def marked() -> None:
        with transaction.atomic():
            recording.write(act, "succeeded", before=before, after=after, many=True)

    def locked() -> None:
        with transaction.atomic():
            head = AuditHead.objects.select_for_update().get(pk=1)
            record = AuditRecord(operation=act.operation, actor_name=act.actor_name, before=before, after=after)
            record.sequence, record.previous_hash = head.sequence + 1, head.hash
            record.save()
            values = {name: getattr(record, name) for name in CONTENT}
            own = chain.hash_of(values, record.pk, head.sequence + 1, head.hash)
            chain.store_places([(head.sequence + 1, head.hash, own, record.pk)])
            signature = chain.head_signature(head.sequence + 1, own)
            AuditHead.objects.filter(pk=1).update(sequence=head.sequence + 1, hash=own, signature=signature)

    print(f"{connection.vendor}, {records} records, {writers} writers")
    taken = {}
    # Only the chain of DomoAdmin's own way is sealed here, after the watch has stopped.
    chain.SEAL_SECONDS = float("inf")
    for name, write in (
        ("bare insert", bare),
        ("marked, sealed in batches", marked),
        ("locked, chained at once", locked),
    ):
        _empty()
        taken[name] = _seconds(write, records, writers) / records
        print(f"{name:28} {taken[name] * 1e6:8.0f} µs for each record   {1 / taken[name]:8.0f} each second")
    _empty()
    for _ in range(records):
        marked()
    started = time.perf_counter()
    chain.seal()
    print(f"{'sealing':28} {(time.perf_counter() - started) / records * 1e6:8.0f} µs for each record")
    started = time.perf_counter()
    assert verify().ok
    print(f"{'verifying':28} {(time.perf_counter() - started) / records * 1e6:8.0f} µs for each record")
    ratio = taken["marked, sealed in batches"] / taken["bare insert"]
    print(f"marked beside bare: {ratio:.2f} (at most {MARK})")
    return 0 if ratio <= MARK else 1


def _empty() -> None:
    from django.db import connection

    from apps.audit import chain
    from apps.audit.models import AuditHead

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_auditrecord")
    AuditHead.objects.all().delete()
    chain.start_chain()


def _seconds(write: Callable[[], None], records: int, writers: int) -> float:
    """Return how long the writers take together."""
    from django.db import connections

    start = threading.Barrier(writers + 1)

    def run() -> None:
        connections["default"].ensure_connection()
        start.wait()
        for _ in range(records // writers):
            write()
        connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(writers)]
    for thread in threads:
        thread.start()
    start.wait()
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    return time.perf_counter() - started


if __name__ == "__main__":
    raise SystemExit(main())
