"""Exports to S3."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from domoadmin.reference import entries
from domoadmin.services.client import Client
from domoadmin.services.errors import AnswerLost, BadRequest, InvalidArguments
from domoadmin.services.operations import RetrySafety, registry
from domoadmin.services.roles import Role
from tests.services.quirks import no_bearing, quirk
from tests.services.upstream import CUT, Upstream, told

no_bearing("s3_export.create", "PDP policies apply", "the upstream applies them by itself")
no_bearing("s3_export.create", "the dataset id is written", "two spellings of one placeholder")
no_bearing("s3_export.create", "an extra header Charset", "JSON goes out as UTF-8 in any case; no such header exists")

SECRET = "wJalrXUtnFEMI-not-a-real-one"
ASKED: dict[str, Any] = {
    "aws_access_key": "AKIA2EXAMPLE",
    "aws_access_secret": SECRET,
    "bucket": "halden-outdoor-exports",
    "path": "daily",
    "region": "eu-north-1",
}
STARTED = {**entries()["s3_export.create"]["response"]["example"], "finished": None}
DONE = entries()["s3_export.status"]["response"]["example"][0]


@quirk(
    "s3_export.create", "asynchronous: poll", "exportStatus is none", "the status table lists", "when the data has not"
)
@quirk("s3_export.status", "answers an array", "exportStatus shows", "times are ISO", "the example request sends")
@pytest.mark.parametrize("status", [200, 201])
def test_an_export_is_started_and_its_end_is_polled(client: Client, upstream: Upstream, status: int) -> None:
    upstream.answers(told(STARTED, status))
    started = client.s3_export.create("d1", **ASKED)
    assert (started.status, started.succeeded, started.failed, started.finished) == ("none", False, False, None)
    upstream.answers(told([DONE, {**DONE, "exportStatus": "FAILED", "errorCode": "AccessDenied"}, {"exportId": "x"}]))
    done, failed, odd = client.s3_export.status("d1")
    assert (upstream.last.method, upstream.last.path, upstream.last.body) == ("GET", "/api/query/v1/export/d1", b"")
    # When the data is the same, the earlier export comes back: its id is what to look for.
    assert (done.id, done.succeeded) == (started.id, True)
    assert done.finished == datetime(2019, 9, 19, 15, 6, 46, 112000, UTC)
    assert done.row_counts == {"additionalProp1": 0, "additionalProp2": 0}
    assert (failed.failed, failed.error_code, odd.succeeded, odd.failed) == (True, "AccessDenied", False, False)


@quirk("s3_export.create", "no parameter table", "the bucket must be", "only one active export")
def test_the_upstream_judges_bucket_and_region_and_refuses_a_second_export(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"message": "Only one active export"}, 400))
    with pytest.raises(BadRequest, match="Only one active export"):
        client.s3_export.create("d1", **ASKED)
    assert upstream.last.json == {
        "awsAccessKey": "AKIA2EXAMPLE",
        "awsAccessSecret": SECRET,
        "bucket": "halden-outdoor-exports",
        "path": "daily",
        "region": "eu-north-1",
    }
    with pytest.raises(InvalidArguments, match="region must not be empty"):
        client.s3_export.create("d1", **{**ASKED, "region": ""})


@quirk("s3_export.create", "a session token is asked for")
def test_temporary_credentials_need_their_session_token(client: Client, upstream: Upstream) -> None:
    with pytest.raises(InvalidArguments) as caught:
        client.s3_export.create("d1", **{**ASKED, "aws_access_key": "ASIA2EXAMPLE"})
    assert (caught.value.argument, upstream.asked) == ("aws_session_token", [])
    upstream.answers(told(STARTED))
    client.s3_export.create("d1", **{**ASKED, "aws_access_key": "ASIA2EXAMPLE"}, aws_session_token="token")
    assert upstream.last.json["awsSessionToken"] == "token"


@quirk("s3_export.create", "AWS secrets travel")
def test_the_secrets_are_declared_and_never_told(client: Client, upstream: Upstream) -> None:
    operation = registry.get("s3_export.create")
    assert set(operation.secret) == {"aws_access_key", "aws_access_secret", "aws_session_token"}
    assert operation.role is Role.STEWARD
    wrong: Any = {**ASKED, "aws_access_secret": [SECRET]}
    with pytest.raises(InvalidArguments) as caught:
        client.s3_export.create("d1", **wrong)
    assert SECRET not in str(caught.value)
    upstream.answers(told({"message": f"the key {SECRET} is wrong"}, 400))
    with pytest.raises(BadRequest) as refused:
        client.s3_export.create("d1", **ASKED)
    assert SECRET not in str(refused.value) + refused.value.body_excerpt


def test_a_lost_answer_is_not_repeated(client: Client, upstream: Upstream) -> None:
    upstream.answers(CUT)
    with pytest.raises(AnswerLost):
        client.s3_export.create("d1", **ASKED)
    assert len(upstream.asked) == 1
    assert registry.get("s3_export.create").retry_safety is RetrySafety.VERIFIABLE
