"""Remote DomoStats, as domolibrary and scripts like it use them."""

from __future__ import annotations

from typing import Any

import httpx

APPLICATIONS = "/api/executor/v1/applications/"


def jobs_of(client: httpx.Client, application: str, **query: int) -> dict[str, Any]:
    answer = client.get(f"/api/executor/v2/applications/{application}/jobs", params=query)
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def test_applications_hold_jobs_for_other_instances(client: httpx.Client) -> None:
    application = client.get(APPLICATIONS).json()[0]
    # what the document's sample shows of an application
    shown = {"id", "displayType", "type", "name", "owner", "status", "created", "lastTouched"}
    assert shown | {"rowCount", "columnCount", "cardInfo", "properties"} <= application.keys()
    collection = jobs_of(client, application["applicationId"])
    assert collection["totalResults"] == len(collection["jobs"]) >= 6
    for job in collection["jobs"]:
        assert job["jobName"] == job["executionPayload"]["remoteInstance"]
        dataset = job["executionPayload"]["metricsDatasetId"]
        assert client.get(f"/api/data/v3/datasources/{dataset}").status_code == 200


def test_jobs_from_an_offset_on(client: httpx.Client) -> None:
    application = client.get(APPLICATIONS).json()[0]["id"]
    names = [job["jobName"] for job in jobs_of(client, application)["jobs"]]
    assert [job["jobName"] for job in jobs_of(client, application, offset=2)["jobs"]] == names[2:]
    assert jobs_of(client, application, offset=1000)["jobs"] == []


def test_a_job_is_changed_and_read_back(client: httpx.Client) -> None:
    application = client.get(APPLICATIONS).json()[0]["id"]
    job = jobs_of(client, application)["jobs"][0]
    path = f"/api/executor/v1/applications/{application}/jobs/{job['jobId']}"
    changed = {**job, "executionTimeout": 90, "triggers": []}
    assert client.put(path, json=changed).json() == {
        "status": "OK",
        "code": 200,
        "message": "Job updated successfully",
    }
    kept = client.get(path).json()
    assert (kept["executionTimeout"], kept["triggers"], kept["jobName"]) == (90, [], job["jobName"])
    assert kept in jobs_of(client, application)["jobs"]
    refused = client.put(path, json={"executionTimeout": "soon"})
    assert (refused.status_code, "executionTimeout" in refused.json()["message"]) == (400, True)


def test_refusals(client: httpx.Client) -> None:
    application = client.get(APPLICATIONS).json()[0]["id"]
    jobs = jobs_of(client, application)["jobs"]
    assert client.get("/api/executor/v2/applications/unknown/jobs").status_code == 404
    assert client.put(f"/api/executor/v1/applications/{application}/jobs/unknown", json=jobs[0]).status_code == 404
    answers = [client.put(f"/api/executor/v1/applications/{application}/jobs/{job['jobId']}", json=job) for job in jobs]
    assert {answer.status_code for answer in answers} == {200, 403}
