"""Uploads that replace the data of one partition, and nothing else."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from apps.audit.models import AuditRecord
from apps.connections.models import Connection, Environment
from apps.data.uploads.known_partitions import KnownPartitions
from apps.jobs.models import Job
from tests.apps.data.uploads.documents import DocumentsUpstream
from tests.apps.data.uploads.support import (
    count,
    create_dataset,
    csv_bytes,
    rows_of,
    send,
    send_and_run,
    sql,
    start_upload,
    upload,
)
from tests.factories import ConnectionFactory, UserFactory
from tests.sandbox_process import SandboxProcess
from tests.services.upstream import Upstream

pytestmark = pytest.mark.django_db(transaction=True)


def partitions(sandbox: SandboxProcess, dataset: str) -> dict[str, int]:
    """Return the rows of each partition as the sandbox has them."""
    with sandbox.client() as client:
        answer = client.post(f"/api/query/v1/datasources/{dataset}/partition/list", json={})
        return {each["partitionId"]: each["rowCount"] for each in answer.raise_for_status().json()}


def in_partition(rows: int, start: int = 1) -> bytes:
    return csv_bytes(rows_of(rows, start))


def test_one_partition_is_replaced_and_the_others_stay(
    signed_in: Client, connection: Connection, sandbox: SandboxProcess
) -> None:
    dataset = create_dataset(sandbox)
    first = upload(signed_in, connection, dataset, in_partition(100), action="PARTITION", partition=" 2026-01 ")
    assert (first.state, first.message) == ("succeeded", "")
    upload(signed_in, connection, dataset, in_partition(30, 200), action="PARTITION", partition="2026-02")
    draft = start_upload(signed_in, connection, dataset, in_partition(40, 300))
    page = html.unescape(signed_in.get(reverse("data:upload_check", args=["halden", draft.pk])).content.decode())
    assert '<option value="2026-01" data-rows="100" label="100 rows">' in page
    assert "2 partitions so far" in page
    job = send_and_run(signed_in, draft, action="PARTITION", partition="2026-01")
    assert (job.state, job.message) == ("succeeded", "")
    assert partitions(sandbox, dataset) == {"2026-01": 40, "2026-02": 30}
    assert count(sandbox, dataset) == 70
    assert sql(sandbox, dataset, "SELECT MIN(order_id) FROM {table} WHERE order_id >= 300")[0][0] == 300
    account = job.items.get(key="count").result["account"]
    assert (account["partition"], account["partition_before"], account["before"]) == ("2026-01", 100, 130)
    found = {piece["source"].split()[0]: (piece["found"], piece["expected"]) for piece in account["evidence"]}
    assert found == {"partition": (40, 40), "SQL": (70, 70), "data": (40, 40)}
    shown = html.unescape(signed_in.get(job.get_absolute_url()).content.decode())
    assert "Upload orders.csv to Orders, partition 2026-01" in shown
    records = AuditRecord.objects.filter(operation="datasets.commit_upload", job_id=job.pk)
    assert set(records.values_list("target_name", flat=True)) == {"Orders, partition 2026-01"}
    assert "Domo’s partition 2026-01" in shown


def test_a_commit_whose_answer_was_lost_is_not_sent_again(
    signed_in: Client, connection: Connection, sandbox: SandboxProcess
) -> None:
    dataset = create_dataset(sandbox)
    draft = start_upload(signed_in, connection, dataset, in_partition(50))
    sandbox.control(cut_after_effect=1.0, match="/commit", count=1)
    job = send_and_run(signed_in, draft, action="PARTITION", partition="2026-01")
    assert (job.state, partitions(sandbox, dataset)) == ("succeeded", {"2026-01": 50})
    assert job.items.get(key="commit").result["settled"]
    assert [each["commits_received"] for each in sandbox.stats()["uploads"].values()] == [1]


def test_a_partition_wants_a_name_and_on_production_the_slug(
    signed_in: Client, connection: Connection, sandbox: SandboxProcess
) -> None:
    Connection.objects.filter(pk=connection.pk).update(environment=Environment.PRODUCTION)
    draft = start_upload(signed_in, connection, create_dataset(sandbox), in_partition(5))
    refused = html.unescape(send(signed_in, draft, action="PARTITION", partition="  ").content.decode())
    assert "Partition: Name the partition whose data is replaced" in refused
    assert 'value="PARTITION" checked' in refused, "What was chosen stays chosen"
    answer = send(signed_in, draft, action="PARTITION", partition="2026-01", confirmation="no")
    refused = html.unescape(answer.content.decode())
    assert (answer.status_code, 'name="partition" value="2026-01"' in refused) == (422, True)
    assert "type halden to confirm" in refused
    assert Job.objects.get().state == "draft"


def test_the_command_replaces_a_partition_and_never_adds_to_one(
    connection: Connection, sandbox: SandboxProcess, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    UserFactory.create(role="admin")
    path = tmp_path / "orders.csv"
    path.write_bytes(in_partition(20))
    dataset = create_dataset(sandbox)

    def run(*arguments: str) -> tuple[Any, str, str]:
        with pytest.raises(SystemExit) as ended:
            call_command("upload", dataset, str(path), "--connection", "halden", "--inline", *arguments)
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    code, out, err = run("--action", "REPLACE", "--partition", "2026-03")
    assert (code, err) == (0, "")
    assert "the partition 2026-03 has 20 rows now" in out
    assert partitions(sandbox, dataset) == {"2026-03": 20}
    assert run("--action", "APPEND", "--partition", "2026-03")[0::2] == (
        2,
        "upload: --partition: the partition's data is replaced, nothing is added to it: say --action REPLACE.\n",
    )
    assert run("--action", "REPLACE", "--partition", " ")[0] == 2


def test_the_documented_words_go_up_and_what_is_told_is_compared(signed_in: Client, settings: Any) -> None:
    answers = DocumentsUpstream()
    with Upstream() as upstream:
        upstream.script(answers)
        settings.UPSTREAM_HOSTS = [urlsplit(upstream.url).netloc]
        connection = ConnectionFactory.create(slug="documents", base_url=upstream.url)
        rows = csv_bytes([["Jae", "yes"], ["Oleksii", "why"]], ["Friend", "Attending"])
        job = upload(signed_in, connection, answers.dataset_id, rows, action="PARTITION", partition="2026-01")
    assert (job.state, job.message) == ("succeeded", "")
    assert answers.commits == [{"action": "APPEND", "index": True, "restateDataTag": "2026-01"}]
    opened = [asked.path for asked in upstream.asked if asked.path.partition("?")[0].endswith("/uploads")]
    assert opened == [f"/api/data/v3/datasources/{answers.dataset_id}/uploads?restateDataTag=2026-01"]
    evidence = job.items.get(key="count").result["account"]["evidence"]
    assert [piece["source"] for piece in evidence] == ["data version 3"]


def test_the_limit_is_told_before_one_partition_more() -> None:
    known = KnownPartitions(dict.fromkeys([f"day {number}" for number in range(400)], 1), 400, told=True)
    assert "partition 401 of the dataset" in known.warning("day 400")
    assert known.warning("day 399") == "", "One that is there takes no more room"
    assert (known.gauge.css, known.warning("")) == ("is-bad", "")
    few = KnownPartitions({"2026-01": 1}, 1, told=True)
    assert (few.gauge.css, few.warning("2026-02")) == ("is-ok", "")
    assert KnownPartitions({}, 0, told=False).warning("2026-02") == ""
