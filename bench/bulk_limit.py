"""A job whose calls have a rate limit, against the pace of that limit: with it alone, nothing else binds.

    .venv/bin/python bench/bulk_limit.py [--items 600] [--per-minute 1200]

The ideal is the limit's own schedule: a few at once, the rest evenly spread. Prints the ratio of the run to it; exits 1
when that misses its mark.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.sandbox_process import SandboxProcess

LIMIT_MARK = 1.05


def seconds_of(sandbox: SandboxProcess, items: int) -> float:
    """Run a job of so many searches in this process; returns how long its run took."""
    from django.conf import settings
    from django.core.management import call_command

    from apps.jobs import service
    from apps.jobs.kinds import ItemOutcome, JobKind, NewItem, Succeeded, register_kind
    from apps.jobs.models import JobItem
    from apps.jobs.work import ItemWork
    from domoadmin.services.operations import RetrySafety
    from domoadmin.services.roles import Role
    from tests.factories import ConnectionFactory, UserFactory

    class Searches(JobKind):
        """Each item is one search."""

        name = "bench.searches"
        title = "Searches"
        role = Role.VIEWER
        concurrency = 8

        def safety(self, item: JobItem) -> RetrySafety:
            """It only reads."""
            return RetrySafety.READ

        def run_item(self, work: ItemWork) -> ItemOutcome:
            """Search."""
            work.client.search.query(count=1)
            return Succeeded()

    register_kind(Searches)
    call_command("migrate", verbosity=0)
    settings.UPSTREAM_HOSTS = [urlsplit(sandbox.url).netloc]
    connection = ConnectionFactory.create(base_url=sandbox.url, secrets={"token": sandbox.token})
    person = UserFactory.create(role="steward")
    new = [NewItem(str(number)) for number in range(items)]
    job = service.create_job("bench.searches", title="Bench", connection=connection, params={}, actor=person, items=new)
    service.confirm(job, person, send=False)
    started = time.perf_counter()
    job = service.run_inline(job)
    if job.counts != {"succeeded": items}:
        raise SystemExit(f"the job ended with {job.counts}: {job.message}")
    return time.perf_counter() - started


def main() -> int:
    """Run the bench; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=600)
    parser.add_argument("--per-minute", type=int, default=1_200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory, SandboxProcess(Path(directory) / "sandbox") as sandbox:
        os.environ["DOMOADMIN_DATA_DIR"] = directory
        os.environ["DOMOADMIN_SEARCH_PER_MINUTE"] = str(options.per_minute)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "domoadmin.settings")
        import django

        django.setup()
        from domoadmin.services.limiter import pace

        interval, tolerance = pace(options.per_minute)
        ideal = options.items * interval - tolerance
        seconds = seconds_of(sandbox, options.items)
    print(f"wall time       {seconds:.1f} s, ideal {ideal:.1f} s at {options.per_minute:,} calls a minute")
    print(f"ratio           {seconds / ideal:.3f} (mark: {LIMIT_MARK})")
    return int(seconds / ideal > LIMIT_MARK)


if __name__ == "__main__":
    sys.exit(main())
