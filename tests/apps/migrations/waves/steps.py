"""The steps of a wave by its pages, for tests."""

from __future__ import annotations

from typing import Any

from django.test import Client

from apps.jobs.models import Job
from apps.jobs.runner import Runner
from tests.apps.migrations.support import ACCOUNT, INTEGRATION

HERE = "/c/halden/migrations/"
V1 = f"{HERE}candidates/v1-v2/{ACCOUNT}/"
AMPLIFIER = f"{HERE}candidates/v2-amplifier/{INTEGRATION}/"


def picked(client: Client, url: str, *keys: str) -> Job:
    """Pick candidates and return the draft."""
    response = client.post(f"{url}pick/", {"id": list(keys), "action": "wave"})
    assert response.status_code == 302, response.content
    return Job.objects.get(pk=response.headers["Location"].rstrip("/").rpartition("/")[2])


def address(job: Job) -> str:
    """Return the address of a wave."""
    return f"{HERE}waves/{job.pk}/"


def text(client: Client, url: str) -> str:
    """Return a page."""
    response = client.get(url)
    assert response.status_code == 200, response.content
    return response.content.decode()


def started(client: Client, job: Job, **given: str) -> Job:
    """Start a wave and run it as a worker would."""
    response = client.post(f"{address(job)}start/", given)
    assert response.status_code == 302, response.content.decode()
    Runner(job.pk, patient=True).run()
    job.refresh_from_db()
    return job


def mapped(job: Job, client: Client, **names: str) -> Any:
    """Type mappings into the grid: key -> catalog.schema.table."""
    items = {item.key: item for item in job.items.all()}
    form: dict[str, Any] = {"row": [items[key].pk for key in names]}
    for key, name in names.items():
        for part, value in zip(("catalog", "schema", "table"), name.split("."), strict=True):
            form[f"{part}-{items[key].pk}"] = value
    return client.post(f"{address(job)}mapping/", form)


def download(client: Client, url: str) -> bytes:
    """Return a streamed file."""
    response: Any = client.get(url)
    assert response.status_code == 200
    return b"".join(response.streaming_content)
