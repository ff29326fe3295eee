"""Any range of the log into a file: every entry once, whatever stands at the borders of pages and windows."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import time
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import duckdb
import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.governance.activity import job_steps
from apps.governance.activity.job_facts import describe
from apps.governance.activity.jobs import ActivityExportKind
from apps.governance.activity.periods import moment, windows
from apps.jobs import service
from apps.jobs.models import Job
from apps.staging.models import StagedFile
from tests.apps.data.support import csv_rows, text_of
from tests.apps.governance.activity.support import PAGE, month
from tests.clients import client_of
from tests.factories import UserFactory
from tests.sandbox_process import SandboxProcess
from tests.services.upstream import Asked, Told, Upstream, told

pytestmark = pytest.mark.django_db(transaction=True)

DAY = 86_400_000
# Three whole days, so long ago that nothing comes any more.
START = int(time.time() * 1000) // DAY * DAY - 10 * DAY
END = START + 3 * DAY - 1
RANGE = {name: moment(at).isoformat() for name, at in (("since", START), ("until", END))}


@given(start=st.integers(0, 10 * DAY), span=st.integers(0, 900 * DAY), behind=st.integers(0, 500 * DAY))
def test_windows_share_no_millisecond_and_leave_none_out(start: int, span: int, behind: int) -> None:
    found = list(windows(start, start + span, start + span + behind))
    assert found[0][1] == start + span
    assert found[-1][0] == start
    assert all(later[0] == earlier[1] + 1 for later, earlier in pairwise(found))
    assert all(first <= last for first, last in found)
    assert len(found) <= 121


class Log:
    """A log whose entries crowd where pages and windows end; it understands the bounds of a call as it likes."""

    def __init__(self, bounds: tuple[bool, bool], longest_page: int) -> None:
        borders = [first for first, _ in windows(START, END, END + DAY)]
        times = [each + by for each in borders for by in (-1, 0, 1) for _ in range(17)]
        times += [START - 1] * 9 + [END] * 23 + [END + 1] * 9 + list(range(START + 5 * 3_600_000, START + DAY, 977_777))
        self.entries = [self._entry(number, at) for number, at in enumerate(sorted(times, reverse=True))]
        self.inside = [each for each in self.entries if START <= each["time"] <= END]
        self._bounds, self._longest = bounds, longest_page
        self.failing = 0

    @staticmethod
    def _entry(number: int, at: int) -> dict[str, Any]:
        # Some are equal in every field, as entries without an id may well be.
        who = number % 5
        told = f"Person {who} viewed page 'A, \"quoted\"\n page {who}'."
        return {"userName": f"Pérson {who}", "userId": str(who), "userType": "USER", "actionType": "VIEWED",
                "objectType": "PAGE", "additionalComment": told, "time": at, "eventText": "=Viewed page"}  # fmt: skip

    def __call__(self, asked: Asked) -> Told:
        """Answer a page."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(asked.path).query).items()}
        low, high = int(query["start"]) + (not self._bounds[0]), int(query["end"]) - (not self._bounds[1])
        if self.failing and high < START + DAY + 2:
            self.failing -= 1
            return told({"message": "The log is out of order", "toe": "TOE-1"}, 400)
        inside = [each for each in self.entries if low <= each["time"] <= high]
        first, count = int(query["offset"]), min(int(query["limit"]), self._longest)
        return told(inside[first : first + count])


@pytest.fixture(autouse=True)
def _small(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages end often, and files are staged in several chunks."""
    settings.UPLOAD_CHUNK_BYTES = 40_000
    monkeypatch.setattr(job_steps, "PAGE", 10)
    monkeypatch.setattr(ActivityExportKind, "back_off_seconds", 0.01)


@pytest.fixture
def steward(transactional_db: None) -> User:
    """A person with the role that exports."""
    return UserFactory.create(username="steward", role="steward")


def started(browser: Client, **fields: Any) -> Job:
    """Start an export by its form, and run it to its end."""
    response = browser.post(f"{PAGE}export/", {"format": "csv", **RANGE, **fields})
    assert response.status_code == 302, text_of(response)
    return service.run_inline(Job.objects.get(pk=response.headers["Location"].rstrip("/").rpartition("/")[2]))


def downloaded(browser: Client, job: Job) -> bytes:
    response = browser.get(f"{PAGE.removesuffix('activity/')}activity/exports/{job.pk}/file/")
    assert response.status_code == 200
    content = b"".join(response)
    assert int(response.headers["Content-Length"]) == len(content)
    return content


def counted(entries: list[dict[str, Any]]) -> Counter[tuple[str, int]]:
    return Counter((each["additionalComment"], each["time"]) for each in entries)


@pytest.mark.parametrize(
    ("bounds", "longest_page"), [((True, True), 1000), ((True, False), 7), ((False, True), 10), ((False, False), 1000)]
)
def test_no_entry_is_lost_or_doubled_at_a_border(
    steward: User, other_hands: Connection, upstream: Upstream, no_broker: None, bounds: Any, longest_page: int
) -> None:
    log = Log(bounds, longest_page)
    upstream.script(log)
    browser = client_of(steward)
    job = started(browser, format="jsonl")
    assert job.state == "succeeded", job.message
    found = [json.loads(line) for line in downloaded(browser, job).decode().splitlines()]
    wanted = log.inside
    assert counted(found) == counted(wanted)
    assert found[0] in wanted
    times = [each["time"] for each in found]
    assert times == sorted(times, reverse=True)
    assert describe(job)["entries"] == len(wanted)
    # Only the file is left of what was staged.
    assert StagedFile.objects.count() == 1


def test_every_format_holds_every_value(
    steward: User, other_hands: Connection, upstream: Upstream, no_broker: None, tmp_path: Path
) -> None:
    log = Log((True, True), 1000)
    upstream.script(log)
    browser = client_of(steward)
    wanted = counted(log.inside)
    exact = list(csv.reader(io.StringIO(downloaded(browser, started(browser)).decode(), newline="")))
    assert exact[0][:3] == ["time", "userId", "userName"]
    assert Counter(row[8] for row in exact[1:]) == Counter({text: 0 for text, _ in wanted}) + Counter(
        text for text, _ in wanted.elements()
    )
    assert exact[1][0].endswith("Z")
    assert exact[1][9] == "=Viewed page"
    safe = csv_rows(downloaded(browser, started(browser, safe="on")).decode())
    assert len(safe) == len(exact)
    assert safe[1][9] == "'=Viewed page"
    file = tmp_path / "log.parquet"
    file.write_bytes(downloaded(browser, started(browser, format="parquet")))
    found = duckdb.connect().execute(f"SELECT additionalComment, epoch_ms(time), objectId, typeof(time) FROM '{file}'")
    rows = found.fetchall()
    assert Counter(row[:2] for row in rows) == wanted
    assert {row[2:] for row in rows} == {(None, "TIMESTAMP WITH TIME ZONE")}


def test_a_part_that_failed_is_read_again_alone(
    steward: User, other_hands: Connection, upstream: Upstream, no_broker: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One after the other: the first two parts are read by the time that the last one fails.
    monkeypatch.setattr(ActivityExportKind, "concurrency", 1)
    log = Log((True, True), 1000)
    log.failing = 1
    upstream.script(log)
    browser = client_of(steward)
    job = started(browser, format="jsonl")
    assert (job.state, "The log is out of order" in job.message) == ("failed", True)
    page = text_of(browser.get(job.get_absolute_url()))
    assert "TOE-1" in page
    assert "There is no file" in page
    upstream.asked.clear()
    again = service.run_inline(service.retry(job, steward, send=False))
    assert again.state == "succeeded", again.message
    starts = {int(parse_qs(urlsplit(asked.path).query)["end"][0]) for asked in upstream.asked}
    assert max(starts) <= START + DAY
    assert len(downloaded(browser, again).splitlines()) == len(log.inside)


def test_counts_of_a_whole_range_and_filters(
    steward: User, other_hands: Connection, upstream: Upstream, no_broker: None
) -> None:
    log = Log((True, True), 1000)
    upstream.script(log)
    browser = client_of(steward)
    job = started(browser, format="summary", user="3")
    assert job.state == "succeeded", job.message
    wanted = [each for each in log.inside if each["userId"] == "3"]
    page = text_of(browser.get(job.get_absolute_url()))
    assert sum(int(count) for count in re.findall(r'data-value="(\d+)"', page)) == len(wanted)
    assert "person 3" in page
    assert "Pérson 3" in page
    assert StagedFile.objects.count() == 0


def test_the_form_refuses_what_makes_no_sense(halden: Connection, steward: User) -> None:
    browser = client_of(steward)
    text = text_of(browser.get(f"{PAGE}export/", {"range": "24h", "user": "77", "object_type": "CARD"}))
    assert 'value="77"' in text
    assert '<option value="CARD" selected>' in text
    refused = {"format": "csv", "since": "2022-06-02T00:00", "until": "2022-06-01T00:00"}
    assert "This is before “From”" in text_of(browser.post(f"{PAGE}export/", refused), 422)
    assert "lies in the future" in text_of(
        browser.post(f"{PAGE}export/", {"format": "csv", "since": "2200-06-02T00:00"}), 422
    )
    assert "Choose what becomes" in text_of(browser.post(f"{PAGE}export/", {"since": "2022-06-02T00:00"}), 422)
    assert not Job.objects.exists()


def run(*arguments: Any) -> int:
    """Run the command and return its exit code."""
    with pytest.raises(SystemExit) as ended:
        call_command("export_activity", *map(str, arguments))
    return int(ended.value.code or 0)


def checksum(rows: list[list[str]]) -> str:
    """Return the sum over all entries that the sandbox says of itself, in whatever order they come."""
    total = 0
    for row in rows:
        at = datetime.fromisoformat(row[0].replace("Z", "+00:00"))
        text = "\x1f".join([str((at - moment(0)) // timedelta(milliseconds=1)), *row[1:]])
        total += int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    return f"{total % 2**64:016x}"


def test_the_command_writes_the_file_and_says_how_it_ended(
    halden: Connection,
    sandbox: SandboxProcess,
    steward: User,
    no_broker: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(job_steps, "PAGE", 1000)
    target, wanted = tmp_path / "log.csv", month(sandbox)[1]
    where = ("--connection", "halden", "--user", "steward", "--format", "csv")
    since = ("--since", "1970-01-02", "--output", target, "--inline")
    assert run(*where, *since, "--json") == 0
    said = json.loads(capsys.readouterr().out)
    rows = list(csv.reader(target.open(newline="")))
    assert (said["state"], said["entries"], len(rows) - 1) == ("succeeded", 5_000, 5_000)
    with sandbox.client() as client:
        proof = client.get("/_control/activity", headers={"X-Sandbox-Control": sandbox.token}).json()
    assert (len(rows) - 1, checksum(rows[1:])) == (proof["count"], proof["checksum"])
    assert [row[8] for row in rows[1 : len(wanted) + 1]] == [each["additionalComment"] for each in wanted]
    assert run(*where, *since, "--object-type", "GROUP", "--person", wanted[0]["userId"]) == 0
    kinds = {(row[5], row[1]) for row in list(csv.reader(target.open(newline="")))[1:]}
    assert kinds <= {("GROUP", wanted[0]["userId"])}
    assert run(*where, "--since", "yesterday") == 2
    assert run(*where, "--since", "2026-01-02", "--until", "2026-01-01") == 2
    assert run(*where, "--since", "2026-01-02", "--output", target) == 2
    assert run("--connection", "nope", "--since", "2026-01-02", "--format", "csv") == 2
    before = target.read_bytes()
    sandbox.control(match="activity_log.list", status_503=1.0)
    monkeypatch.setattr(ActivityExportKind, "max_attempts", 1)
    assert run(*where, "--since", "2026-11-20", "--output", target, "--inline") == 1
    assert "temporarily unavailable" in capsys.readouterr().err
    assert target.read_bytes() == before
