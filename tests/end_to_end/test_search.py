"""The search from the service layer over HTTP to the sandbox and back."""

from __future__ import annotations

import pytest

from domoadmin.services import search_filters as filters
from domoadmin.services.client import Client, ConnectionSettings, connect
from domoadmin.services.errors import BadRequest
from tests.sandbox_process import SandboxProcess


def test_pages_facets_and_groups_of_entities(domo: Client) -> None:
    page = domo.search.query([["user", "group"], "account"], "finance", count=200, facets=["OWNED_BY_ID"])
    assert page.total == len(page.hits)
    assert {hit.entity for hit in page.hits} >= {"group", "account"}
    assert page.facets["OWNED_BY_ID"]
    walked = list(domo.walk("search.query", entities=["user", "group", "account"], query="finance", count=7))
    assert {(hit.entity, hit.id) for hit in walked} == {(hit.entity, hit.id) for hit in page.hits}


@pytest.mark.parametrize("entities", [["dataset"], ["user"], ["dataset", "page", "user"]])
def test_everything_is_read_in_parts(sandbox: SandboxProcess, entities: list[str]) -> None:
    settings = ConnectionSettings(
        kind="domo",
        slug="parts",
        base_url=sandbox.url,
        secrets={"token": sandbox.token},
        search_per_minute=100_000,
    )
    with connect(settings) as domo:
        total = domo.search.query(entities, count=0).total
        found = [(hit.entity, hit.id) for hit in domo.search.walk_all(page_size=15, reach=40, entities=entities)]
        assert len(found) == len(set(found)) == total
        certified = [filters.term("certification.state", "CERTIFIED")]
        some = list(domo.search.walk_all(reach=20, entities=["dataset"], filters=certified))
        assert all(hit.certified for hit in some)
        assert len(some) == domo.search.query(filters=certified, count=0).total


def test_an_odd_filter_is_refused_by_the_upstream(domo: Client) -> None:
    with pytest.raises(BadRequest, match="Unknown filterType") as caught:
        domo.search.query(filters=[{"filterType": "magic", "field": "name"}])
    assert caught.value.request_id
