"""Exports to S3 over the service layer against the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import BadRequest, Forbidden
from tests.waiting import wait_until

TARGET: dict[str, Any] = {
    "aws_access_key": "AKIA2EXAMPLE",
    "aws_access_secret": "not-a-real-secret",
    "bucket": "halden-outdoor-exports",
    "path": "audit",
    "region": "eu-north-1",
}


def named(domo: Client, name: str) -> str:
    """The id of a dataset whose name begins so."""
    return domo.datasets.list(name_like=name, limit=1)[0].id


def test_an_export_is_started_and_polled_to_its_end(domo: Client) -> None:
    dataset = named(domo, "FX rates daily")
    started = domo.s3_export.create(dataset, **TARGET)
    assert (started.status, started.succeeded) == ("none", False)
    with pytest.raises(BadRequest, match="under way") as caught:
        domo.s3_export.create(dataset, **TARGET)
    assert caught.value.request_id
    wait_until(lambda: domo.s3_export.status(dataset)[0].succeeded, "the export is done")
    (done,) = domo.s3_export.status(dataset)
    assert sum(done.row_counts.values()) == domo.datasets.get_metadata(dataset).row_count
    assert domo.s3_export.create(dataset, **TARGET).id == started.id


def test_a_bucket_of_another_region_ends_in_an_error(domo: Client) -> None:
    dataset = named(domo, "Price list US")
    domo.s3_export.create(dataset, **{**TARGET, "region": "us-east-1"})
    wait_until(lambda: domo.s3_export.status(dataset)[0].failed, "the export has failed")
    failed = domo.s3_export.status(dataset)[0]
    assert (failed.error_code, "us-east-1" in failed.message) == ("PermanentRedirect", True)


def test_what_must_stay_in_is_refused(domo: Client) -> None:
    with pytest.raises(Forbidden, match="permission"):
        domo.s3_export.create(named(domo, "Litigation reserves"), **TARGET)
