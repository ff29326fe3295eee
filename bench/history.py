"""The history with 20,000 jobs and 1,000,000 items: how long its pages take, and how many queries.

Run: python bench/history.py [--jobs 20000] [--items 1000000] [--runs 7] [--database postgres://user@host/name]

Makes the rows in a scratch directory (SQLite), or in the empty database named, which it leaves behind filled. Prints
the median time of each page in milliseconds, through Django's whole stack, and how much of it this process was at work
(the rest it waited: for PostgreSQL, or for its turn on a busy machine); exits 1 when one takes 150 ms or more.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

BUDGET_MS = 150.0
DAYS = 60
PATTERN = 1_000
ANSWERS = (
    ("403", "You do not have permission to share DataSet {n}"),
    ("404", "DataSource {n} not found"),
    ("429", "Too Many Requests (gave up after 5 tries)"),
)
# So that a job of any kind can be shown.
UPLOAD = {"dataset_id": "1", "dataset_name": "Store sales"}
STATES = ("succeeded", "succeeded", "succeeded", "succeeded", "partial", "partial", "failed", "cancelled")


def main() -> int:
    """Make the rows, measure, print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--jobs", type=int, default=20_000)
    arguments.add_argument("--items", type=int, default=1_000_000)
    arguments.add_argument("--runs", type=int, default=7)
    arguments.add_argument("--database", default="", metavar="URL")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        os.environ |= {"DOMOADMIN_DATA_DIR": scratch, "DJANGO_SETTINGS_MODULE": "domoadmin.settings"}
        os.environ["DATABASE_URL"] = options.database
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        begin = time.monotonic()
        big = fill(options.jobs, options.items)
        print(f"{options.jobs:,} jobs, {options.items:,} items, made in {time.monotonic() - begin:.0f} s")
        slowest = measure(big, options.runs)
    print(f"slowest {slowest:.0f} ms, budget {BUDGET_MS:.0f} ms")
    return int(slowest >= BUDGET_MS)


def fill(jobs: int, items: int) -> Any:
    """Make people, connections, jobs of the last DAYS days and their items; return the job with a fifth of them."""
    from django.db import connection
    from django.utils import timezone

    from apps.accounts.models import User
    from apps.connections.models import Connection
    from apps.jobs.kinds import all_kinds
    from apps.jobs.models import Job, JobEvent

    chance, now = random.Random(4), timezone.now()
    people = [
        User.objects.create(username=f"p{n}", first_name=name, last_name="Becker", role="admin" if not n else "steward")
        for n, name in enumerate(("Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gro", "Hugo"))
    ]
    connections = [
        Connection.objects.create(
            name=name, slug=name.lower(), kind="domo", environment="test", base_url="https://x.domo.com"
        )
        for name in ("Halden", "Outlet", "Test")
    ]
    kinds = [kind.name for kind in all_kinds()]
    each = max(1, items * 4 // 5 // jobs)

    def job(number: int, total: int) -> Job:
        created = now - timedelta(seconds=chance.random() * DAYS * 86_400)
        actor, place = chance.choice(people), chance.choice(connections)
        failed = total // 25
        return Job(
            kind=chance.choice(kinds),
            title=f"Certify {total:,} datasets of department {number % 400}",
            connection=place,
            connection_slug=place.slug,
            actor=actor,
            actor_name=actor.display_name,
            actor_role=actor.role,
            state=chance.choice(STATES),
            total=total,
            counts={"succeeded": total - failed - total // 100, "failed": failed, "unknown": total // 100},
            params={"selection": {"ids": [f"{n:036d}" for n in range(20)]}, "settings": {}, **UPLOAD},
            preview={"facts": ["x" * 60] * 30},
            progress={"done": total, "total": total, "unit": "items", "rate": 20.5, "facts": {}},
            created_at=created,
            queued_at=created,
            started_at=created,
            planned_at=created,
            finished_at=created + timedelta(minutes=5),
            afterwards_at=created,
        )

    pattern = job(0, PATTERN)
    pattern.kind, pattern.state = "certify", "partial"
    pattern.save(force_insert=True)
    _pattern_items(pattern)
    rows = [job(number, each) for number in range(1, jobs)]
    Job.objects.bulk_create(rows, batch_size=500)
    JobEvent.objects.bulk_create(
        (JobEvent(job=row, text="Started.", at=row.created_at) for row in rows), batch_size=2_000
    )
    _copy_items(f"position < {each} AND j.id <> i.job_id")
    for start in range(PATTERN, items // 5, PATTERN):
        _copy_items("j.id = i.job_id", start)
    big = Job.objects.get(pk=pattern.pk)
    big.total = big.items.count()
    big.counts = {state: big.items.filter(state=state).count() for state in ("succeeded", "failed", "unknown")}
    big.save()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return big


def _pattern_items(job: Any) -> None:
    from apps.jobs.causes import cause_of
    from apps.jobs.models import JobItem

    made = []
    for n in range(PATTERN):
        state = "failed" if n % 25 == 3 else "unknown" if n % 100 == 7 else "succeeded"
        code, text = ANSWERS[n % 3] if state == "failed" else ("", "" if state == "succeeded" else "No answer")
        text = text.format(n=f"ds-{n:08d}")
        made.append(
            JobItem(
                job=job,
                position=n,
                key=f"{n:08d}-0000",
                label=f"Store sales {n}",
                state=state,
                attempts=1,
                before={"certification": ""},
                after={"certification": "certified"},
                error_code=code,
                error_text=text,
                cause=cause_of(code, text) if state != "succeeded" else "",
                request_id=f"TOE-{n:010d}",
                started_at=job.started_at,
                finished_at=job.finished_at,
            )
        )
    JobItem.objects.bulk_create(made)


def _copy_items(where: str, shift: int = 0) -> None:
    """Copy the pattern's items to the jobs of the condition, their positions and keys shifted."""
    from django.db import connection

    from apps.jobs.models import JobItem

    columns = [field.column for field in JobItem._meta.concrete_fields if field.column != "id"]
    taken = {
        "job_id": "j.id",
        "position": f"i.position + {shift}",
        "key": f"i.key || '-{shift}'",
    }
    selected = ", ".join(taken.get(column, f"i.{column}") for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO jobs_jobitem ({', '.join(columns)}) SELECT {selected} FROM jobs_jobitem i, jobs_job j "  # noqa: S608
            f"WHERE i.job_id = (SELECT job_id FROM jobs_jobitem ORDER BY id LIMIT 1) "
            f"AND i.position < {PATTERN} AND {where.replace('position', 'i.position')}"
        )


def measure(big: Any, runs: int) -> float:
    """Ask for each page as an admin and as a steward, print medians; return the slowest."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from apps.accounts.models import User

    since = timezone.localdate() - timedelta(days=7)
    lists = {
        "list": "",
        "list, page 500": "page=500",
        "list by title": "sort=title",
        "list by items": "sort=-total",
        "state failed": "state=failed",
        "unknown outcome": "state=unknown",
        "kind": f"kind={big.kind}",
        "area": "area=data",
        "person": "person=becker",
        "connection": "connection=outlet",
        "last 7 days": f"since={since}",
        "several": f"state=partial&area=data&connection=halden&person=ada&since={since}",
        "words": "q=department+31",
        "no match": "q=zebra",
    }
    cause = big.items.filter(state="failed").values_list("cause", flat=True).first()
    last = max(1, big.total // 25)
    pages = {name: f"/jobs/?{query}" for name, query in lists.items()} | {
        "job": f"/jobs/{big.pk}/",
        "job, failed": f"/jobs/{big.pk}/?outcome=failed",
        "job, one cause": f"/jobs/{big.pk}/?outcome=failed&cause={cause}",
        "job, middle page": f"/jobs/{big.pk}/?page={last // 2}",
        "job, last page": f"/jobs/{big.pk}/?page={last}",
        "job, poll": f"/jobs/{big.pk}/progress/",
    }
    slowest = 0.0
    for role, person in (("admin", User.objects.get(role="admin")), ("steward", User.objects.get(username="p1"))):
        client = Client(HTTP_HOST="localhost")
        client.force_login(person)
        for name, url in pages.items():
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url).status_code == 200, url
            count = len(queries)
            taken, worked = [], []
            for _run in range(runs):
                begin, began = time.perf_counter(), time.process_time()
                client.get(url)
                taken.append((time.perf_counter() - begin) * 1000)
                worked.append((time.process_time() - began) * 1000)
            slowest = max(slowest, median(taken))
            print(f"{role:<8} {name:<18} {median(taken):7.1f} ms, {median(worked):6.1f} at work, {count:2} queries")
    return slowest


if __name__ == "__main__":
    sys.exit(main())
