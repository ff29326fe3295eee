"""Domoscio: its exchange of tokens and its knowledge graphs, asked by a plain HTTP client."""

from __future__ import annotations

import httpx
import pytest

from tests.sandbox_process import SandboxProcess


def opened(sandbox: SandboxProcess, base: str = "/domoscio") -> httpx.Client:
    """A client whose session was just opened with the authorization token."""
    url = sandbox.url + base
    answer = httpx.get(f"{url}/knowledge_graphs", headers={"Authorization": f"Bearer {sandbox.token}"})
    tokens = {name: answer.headers[name] for name in ("AccessToken", "RefreshToken")}
    return httpx.Client(base_url=url, headers=tokens, timeout=30)


@pytest.mark.parametrize("base", ["/domoscio", "/v2/instances/1", "/domoscio/v2/instances/1"])
def test_every_answer_brings_a_new_access_token(sandbox: SandboxProcess, base: str) -> None:
    with opened(sandbox, base) as client:
        seen = {client.headers["AccessToken"]}
        for _ in range(3):
            answer = client.get("/knowledge_graphs")
            assert answer.status_code == 200
            assert answer.headers["RefreshToken"] == client.headers["RefreshToken"]
            client.headers["AccessToken"] = answer.headers["AccessToken"]
            seen.add(answer.headers["AccessToken"])
        assert len(seen) == 4


def test_a_session_can_be_made_to_expire_and_sign_ins_are_counted(sandbox: SandboxProcess) -> None:
    sandbox.reset()
    with opened(sandbox) as client:
        sandbox.control(token_mode="session_expired", match="domoscio", count=1)
        for _ in range(2):
            lost = client.get("/knowledge_graphs")
            assert (lost.status_code, lost.json()["error"]["status"]) == (401, 401)
    with opened(sandbox) as client, opened(sandbox) as other:
        other.headers["RefreshToken"] = client.headers["RefreshToken"]
        assert other.get("/knowledge_graphs").status_code == 401, "tokens of two sessions don't go together"
        assert client.get("/knowledge_graphs").status_code == 200
    assert sandbox.stats()["received"]["domoscio.sign_in"] == 3
    sandbox.reset()


def test_knowledge_graphs_are_made_listed_and_sorted(sandbox: SandboxProcess) -> None:
    with opened(sandbox) as client:
        graph = client.post("/knowledge_graphs", json={"name": "Rope work", "uid": "rope-work"}).json()
        assert client.get(f"/knowledge_graphs/{graph['id']}").json() == graph
        again = client.post("/knowledge_graphs", json={"name": "Rope work", "uid": "rope-work"})
        assert (again.status_code, again.json()["error"]["status"]) == (422, 422)
        assert client.post("/knowledge_graphs", json={"name": "Rope work"}).status_code == 400
        listed = client.get("/knowledge_graphs", params={"per_page": 5, "sort_by": "id.desc"})
        assert listed.json()[0] == graph
        assert (len(listed.json()), listed.headers["Per-Page"]) == (5, "5")
        # The gem of this API sends page and size in a body.
        second = client.request("GET", "/knowledge_graphs", json={"per_page": 5, "page": 2})
        assert [each["id"] for each in second.json()] == [6, 7, 8, 9, 10]
        assert client.get("/knowledge_graphs/nothing").status_code == 404
        other = client.get(f"{sandbox.url}/v2/instances/2/knowledge_graphs")
        assert (other.status_code, other.json()["error"]["message"]) == (404, "Instance not found")
