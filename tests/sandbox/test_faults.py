"""The fault switches, each over a real connection."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.sandbox.clients import DatasetClient, hits
from tests.sandbox_process import SandboxProcess

ME = "/api/content/v2/users/me"


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_an_error_status_comes_with_domos_body(sandbox: SandboxProcess, client: httpx.Client, status: int) -> None:
    sandbox.control(**{f"status_{status}": 1.0})
    answer = client.get(ME)
    assert answer.status_code == status
    body = answer.json()
    assert body["status"] == status
    assert body["path"] == ME
    assert body["toe"] == answer.headers["X-DOMO-RequestId"]
    assert "Retry-After" not in answer.headers


def test_a_429_can_name_when_to_come_back(sandbox: SandboxProcess, client: httpx.Client) -> None:
    sandbox.control(status_429=1.0, retry_after=2)
    assert client.get(ME).headers["Retry-After"] == "2"


@pytest.mark.parametrize(
    ("switch", "status", "title"),
    [
        ("html_maintenance", 200, "Domo Maintenance"),
        ("html_maintenance_503", 503, "Domo Maintenance"),
        ("blocked_html", 200, "Domo - Blocked"),
    ],
)
def test_html_pages(sandbox: SandboxProcess, client: httpx.Client, switch: str, status: int, title: str) -> None:
    sandbox.control(**{switch: 1.0})
    answer = client.get(ME)
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("text/html")
    assert f"<title>{title}</title>" in answer.text


def test_a_cut_before_the_effect_changes_nothing(
    sandbox: SandboxProcess, client: httpx.Client, dataset: DatasetClient
) -> None:
    upload = dataset.open()
    dataset.put(upload, 1, b"a,1,2026-01-01\n")
    sandbox.control(cut_before_effect=1.0, match="commit", count=1)
    with pytest.raises(httpx.TransportError):
        dataset.commit(upload)
    assert dataset.versions() == []
    assert dataset.commit(upload).status_code == 200


def test_a_cut_after_the_effect_loses_only_the_answer(
    sandbox: SandboxProcess, client: httpx.Client, dataset: DatasetClient
) -> None:
    upload = dataset.open()
    dataset.put(upload, 1, b"a,1,2026-01-01\n")
    sandbox.control(cut_after_effect=1.0, match="commit", count=1)
    with pytest.raises(httpx.TransportError):
        dataset.commit(upload)
    assert len(dataset.versions()) == 1
    assert dataset.commit(upload).status_code == 409


@pytest.mark.parametrize(("switch", "versions"), [("timeout", 0), ("timeout_after_effect", 1)])
def test_silence(sandbox: SandboxProcess, dataset: DatasetClient, switch: str, versions: int) -> None:
    upload = dataset.open()
    dataset.put(upload, 1, b"a,1,2026-01-01\n")
    sandbox.control(**{switch: 1.0}, match="commit")
    path = f"{dataset.path}/uploads/{upload}/commit"
    with pytest.raises(httpx.ReadTimeout):
        dataset.client.put(path, json={"action": "REPLACE", "index": True}, timeout=3)
    assert len(dataset.versions()) == versions


def test_latency_delays_the_answer(sandbox: SandboxProcess, client: httpx.Client) -> None:
    sandbox.control(latency_ms=120, jitter_ms=30)
    assert client.get(ME).elapsed.total_seconds() >= 0.12


def test_an_expired_token_is_a_401_everywhere(sandbox: SandboxProcess, client: httpx.Client) -> None:
    sandbox.control(token_mode="expired")
    answer = client.get(ME)
    assert answer.status_code == 401
    assert answer.json()["message"] == "Full authentication is required to access this resource"


def test_a_read_only_token_may_search_but_not_write(sandbox: SandboxProcess, dataset: DatasetClient) -> None:
    sandbox.control(token_mode="read_only")
    assert hits(dataset.client)["totalResultCount"] >= 300
    assert dataset.client.post(f"{dataset.path}/uploads", json={}).status_code == 403


def test_the_search_limit_counts_a_minute(sandbox: SandboxProcess, client: httpx.Client) -> None:
    sandbox.control(search_rate_limit=1)
    body = {"query": "*", "entityList": [["dataset"]]}
    statuses = [client.post("/api/search/v1/query", json=body).status_code for _ in range(2)]
    assert statuses[-1] == 429
    assert client.get(ME).status_code == 200


def test_a_count_ends_a_fault(sandbox: SandboxProcess, client: httpx.Client) -> None:
    sandbox.control(status_503=1.0, count=2)
    assert [client.get(ME).status_code for _ in range(3)] == [503, 503, 200]


def test_several_rules_each_for_their_operation(sandbox: SandboxProcess, client: httpx.Client) -> None:
    sandbox.control(rules=[{"match": "users.me", "status_500": 1.0}, {"match": "grouplist", "status_502": 1.0}])
    assert client.get(ME).status_code == 500
    assert client.get("/api/content/v2/groups/grouplist").status_code == 502
    assert client.get("/api/identity/v1/users").status_code == 200


def test_shares_are_drawn_alike_each_time(sandbox: SandboxProcess, client: httpx.Client) -> None:
    def draw() -> list[int]:
        sandbox.control(status_503=0.5)
        return [client.get(ME).status_code for _ in range(20)]

    first = draw()
    assert set(first) == {200, 503}
    assert draw() == first


@pytest.mark.parametrize(
    "switches", [{"nonsense": 1}, {"status_500": 2}, {"match": "("}, {"token_mode": "lost"}, {"count": "many"}]
)
def test_wrong_switches_are_refused(sandbox: SandboxProcess, switches: dict[str, Any]) -> None:
    with pytest.raises(httpx.HTTPStatusError, match="400"):
        sandbox.control(**switches)


def test_control_wants_the_token(sandbox: SandboxProcess) -> None:
    assert httpx.get(f"{sandbox.url}/_control").status_code == 401
    page = httpx.get(f"{sandbox.url}/_control/", params={"token": "wrong"})
    assert page.status_code == 401
    assert 'type="password"' in page.text
    assert "Requests" in httpx.post(f"{sandbox.url}/_control/", data={"token": sandbox.token}).text


def test_the_page_sets_switches(sandbox: SandboxProcess, client: httpx.Client) -> None:
    form = {"token": sandbox.token, "action": "set", "match": "users.me", "status_503": "1", "count": "1"}
    page = httpx.post(f"{sandbox.url}/_control/", data=form | {"latency_ms": "", "token_mode": "ok"})
    assert page.status_code == 200
    assert "Sandbox faults" in page.text
    assert client.get(ME).status_code == 503
    httpx.post(f"{sandbox.url}/_control/", data={"token": sandbox.token, "action": "off"})
    assert client.get(ME).status_code == 200


def test_the_log_and_the_counters_hold_no_token(sandbox: SandboxProcess, client: httpx.Client) -> None:
    client.get(ME)
    assert sandbox.stats()["received"]["users.me"] == 1
    last = sandbox.log()[-1]
    assert (last["method"], last["path"], last["status"]) == ("GET", ME, 200)
    assert sandbox.token not in str(sandbox.log())
