"""The chain: whoever tampers with the trail past us is found out, and which record it was."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from importlib import import_module
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.test import override_settings

from apps import audit
from apps.audit import chain, recording
from apps.audit.canonical import CONTENT
from apps.audit.models import AuditHead, AuditRecord
from apps.audit.recording import Act, Entry
from apps.audit.verifying import verify

pytestmark = pytest.mark.django_db(transaction=True)

TABLE = "audit_auditrecord"


def sql(statement: str, *values: Any) -> None:
    """Write past the models, as somebody with the database in hand would."""
    with connection.cursor() as cursor:
        cursor.execute(statement.replace("RECORDS", TABLE), values)


@pytest.fixture
def trail() -> list[AuditRecord]:
    """Five sealed records."""
    for number in range(1, 6):
        audit.record("datasets.share", target_id=str(number), before={"level": 1}, after={"level": number})
    return list(AuditRecord.objects.order_by("sequence"))


def command(*arguments: str) -> tuple[int, str]:
    """Run `manage.py audit` and return its exit code and what it printed."""
    output = StringIO()
    try:
        call_command("audit", *arguments, stdout=output, stderr=output)
    except SystemExit as end:
        return int(end.code or 0), output.getvalue()
    return 0, output.getvalue()


def test_each_record_holds_its_own_hash_and_that_of_the_one_before(trail: list[AuditRecord]) -> None:
    assert [record.sequence for record in trail] == [1, 2, 3, 4, 5]
    assert trail[0].previous_hash == chain.GENESIS
    assert [record.previous_hash for record in trail[1:]] == [record.hash for record in trail[:-1]]
    head = AuditHead.objects.get()
    assert (head.sequence, head.hash) == (5, trail[-1].hash)
    assert verify().facts() == {"ok": True, "records": 5, "head": {"sequence": 5, "hash": head.hash}, "broken": None}
    code, output = command("verify", "--json")
    assert (code, json.loads(output)["ok"]) == (0, True)


def test_an_empty_trail_is_in_order() -> None:
    assert verify().ok
    assert command("verify")[0] == 0


def swap(trail: list[AuditRecord]) -> None:
    """Let two records change places, with everything that they hold."""
    sql("UPDATE RECORDS SET sequence = -1 WHERE id = %s", trail[1].pk)
    for target, source in ((trail[2].pk, trail[1]), (trail[1].pk, trail[2])):
        sql(
            "UPDATE RECORDS SET sequence = %s, hash = %s, previous_hash = %s WHERE id = %s",
            source.sequence,
            source.hash,
            source.previous_hash,
            target,
        )


def chain_again(trail: list[AuditRecord]) -> None:
    """Change a record and make the whole chain anew behind it, as the source code of DomoAdmin tells anyone to do."""
    sql("UPDATE RECORDS SET message = 'nothing' WHERE id = %s", trail[1].pk)
    previous = trail[0].hash
    for row in AuditRecord.objects.order_by("sequence").values("pk", "sequence", *CONTENT)[1:]:
        own = chain.hash_of(row, row["pk"], row["sequence"], previous)
        sql("UPDATE RECORDS SET hash = %s, previous_hash = %s WHERE id = %s", own, previous, row["pk"])
        previous = own
    sql("UPDATE audit_audithead SET hash = %s", previous)


def insert(trail: list[AuditRecord], **changes: Any) -> None:
    """Add a record that looks like the third one."""
    columns = [field.column for field in AuditRecord._meta.concrete_fields if field.column != "id"]
    chosen = ", ".join("%s" if name in changes else f'"{name}"' for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    values = [changes[name] for name in columns if name in changes]
    sql(f"INSERT INTO RECORDS ({names}) SELECT {chosen} FROM RECORDS WHERE id = {trail[2].pk}", *values)


def move_head_back(trail: list[AuditRecord]) -> None:
    """Remove the last record and let the head say so."""
    sql("DELETE FROM RECORDS WHERE id = %s", trail[4].pk)
    sql("UPDATE audit_audithead SET sequence = 4, hash = %s", trail[3].hash)


TAMPERINGS: dict[str, tuple[Callable[[list[AuditRecord]], None], int | None, str]] = {
    "edit": (lambda trail: sql("UPDATE RECORDS SET actor_name = 'Eve' WHERE id = %s", trail[2].pk), 3, "changed"),
    "edit of before": (
        lambda trail: sql("UPDATE RECORDS SET before = %s WHERE id = %s", '{"level": 2}', trail[3].pk),
        4,
        "changed",
    ),
    "edit of the time": (
        lambda trail: sql("UPDATE RECORDS SET at = '2020-01-01 00:00:00' WHERE id = %s", trail[0].pk),
        1,
        "changed",
    ),
    "deletion": (lambda trail: sql("DELETE FROM RECORDS WHERE id = %s", trail[2].pk), 3, "missing"),
    "deletion of the first": (lambda trail: sql("DELETE FROM RECORDS WHERE id = %s", trail[0].pk), 1, "missing"),
    "truncation": (lambda trail: sql("DELETE FROM RECORDS WHERE id = %s", trail[4].pk), 5, "missing at the end"),
    "all removed": (lambda trail: sql("DELETE FROM RECORDS"), 1, "missing at the end"),
    "reordering": (swap, 2, "moved"),
    "other id": (lambda trail: sql("UPDATE RECORDS SET id = 4711 WHERE id = %s", trail[1].pk), 2, "changed"),
    "insertion at the end": (lambda trail: insert(trail, sequence=6, previous_hash=trail[4].hash), 6, "behind the end"),
    "insertion unsealed": (
        lambda trail: insert(trail, sequence=None, hash="", previous_hash=""),
        None,
        "not written by DomoAdmin",
    ),
    "insertion with another's mark": (
        lambda trail: insert(trail, sequence=None, hash="", previous_hash="", mark="0" * 64),
        None,
        "not written by DomoAdmin",
    ),
    "unsealed again": (
        lambda trail: sql("UPDATE RECORDS SET sequence = NULL WHERE id = %s", trail[4].pk),
        5,
        "missing at the end",
    ),
    "chained again": (chain_again, None, "not signed"),
    "head moved back": (move_head_back, None, "not signed"),
    "head removed": (lambda trail: sql("DELETE FROM audit_audithead"), None, "head of the chain is missing"),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_shows(trail: list[AuditRecord], name: str) -> None:
    tamper, sequence, problem = TAMPERINGS[name]
    tamper(trail)
    found = verify()
    assert found.broken is not None
    assert found.broken.sequence == sequence
    assert problem in found.broken.problem
    code, output = command("verify")
    assert code == 1
    assert problem in output
    code, output = command("verify", "--json")
    assert (code, json.loads(output)["broken"]["sequence"]) == (1, sequence)


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_still_shows_after_more_was_written(trail: list[AuditRecord], name: str) -> None:
    tamper, sequence, _ = TAMPERINGS[name]
    tamper(trail)
    audit.record("datasets.share", target_id="later")
    found = verify()
    assert found.broken is not None
    assert found.broken.sequence == sequence


def test_a_change_before_the_sealing_shows() -> None:
    with transaction.atomic():
        audit.record("datasets.share", target_id="1")
        sql("UPDATE RECORDS SET target_id = '2'")
    found = verify()
    assert found.broken is not None
    assert found.broken.id == AuditRecord.objects.get().pk
    assert "before it was sealed" in found.broken.problem


def test_an_older_secret_key_still_verifies_and_the_next_seal_signs_anew(trail: list[AuditRecord]) -> None:
    from django.conf import settings

    old = settings.SECRET_KEY
    with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=[old]):
        assert verify().ok
        audit.record("datasets.share", target_id="later")
        assert verify().ok
        with override_settings(SECRET_KEY_FALLBACKS=[]):
            assert verify().ok
    with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=[]):
        assert verify().ok
    assert not verify().ok


def test_writers_side_by_side_leave_one_chain_without_a_gap() -> None:
    problems: list[BaseException] = []
    start = threading.Barrier(6)

    def write(writer: int) -> None:
        try:
            start.wait()
            for number in range(20):
                with transaction.atomic():
                    audit.record("datasets.share", target_id=f"{writer}-{number}")
                    if number % 5 == 4:
                        transaction.set_rollback(True)
        except BaseException as problem:  # noqa: BLE001 - told by the test
            problems.append(problem)
        finally:
            connections.close_all()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    assert problems == []
    assert verify().ok
    assert list(AuditRecord.objects.order_by("sequence").values_list("sequence", flat=True)) == list(range(1, 97))


def test_a_record_that_was_rolled_back_leaves_no_trace() -> None:
    with transaction.atomic():
        audit.record("datasets.share")
        transaction.set_rollback(True)
    assert AuditHead.objects.get().sequence == 0
    assert verify().ok


def test_sealing_goes_on_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "SEALED_AT_ONCE", 3)
    with transaction.atomic():
        for number in range(10):
            audit.record("datasets.share", target_id=str(number))
    assert AuditHead.objects.get().sequence == 10
    assert verify().ok


def test_records_from_before_there_was_a_chain_get_their_place(trail: list[AuditRecord]) -> None:
    sql("UPDATE RECORDS SET sequence = NULL, hash = '', previous_hash = ''")
    sql("DELETE FROM audit_audithead")
    migration = import_module("apps.audit.migrations.0003_seal_earlier_records")
    migration.seal_earlier_records(apps, None)
    assert verify().ok
    assert AuditHead.objects.get().sequence == 5
    audit.record("datasets.share")
    assert verify().ok


def test_many_records_of_one_statement_are_chained_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "SEAL_SECONDS", float("inf"))  # as while a job runs: sealed by whoever comes next
    act = Act("datasets.certify", target_kind="dataset")
    with transaction.atomic():
        recording.write_all([Entry(act, "succeeded", after={"n": number}) for number in range(5)])
    assert AuditHead.objects.get().sequence == 0
    audit.record("jobs.certify")
    assert AuditHead.objects.get().sequence == 6
    sql("UPDATE RECORDS SET outcome = 'failed' WHERE sequence = 3")
    found = verify()
    assert found.broken is not None
    assert found.broken.sequence == 3


@pytest.mark.skipif(connection.vendor != "sqlite", reason="Only SQLite takes a text where a time belongs.")
@pytest.mark.parametrize("change", ["at = '2026-13-45 00:00:00'", "job_id = 'garbage'"])
def test_what_can_not_even_be_read_shows(trail: list[AuditRecord], change: str) -> None:
    sql(f"UPDATE RECORDS SET {change} WHERE id = %s", trail[3].pk)
    found = verify()
    assert found.broken is not None
    assert (found.broken.id, found.broken.sequence) == (trail[3].pk, 4)
    assert "can't be read" in found.broken.problem
