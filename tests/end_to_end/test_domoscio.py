"""Domoscio from the service layer to the sandbox."""

from __future__ import annotations

import pytest

from domoadmin.services.client import ConnectionSettings, connect
from domoadmin.services.errors import AnswerLost, BadRequest, Unauthorized, Unprocessable
from tests.sandbox_process import SandboxProcess


def settings_for(sandbox: SandboxProcess, token: str = "", path: str = "/domoscio") -> ConnectionSettings:
    """A connection to Domoscio in the sandbox."""
    secrets = {"token": token or sandbox.token}
    return ConnectionSettings(kind="domoscio", slug="learning", base_url=sandbox.url + path, secrets=secrets)


def test_a_graph_is_made_and_found_again(sandbox: SandboxProcess) -> None:
    sandbox.reset()
    with connect(settings_for(sandbox)) as client:
        before = client.domoscio.list_knowledge_graphs(per_page=1)
        made = client.domoscio.create_knowledge_graph("Crevasse rescue", "crevasse-rescue")
        assert (made.name, made.created is not None) == ("Crevasse rescue", True)
        walked = list(client.walk("domoscio.list_knowledge_graphs", per_page=5))
        assert len(walked) == (before.total or 0) + 1
        assert walked[-1] == made
        with pytest.raises(Unprocessable, match="taken") as caught:
            client.domoscio.create_knowledge_graph("Crevasse rescue", "crevasse-rescue")
        assert caught.value.request_id
        with pytest.raises(BadRequest, match="uid is required"):
            client.domoscio.create_knowledge_graph("Without uid")
        sandbox.control(cut_after_effect=1.0, match="domoscio.create", count=1)
        with pytest.raises(AnswerLost):
            client.domoscio.create_knowledge_graph("Belaying", "belaying")
        uids = [graph.uid for graph in client.walk("domoscio.list_knowledge_graphs")]
        assert uids.count("belaying") == 1, "the list settles what became of it"
    assert sandbox.stats()["received"]["domoscio.sign_in"] == 1
    sandbox.reset()


def test_a_wrong_token_is_refused_once(sandbox: SandboxProcess) -> None:
    sandbox.reset()
    with connect(settings_for(sandbox, "wrong-token", "/v2/instances/1")) as client, pytest.raises(Unauthorized):
        client.domoscio.list_knowledge_graphs()
    assert sandbox.stats()["received"]["domoscio.list_knowledge_graphs"] == 1
