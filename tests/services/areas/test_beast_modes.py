"""Beast Modes: what the document leaves open, decided."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import Conflict, InvalidArguments
from domoadmin.services.operations import RetrySafety, registry
from tests.services.quirks import no_bearing, quirk
from tests.services.upstream import Upstream, told

FOUND = {
    "id": 427,
    "name": "% Behind Schedule Objects",
    "owner": 8811501,
    "created": 1670963682352,
    "status": "VALID",
    "links": [
        {"resource": {"type": "CARD", "id": "dr:1947052903:616023142"}, "visible": True, "valid": "VALID"},
        {"resource": {"type": "DATA_SOURCE", "id": "aa7d9422"}, "visible": False, "valid": "ILLEGAL_REFERENCE"},
    ],
    "activeLinks": {},
}

no_bearing("beast_modes.get", "the example answer has one closing brace", "a slip of the sample, no answer has it")


@quirk("beast_modes.statistics", "total is onDatasets plus onCards")
def test_the_total_is_that_of_datasets_and_cards(client: Client, upstream: Upstream) -> None:
    counts = {"onDatasets": 406, "onCards": 119, "inVisualizations": 98, "invalidLink": 68}
    upstream.answers(told({**counts, "total": 525}), told(counts))
    assert client.beast_modes.statistics().total == 525
    assert client.beast_modes.statistics().total == 525


@quirk("beast_modes.search", "read-only although", "limit is required", "filters and sort are required")
def test_a_search_always_says_filters_sort_and_limit(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"results": []}))
    client.beast_modes.search()
    assert upstream.last.json == {
        "filters": [{"field": "notvariable"}],
        "sort": {"field": "name", "ascending": True},
        "limit": 100,
        "offset": 0,
    }
    assert registry.get("beast_modes.search").retry_safety is RetrySafety.READ
    for limit in (0, 5001):
        with pytest.raises(InvalidArguments) as caught:
            client.beast_modes.search(limit=limit)
        assert caught.value.argument == "limit"


@quirk("beast_modes.search", "page with hasMore and offset")
def test_all_pages_are_walked_up_to_the_total(client: Client, upstream: Upstream) -> None:
    def answer(asked: Any) -> Any:
        body = asked.json
        numbers = range(body["offset"], min(1200, body["offset"] + body["limit"]))
        return told({"totalHits": 1200, "hasMore": True, "results": [{**FOUND, "id": number} for number in numbers]})

    upstream.script(answer)
    assert len(list(client.walk("beast_modes.search"))) == 1200
    assert client.beast_modes.search(limit=3).total == 1200


@quirk("beast_modes.search", "links[].valid is a text", "a linked card id looks like", "times are epoch")
def test_links_states_and_times_are_read(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"results": [FOUND]}))
    found = client.beast_modes.search()[0]
    assert [link.card_id for link in found.links] == ["616023142", ""]
    assert [link.id for link in found.broken_links] == ["aa7d9422"]
    assert found.dataset_ids == ("aa7d9422",)
    assert found.created == datetime(2022, 12, 13, 20, 34, 42, 352000, tzinfo=UTC)
    plain = {"resource": {"type": "CARD", "id": 616023142}, "valid": True}
    upstream.answers(told({"results": [{**FOUND, "links": [plain]}]}))
    link = client.beast_modes.search()[0].links[0]
    assert (link.card_id, link.broken) == ("616023142", False)


@quirk("beast_modes.get", "the Endpoint line lacks", "beastmodeId is typed Number")
def test_one_is_read_by_number_or_text(client: Client, upstream: Upstream) -> None:
    for identifier in (232, "232"):
        client.beast_modes.get(identifier)
        assert upstream.last.path == "/api/query/v1/functions/template/232"
    with pytest.raises(InvalidArguments) as caught:
        client.beast_modes.get("statistics")
    assert caught.value.argument == "beastmode_id"


@quirk("beast_modes.update", "Method says PUT", "?strict=false is written")
@pytest.mark.parametrize("operation_id", ["beast_modes.update", "beast_modes.update_formula"])
def test_a_formula_is_put_with_strict_false(client: Client, upstream: Upstream, operation_id: str) -> None:
    client.call(operation_id, beastmode_id=232, expression="SUM(`Orders`)")
    assert upstream.last.method == "PUT"
    assert parse_qs(urlsplit(upstream.last.path).query) == {"strict": ["false"]}
    client.call(operation_id, beastmode_id=232, expression="SUM(`Orders`)", strict=True)
    assert parse_qs(urlsplit(upstream.last.path).query) == {"strict": ["true"]}


@quirk("beast_modes.update", "formula and lock flag")
def test_only_what_changes_is_sent(client: Client, upstream: Upstream) -> None:
    client.beast_modes.update(232, expression="SUM(`Orders`)")
    assert upstream.last.json == {"expression": "SUM(`Orders`)"}
    client.call("beast_modes.lock", beastmode_id=232, locked=False)
    assert upstream.last.json == {"locked": False}
    assert urlsplit(upstream.last.path).query == ""
    for change in ({}, {"expression": "1", "locked": True}):
        with pytest.raises(InvalidArguments) as caught:
            client.call("beast_modes.update", beastmode_id=232, **change)
        assert caught.value.argument == "expression"


@quirk("beast_modes.update", "a locked Beast Mode cannot be altered", "the answer of the lock example lacks")
def test_a_locked_one_may_refuse_or_answer_locked(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"id": 232, "locked": True, "expression": "1"}), told({"message": "locked"}, 409))
    changed = client.beast_modes.update(232, expression="1")
    assert (changed.locked, changed.not_aggregated_columns, changed.dependencies) == (True, (), ())
    with pytest.raises(Conflict):
        client.beast_modes.update(232, expression="1")


def test_owners_are_changed_by_whole_templates(client: Client, upstream: Upstream) -> None:
    client.beast_modes.bulk_update([{**FOUND, "owner": 27}])
    assert upstream.last.json == {"update": [{**FOUND, "owner": 27}]}
    with pytest.raises(InvalidArguments):
        client.beast_modes.bulk_update([{"owner": 27}])
