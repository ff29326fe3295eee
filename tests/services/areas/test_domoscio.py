"""Domoscio's operations: one that is documented, and the list that tells whether it happened."""

from __future__ import annotations

from typing import Any

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import AnswerLost, Unprocessable
from domoadmin.services.operations import RetrySafety, registry
from tests.services.conftest import Connecting
from tests.services.quirks import no_bearing, quirk
from tests.services.upstream import Told, Upstream, told

no_bearing("domoscio.create_knowledge_graph", "a KnowledgeGraph is the first object", "other objects aren't covered")
CREATE = "domoscio.create_knowledge_graph"


@pytest.fixture
def client(connecting: Connecting, upstream: Upstream) -> Client:
    """A client whose base URL ends with the instance."""
    return connecting(kind="domoscio", base_url=f"{upstream.url}/v2/instances/7")


@quirk(CREATE, "the document gives neither method, path, base URL", "the field names, types and required marks")
@pytest.mark.parametrize(
    "answer",
    [told({"id": 5, "uid": "rope", "name": "Rope"}, 201), told({"knowledge_graph": {"id": 5, "uid": "rope"}})],
)
def test_creating_a_graph(client: Client, upstream: Upstream, answer: Told) -> None:
    upstream.answers(answer)
    assert (client.domoscio.create_knowledge_graph("Rope", "rope").id) == "5"
    assert (upstream.last.method, upstream.last.path) == ("POST", "/v2/instances/7/knowledge_graphs")
    assert upstream.last.json == {"name": "Rope", "uid": "rope"}
    client.domoscio.create_knowledge_graph(name="Rope")
    assert upstream.last.json == {"name": "Rope"}
    upstream.answers(told(None))
    assert client.domoscio.create_knowledge_graph(uid="rope").id == ""


@quirk(CREATE, "422 comes back when an object")
def test_a_graph_that_exists_is_unprocessable(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"error": {"status": 422, "message": "Uid has already been taken"}}, 422))
    with pytest.raises(Unprocessable, match="already been taken"):
        client.domoscio.create_knowledge_graph("Rope", "rope")


@quirk(CREATE, "no endpoint to read, change or delete")
def test_a_creation_in_doubt_is_settled_by_the_list(client: Client, upstream: Upstream) -> None:
    operation = registry.get(CREATE)
    assert (operation.reverse, operation.retry_safety) == (None, RetrySafety.VERIFIABLE)
    upstream.answers(told({"error": {"status": 500, "message": "broke"}}, 500))
    with pytest.raises(AnswerLost):
        client.domoscio.create_knowledge_graph("Rope", "rope")
    assert len(upstream.asked) == 1, "not sent again blindly"
    upstream.answers(told([{"id": 5, "uid": "rope"}], Total="1"))
    assert "rope" in {graph.uid for graph in client.walk("domoscio.list_knowledge_graphs")}


@quirk(CREATE, "the answer carries a new AccessToken")
def test_the_token_of_an_answer_goes_with_the_next_call(client: Client, upstream: Upstream) -> None:
    upstream.answers(
        told({"id": 1}, AccessToken="access-1", RefreshToken="refresh-1"), told({"id": 2}, AccessToken="access-2")
    )
    for _ in range(3):
        client.domoscio.create_knowledge_graph("Rope", "rope")
    sent = [(asked.headers.get("Authorization"), asked.headers.get("AccessToken")) for asked in upstream.asked]
    assert sent == [("Bearer secret-token-0123456789", None), (None, "access-1"), (None, "access-2")]


def test_all_pages_of_the_list_are_walked(client: Client, upstream: Upstream) -> None:
    rows: list[dict[str, Any]] = [{"id": number, "uid": f"g{number}"} for number in range(5)]
    upstream.answers(told(rows[:2], Total="5"), told(rows[2:4], Total="5"), told(rows[4:], Total="5"))
    assert len(list(client.walk("domoscio.list_knowledge_graphs", per_page=2, sort_by="id.asc"))) == 5
    assert [asked.path.partition("?")[2] for asked in upstream.asked] == [
        f"page={page}&per_page=2&sort_by=id.asc" for page in (1, 2, 3)
    ]
    assert client.domoscio.list_knowledge_graphs().total == 5
