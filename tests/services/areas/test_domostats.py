"""Remote DomoStats: what the document leaves open, decided."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import InvalidArguments, UnexpectedAnswer
from tests.services.conftest import TOKEN
from tests.services.quirks import no_bearing, quirk
from tests.services.upstream import Asked, Told, Upstream, told

SAMPLE = {"id": "94a4edfa", "type": "DataFlow", "name": "DomoStats People", "owner": {"id": "", "type": "USER"}}
APPLICATION = {"applicationId": "50e7230f", "name": "Remote DomoStats", "owner": {"id": "12"}}
JOB = {
    "jobId": "526906bb",
    "jobName": "halden.domo.com",
    "userId": 12,
    "executionTimeout": 720,
    "executionPayload": {"remoteInstance": "halden.domo.com"},
    "accounts": [479],
    "triggers": [],
}


@quirk("domostats.list_applications", "session_token is listed", "the documented path ends with a slash")
def test_applications_are_asked_for_with_the_token_alone(client: Client, upstream: Upstream) -> None:
    upstream.answers(told([]))
    client.domostats.list_applications()
    assert upstream.last.path == "/api/executor/v1/applications/"
    assert upstream.last.headers["X-DOMO-Developer-Token"] == TOKEN


@quirk("domostats.list_applications", "the example answer is the metadata")
@pytest.mark.parametrize(
    ("answer", "ids"),
    [
        ([APPLICATION], ["50e7230f"]),
        ({"applications": [APPLICATION]}, ["50e7230f"]),
        ({"applications": []}, []),
        ([], []),
        (SAMPLE, ["94a4edfa"]),
    ],
)
def test_applications_are_read_in_every_shape(client: Client, upstream: Upstream, answer: Any, ids: list[str]) -> None:
    upstream.answers(told(answer))
    assert [application.id for application in client.domostats.list_applications()] == ids


@quirk("domostats.list_jobs", "the example answer is the metadata", "tags is a text holding JSON")
@pytest.mark.parametrize(
    ("answer", "ids", "total"),
    [
        ({"jobs": [JOB], "totalResults": 9}, ["526906bb"], 9),
        ({**SAMPLE, "jobs": []}, [], None),
        ([JOB], ["526906bb"], None),
        ({**SAMPLE, "tags": '["domoStats","c_people"]'}, ["94a4edfa"], None),
    ],
)
def test_jobs_are_read_in_every_shape(
    client: Client, upstream: Upstream, answer: Any, ids: list[str], total: int | None
) -> None:
    upstream.answers(told(answer))
    jobs = client.domostats.list_jobs("50e7230f")
    assert ([job.id for job in jobs], jobs.total) == (ids, total)
    assert [job.tags for job in jobs if job.raw.get("tags")] in ([], [("domoStats", "c_people")])


@quirk("domostats.list_jobs", "v2, while the other two", "the path parameter is in no table")
def test_jobs_are_listed_by_the_second_version(client: Client, upstream: Upstream) -> None:
    upstream.answers(told([]))
    client.domostats.list_jobs("50e7230f")
    assert upstream.last.path == "/api/executor/v2/applications/50e7230f/jobs"


@quirk("domostats.list_jobs", "offset without limit")
@pytest.mark.parametrize("says_total", [True, False])
def test_jobs_are_walked_whatever_a_page_holds(client: Client, upstream: Upstream, says_total: bool) -> None:
    def script(asked: Asked) -> Told:
        query = parse_qs(urlsplit(asked.path).query)
        assert set(query) == {"offset"}
        start = int(query["offset"][0])
        jobs = [{"jobId": str(number)} for number in range(start, min(start + 20, 50))]
        return told({"jobs": jobs, **({"totalResults": 50} if says_total else {})})

    upstream.script(script)
    found = [job.id for job in client.walk("domostats.list_jobs", application_id="50e7230f")]
    assert found == [str(number) for number in range(50)]


@quirk("domostats.list_jobs", "offset without limit")
def test_a_walk_ends_where_the_offset_is_ignored(client: Client, upstream: Upstream) -> None:
    upstream.answers(told(SAMPLE))
    assert len(list(client.walk("domostats.list_jobs", application_id="50e7230f"))) == 1
    assert len(upstream.asked) == 2


@quirk("domostats.update_job", "placeholders are written", "the example shows no headers", "jobId is in the path and")
def test_a_job_is_put_with_its_id_in_path_and_body(client: Client, upstream: Upstream) -> None:
    client.domostats.update_job("50e7230f", "526906bb", job_name="halden.domo.com")
    assert upstream.last.path == "/api/executor/v1/applications/50e7230f/jobs/526906bb"
    assert upstream.last.headers["X-DOMO-Developer-Token"] == TOKEN
    assert upstream.last.json == {"jobId": "526906bb", "jobName": "halden.domo.com"}


@quirk("domostats.update_job", "no parameter table")
def test_a_whole_job_goes_back(client: Client, upstream: Upstream) -> None:
    upstream.answers(told(JOB))
    job = client.domostats.get_job("50e7230f", "526906bb")
    client.domostats.update_job("50e7230f", job.id, **{**job.as_arguments(), "execution_timeout": 90})
    sent = {name: value for name, value in JOB.items() if name != "userId"}
    assert upstream.last.json == {**sent, "executionTimeout": 90}
    with pytest.raises(InvalidArguments) as caught:
        client.domostats.update_job("50e7230f", job.id, execution_timeout=0)
    assert caught.value.argument == "execution_timeout"


@quirk("domostats.update_job", "the answer repeats an HTTP code")
def test_a_code_inside_the_answer_counts(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"status": "OK", "code": 200, "message": "Job updated successfully"}))
    assert client.domostats.update_job("a", "b").raw["message"] == "Job updated successfully"
    upstream.answers(told({"status": "ERROR", "code": 409, "message": "The job is running"}))
    with pytest.raises(UnexpectedAnswer, match="The job is running"):
        client.domostats.update_job("a", "b")


no_bearing("domostats.list_applications", "the example headers have a trailing comma", "a slip in the sample request")
no_bearing("domostats.list_applications", "properties.formulas.formulas", "formulas aren't read; `raw` keeps them")
no_bearing("domostats.list_jobs", "a formula in the sample", "formulas aren't read; `raw` keeps them")
no_bearing("domostats.list_jobs", "the example headers have a trailing comma", "a slip in the sample request")
