"""Applications, their jobs and the update of one: against the sandbox, and against what the document shows."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest

from apps.audit.models import AuditRecord
from apps.connections.models import Connection
from apps.governance.domostats.checking import check
from domoadmin.reference import entries
from tests.apps.data.support import PARTIAL, calls, text_of
from tests.clients import client_with_role
from tests.sandbox_process import SandboxProcess
from tests.services.upstream import Asked, Told, Upstream, told

PAGE = "/c/halden/governance/domostats/"
REMOTE = "50e7230f-d2f2-42e2-a208-d94c8ae9f64c"
EXAMPLE: dict[str, Any] = entries()["domostats.update_job"]["body"]["example"]


def jobs_of(sandbox: SandboxProcess) -> list[dict[str, Any]]:
    with sandbox.client() as client:
        found: list[dict[str, Any]] = client.get(f"/api/executor/v2/applications/{REMOTE}/jobs").json()["jobs"]
        return found


def editable(sandbox: SandboxProcess) -> dict[str, Any]:
    """Return a job that the token may change."""
    return answered(sandbox, 200)


def answered(sandbox: SandboxProcess, status: int) -> dict[str, Any]:
    """Return a job whose update is answered so: the sandbox keeps those of the legal department to itself."""
    with sandbox.client() as client:
        for job in jobs_of(sandbox):
            path = f"/api/executor/v1/applications/{REMOTE}/jobs/{job['jobId']}"
            if client.put(path, json=job).status_code == status:
                sandbox.reset()
                return job
    raise AssertionError(f"no job answers {status}")


def fields_of(text: str) -> dict[str, str]:
    """Return what a form of the page would send."""
    inputs = re.findall(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?', text)
    return {name: html.unescape(value) for name, value in inputs}


def text_in(page: str) -> str:
    found = re.search(r'<textarea[^>]* name="text"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    assert found is not None, page[:2000]
    return html.unescape(found[1])


def test_applications_lead_to_jobs_and_a_job(halden: Connection, sandbox: SandboxProcess) -> None:
    viewer = client_with_role("viewer")
    text = text_of(viewer.get(PAGE))
    assert "Remote DomoStats" in text
    assert f"{PAGE}{REMOTE}/" in text
    jobs = jobs_of(sandbox)
    text = text_of(viewer.get(f"{PAGE}{REMOTE}/"))
    assert all(job["jobName"] in text for job in jobs)
    found = text_of(viewer.get(f"{PAGE}{REMOTE}/", {"q": jobs[0]["jobId"]}, headers=PARTIAL))
    assert jobs[0]["jobName"] in found
    assert jobs[1]["jobId"] not in found
    sandbox.reset()
    text = text_of(viewer.get(f"{PAGE}{REMOTE}/jobs/{jobs[0]['jobId']}/"))
    assert jobs[0]["executionPayload"]["policies"]["SAML"] in text
    assert "DomainWhitelist" in text
    assert "Edit" not in re.sub(r"\s+", " ", text).split("page-title")[-1].split("row-cards")[0]
    # All that a whole job takes is told by the documented list.
    assert set(calls(sandbox)) == {"domostats.list_jobs", "users.get"}
    assert "has no job nothing" in text_of(viewer.get(f"{PAGE}{REMOTE}/jobs/nothing/"), 404)
    assert viewer.get(f"{PAGE}{REMOTE}/jobs/{jobs[0]['jobId']}/edit/").status_code == 403


def test_a_job_is_updated_after_its_difference_was_shown(halden: Connection, sandbox: SandboxProcess) -> None:
    support, job = client_with_role("support"), editable(sandbox)
    address = f"{PAGE}{REMOTE}/jobs/{job['jobId']}/edit/"
    editor = text_of(support.get(address))
    settings = json.loads(text_in(editor))
    assert "jobDescription" not in settings
    settings["executionTimeout"] = 90
    settings["executionPayload"]["remoteInstance"] = "somewhere"
    review = text_of(support.post(address, {**fields_of(editor), "text": json.dumps(settings)}))
    assert "executionTimeout&quot;: 90" in review
    assert "is no domain" in review
    sending = {**fields_of(review), "send": "1"}
    assert "Tick this when it is meant so" in text_of(support.post(address, sending), 422)
    assert calls(sandbox).get("domostats.update_job", 0) == 0
    assert support.post(address, {**sending, "sure": "on"}).status_code == 302
    now = next(each for each in jobs_of(sandbox) if each["jobId"] == job["jobId"])
    assert (now["executionTimeout"], now["executionPayload"]["remoteInstance"]) == (90, "somewhere")
    assert {name: now[name] for name in ("accounts", "resources", "triggers")} == {
        name: job[name] for name in ("accounts", "resources", "triggers")
    }
    record = AuditRecord.objects.get(operation="domostats.update_job", outcome="succeeded")
    assert record.target_name == job["jobName"]
    with sandbox.client() as client:
        client.put(f"/api/executor/v1/applications/{REMOTE}/jobs/{job['jobId']}", json=job).raise_for_status()


def test_somebody_elses_change_is_not_overwritten_unseen(halden: Connection, sandbox: SandboxProcess) -> None:
    support, job = client_with_role("support"), editable(sandbox)
    address, path = (
        f"{PAGE}{REMOTE}/jobs/{job['jobId']}/edit/",
        f"/api/executor/v1/applications/{REMOTE}/jobs/{job['jobId']}",
    )
    editor = text_of(support.get(address))
    settings = json.loads(text_in(editor)) | {"executionTimeout": 45}
    review = text_of(support.post(address, {**fields_of(editor), "text": json.dumps(settings)}))
    with sandbox.client() as client:
        client.put(path, json={**job, "executionTimeout": 44}).raise_for_status()
        anew = text_of(support.post(address, {**fields_of(review), "send": "1"}), 409)
        assert "Somebody changed this job" in anew
        assert support.post(address, {**fields_of(anew), "send": "1", "overwrite": "on"}).status_code == 302
        assert client.get(path).json()["executionTimeout"] == 45
        client.put(path, json=job).raise_for_status()


def test_what_is_wrong_is_named_with_its_place(halden: Connection, sandbox: SandboxProcess) -> None:
    support, job = client_with_role("support"), editable(sandbox)
    address = f"{PAGE}{REMOTE}/jobs/{job['jobId']}/edit/"
    assert "Line 2, column 18: a value was expected" in text_of(
        support.post(address, {"text": '{\n  "jobName":     ,\n}'}), 422
    )
    text = text_of(support.post(address, {"text": json.dumps({"jobDescription": "x", "accounts": ["1"]})}), 422)
    assert "jobDescription is no field of the documented update" in text
    assert "accounts[0] must be the id of an account" in text
    assert calls(sandbox).get("domostats.update_job", 0) == 0


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"jobId": "other"}, "jobId names another job"),
        ({"jobName": " "}, "jobName is empty"),
        ({"executionTimeout": True}, "executionTimeout must be a whole number"),
        ({"executionPayload": []}, "executionPayload must be an object"),
        ({"executionPayload": {"policies": {"SAML": 1}}}, "executionPayload.policies.SAML must be the id"),
        ({"executionPayload": {"remoteInstance": 1}}, "executionPayload.remoteInstance must be text"),
        ({"resources": {"limits": {"memory": 256}}}, "resources.limits.memory must be text"),
        ({"resources": {"limits": "256M"}}, "resources.limits must be an object"),
        ({"triggers": ["daily"]}, "triggers[0] must be an object"),
    ],
)
def test_fields_are_of_the_documents_kinds(changes: dict[str, Any], fault: str) -> None:
    found = check(EXAMPLE | changes, EXAMPLE["jobId"], EXAMPLE)
    assert any(each.startswith(fault) for each in found.faults), found


def test_the_documents_example_passes_and_slips_are_doubted() -> None:
    found = check(EXAMPLE, EXAMPLE["jobId"], EXAMPLE)
    assert (found.faults, found.doubts) == ([], [])
    payload = {**EXAMPLE["executionPayload"], "policies": {"Saml": "x"}, "metricsDatasetId": "7"}
    wanted = {"jobId": EXAMPLE["jobId"], "executionPayload": payload, "resources": {"limits": {"memory": "much"}}}
    doubts = "\n".join(check(wanted, EXAMPLE["jobId"], EXAMPLE).doubts)
    for part in ("jobName, executionTimeout", "policies.Saml is no policy", "metricsDatasetId is “7”", "“much”"):
        assert part in doubts


@pytest.fixture
def documented(upstream: Upstream, other_hands: Connection) -> Upstream:
    """Answers the document's samples, and nothing that it lacks."""

    def script(asked: Asked) -> Told:
        if asked.method == "PUT":
            return told({"status": "OK", "code": 200, "message": "Job updated successfully"})
        if asked.path.endswith("/applications/"):
            return told(entries()["domostats.list_applications"]["response"]["example"])
        if "/v2/" in asked.path:
            return told(entries()["domostats.list_jobs"]["response"]["example"])
        return told({"status": 404, "message": "No such path"}, 404)

    return upstream.script(script)


def test_the_documents_samples_are_shown_and_updated(documented: Upstream) -> None:
    support, sample = client_with_role("support"), "94a4edfa-5926-4f0c-ad1e-a341f53f6113"
    assert "DomoStats People with Activity Log" in text_of(support.get(PAGE))
    assert sample in text_of(support.get(f"{PAGE}{sample}/"))
    page = text_of(support.get(f"{PAGE}{sample}/jobs/{sample}/"))
    assert "tells no settings of its jobs" in page
    assert "calculation_534c74ab" in page
    address = f"{PAGE}{sample}/jobs/{sample}/edit/"
    editor = text_of(support.get(address))
    wanted = {**EXAMPLE, "jobId": sample}
    review = text_of(support.post(address, {**fields_of(editor), "text": json.dumps(wanted)}))
    assert support.post(address, {**fields_of(review), "send": "1"}).status_code == 302
    sent = next(asked for asked in documented.asked if asked.method == "PUT")
    assert sent.path == f"/api/executor/v1/applications/{sample}/jobs/{sample}"
    assert sent.json == wanted


def test_odd_applications_and_jobs_are_shown_all_the_same(upstream: Upstream, other_hands: Connection) -> None:
    odd = [{"id": "a/b", "name": "<b>Slash"}, {"name": "No id", "owner": "somebody"}, {"id": "7", "accounts": "x"}]
    upstream.script(lambda asked: told({"jobs": odd} if "/v2/" in asked.path else odd))
    viewer = client_with_role("viewer")
    for path in (PAGE, f"{PAGE}7/"):
        text = text_of(viewer.get(path, {"sort": "-name"}))
        assert "&lt;b&gt;Slash" in text
        assert "No id" in text
    assert "tells no settings" in text_of(viewer.get(f"{PAGE}7/jobs/7/"))


def test_a_refusal_keeps_what_was_typed(halden: Connection, sandbox: SandboxProcess) -> None:
    support, job = client_with_role("support"), answered(sandbox, 403)
    address = f"{PAGE}{REMOTE}/jobs/{job['jobId']}/edit/"
    editor = text_of(support.get(address))
    settings = json.loads(text_in(editor)) | {"executionTimeout": 61}
    review = text_of(support.post(address, {**fields_of(editor), "text": json.dumps(settings)}))
    refused = text_of(support.post(address, {**fields_of(review), "send": "1"}), 403)
    assert "You do not have permission to change job" in refused
    assert "Request id" in refused
    assert json.loads(fields_of(refused)["text"])["executionTimeout"] == 61
