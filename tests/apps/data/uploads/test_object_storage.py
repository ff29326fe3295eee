"""Staging in a bucket: an S3 server of this machine, over HTTP."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, Literal
from urllib.parse import urlencode
from uuid import uuid4

import boto3
import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from moto.server import ThreadedMotoServer

from apps.connections.models import Connection
from apps.staging import service
from apps.staging.models import StagedFile
from domoadmin.settings import staging_storage
from tests.apps.data.uploads.support import count, create_dataset, csv_bytes, rows_of, upload
from tests.sandbox_process import SandboxProcess

SECRET = "not-so-secret-key"
REGION: Literal["eu-north-1"] = "eu-north-1"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of an S3 server without buckets."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(address: str, settings: LazySettings) -> Any:
    """An empty bucket that files are staged in, below a prefix."""
    server = boto3.resource(
        "s3", endpoint_url=address, region_name=REGION, aws_access_key_id="key", aws_secret_access_key=SECRET
    )
    made = server.create_bucket(Bucket=f"halden-{uuid4()}", CreateBucketConfiguration={"LocationConstraint": REGION})
    _stage_in(settings, address, made.name)
    return made


def _stage_in(settings: LazySettings, address: str, bucket: str) -> None:
    query = {"endpoint_url": address, "region_name": REGION, "access_key": "key", "secret_key": SECRET}
    url = f"s3://{bucket}/domoadmin/staging?{urlencode(query)}"
    settings.STORAGES = {**settings.STORAGES, "staging": staging_storage(url)}


def _keys(bucket: Any) -> list[str]:
    return sorted(each.key for each in bucket.objects.all())


def test_any_range_reads_what_was_written_and_a_removal_leaves_nothing(bucket: Any, settings: LazySettings) -> None:
    settings.UPLOAD_CHUNK_BYTES = 10
    content = b"0123456789abcdefghijKLMNO"
    file = service.stage_stream(io.BytesIO(content), "a.csv", len(content), None)
    assert _keys(bucket) == [f"domoadmin/staging/{file.pk}/{number:08d}" for number in (1, 2, 3)]
    source = service.StagedSource(file)
    assert b"".join(source.open()) == content
    for start, end in ((0, 1), (9, 11), (3, 24), (20, 25), (24, 99), (5, 5)):
        assert b"".join(source.read_range(start, end)) == content[start:end], (start, end)
    service.write_chunk(file, 2, b"ABCDEFGHIJ")
    assert b"".join(source.open()) == b"0123456789ABCDEFGHIJKLMNO"
    service.remove(file)
    assert _keys(bucket) == []


def test_a_lost_chunk_is_an_error_and_not_a_shorter_file(bucket: Any, settings: LazySettings) -> None:
    settings.UPLOAD_CHUNK_BYTES = 10
    file = service.stage_stream(io.BytesIO(b"0123456789abc"), "a.csv", 13, None)
    bucket.Object(f"domoadmin/staging/{file.pk}/00000001").put(Body=b"0123")
    with pytest.raises(OSError, match=r"Chunk 1 of the staged file .* is shorter"):
        b"".join(service.StagedSource(file).open())
    bucket.Object(f"domoadmin/staging/{file.pk}/00000001").delete()
    with pytest.raises(OSError, match="could not be read: NoSuchKey"):
        b"".join(service.StagedSource(file).open())


def test_an_upload_from_the_browser_to_the_rows(
    bucket: Any, signed_in: Client, connection: Connection, sandbox: SandboxProcess
) -> None:
    dataset = create_dataset(sandbox)
    job = upload(signed_in, connection, dataset, csv_bytes(rows_of(1_000)))
    assert (job.state, job.message) == ("succeeded", "")
    assert job.items.filter(key__startswith="part-").count() > 3
    assert count(sandbox, dataset) == 1_000
    assert not StagedFile.objects.exists()
    assert _keys(bucket) == []


def test_a_bucket_that_is_not_there_is_said_and_the_transfer_can_go_on(
    bucket: Any, address: str, signed_in: Client, settings: LazySettings
) -> None:
    _stage_in(settings, address, "no-such-bucket")
    staged = signed_in.post(reverse("staging:create"), {"name": "a.csv", "size": 4}).json()
    chunk = reverse("staging:chunk", args=[staged["id"], 1])
    refused = signed_in.put(chunk, b"a\n1\n", content_type="application/octet-stream")
    assert refused.status_code == 503
    assert refused.json()["message"].startswith("The staging storage could not be written: NoSuchBucket. Try again;")
    assert SECRET not in refused.json()["message"]
    _stage_in(settings, address, bucket.name)
    assert signed_in.put(chunk, b"a\n1\n", content_type="application/octet-stream").status_code == 204
