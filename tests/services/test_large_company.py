"""Reading everything of a large company: 100,000 datasets, a million entries of the activity log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from domoadmin.services.client import Client, ConnectionSettings, connect
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.slow
CALLS_FOR_ALL_DATASETS = 170


@pytest.fixture(scope="module")
def large_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    """A sandbox with 100,000 datasets."""
    with SandboxProcess(tmp_path_factory.mktemp("large"), size="large") as process:
        yield process


@pytest.fixture
def domo(large_sandbox: SandboxProcess) -> Iterator[Client]:
    """A client that may search as often as it likes: the sandbox doesn't limit it unless told."""
    settings = ConnectionSettings(
        kind="domo",
        slug="large",
        base_url=large_sandbox.url,
        secrets={"token": large_sandbox.token},
        search_per_minute=100_000,
    )
    with connect(settings) as client:
        yield client
    large_sandbox.reset()


def test_all_datasets_are_walked(domo: Client, large_sandbox: SandboxProcess) -> None:
    total = domo.search.query(count=0).total
    found = [hash(hit.id) for hit in domo.search.walk_all()]
    assert total == 100_000
    assert (len(found), len(set(found))) == (total, total)
    # It was 143: at 120 a minute, what Domo recommends, that is a minute and a half.
    assert large_sandbox.stats()["received"]["search.query"] <= CALLS_FOR_ALL_DATASETS


def test_a_month_of_a_million_entries_is_walked(domo: Client, large_sandbox: SandboxProcess) -> None:
    end = datetime.now(UTC) - timedelta(days=100)
    start = end - timedelta(days=30)
    found = times = 0
    for entry in domo.activity_log.walk(start, end):
        found += 1
        times += entry.time is not None and start <= entry.time <= end
    # A million a year, evenly spread.
    assert found == times
    assert abs(found - 1_000_000 * 30 / 365) < 100
    assert large_sandbox.stats()["received"]["activity_log.list"] < found / 1000 + 40
