"""Many locked at once, and the look that finds formulas that stand more than once."""

from __future__ import annotations

import html
import re
from collections import Counter

from apps.governance.beast_modes.formula import fingerprint
from apps.governance.beast_modes.jobs import start_look
from apps.governance.beast_modes.models import BeastModeFormula
from apps.jobs import service
from apps.jobs.bulk import Selection
from apps.jobs.models import Job
from tests.apps.data.bulk_support import Bulk, items_of
from tests.apps.data.support import calls, csv_rows, text_of
from tests.apps.governance.beast_modes.support import LIST, change, every, template
from tests.clients import client_of


def test_many_are_locked_and_unlocked_again(bulk: Bulk) -> None:
    there = every(bulk.sandbox)
    chosen = [*[each for each in there if not each["locked"]][:3], next(each for each in there if each["locked"])]
    ids = [str(each["id"]) for each in chosen]
    bulk.sandbox.reset()
    job = bulk.run("lock-beast-modes", ids)
    assert job.state == "succeeded"
    assert [items_of(job)[key].state for key in ids] == ["succeeded"] * 3 + ["skipped"]
    assert all(template(bulk.sandbox, key)["locked"] for key in ids)
    assert bulk.effects() == {"beast_modes.update": 3}
    bulk.undo(job)
    assert [template(bulk.sandbox, key)["locked"] for key in ids] == [False] * 3 + [True]


def test_all_that_match_are_selected_by_the_same_filters(bulk: Bulk) -> None:
    wanted = [each for each in every(bulk.sandbox) if "basket" in each["name"].lower() and each["locked"]]
    query = {"q": "basket", "state": "locked"}
    job = service.plan_inline(bulk.create("unlock-beast-modes", Selection(query=query)))
    assert set(items_of(job)) == {str(each["id"]) for each in wanted}


def test_a_look_finds_the_formulas_that_stand_more_than_once(bulk: Bulk) -> None:
    there = every(bulk.sandbox)
    first, second = [each["id"] for each in there if not each["locked"]][:2]
    change(bulk.sandbox, first, expression="COUNT( DISTINCT `a`) + 4711 -- ours")
    change(bulk.sandbox, second, expression="(count(distinct `a`)+4711)")
    gone = BeastModeFormula.objects.create(
        connection=bulk.connection, beast_mode_id="7", name="Gone", expression="1", read_at="2026-01-01T00:00:00Z"
    )
    bulk.sandbox.reset()
    change(bulk.sandbox, first, expression="COUNT( DISTINCT `a`) + 4711 -- ours")
    change(bulk.sandbox, second, expression="(count(distinct `a`)+4711)")
    job = start_look(bulk.connection, bulk.person)
    service.plan_inline(job)
    service.run_inline(job)
    job.refresh_from_db()
    assert job.state == "succeeded"
    assert calls(bulk.sandbox)["beast_modes.get"] == len(there)
    known = BeastModeFormula.objects.filter(connection=bulk.connection)
    assert {each.beast_mode_id for each in known} == {str(each["id"]) for each in there}
    assert not known.filter(pk=gone.pk).exists()
    groups = {mark: count for mark, count in Counter(each.fingerprint for each in known).items() if count > 1}
    assert groups[fingerprint("COUNT(DISTINCT `a`) + 4711")] == 2
    client = client_of(bulk.person)
    text = text_of(client.get(f"{LIST}duplicates/", {"q": "4711"}))
    assert 'data-total="1"' in text
    group = re.search(r'href="(/c/halden/governance/beast-modes/duplicates/[0-9a-f]{64}/)"', text)
    assert group
    members = text_of(client.get(group[1]))
    assert f"/beast-modes/{first}/" in members
    assert f"/beast-modes/{second}/" in members
    # All that match on that page are these two, not all there are.
    query = re.search(r'name="query" value="([^"]+)"', members)
    assert query
    posted = {"action": "lock-beast-modes", "all": "1", "query": html.unescape(query[1])}
    client.post(f"/jobs/bulk/{bulk.connection.slug}/", posted)
    locking = service.plan_inline(Job.objects.get(kind="lock-beast-modes"))
    assert set(items_of(locking)) == {str(first), str(second)}
    assert f'data-total="{len(groups)}"' in text_of(client.get(f"{LIST}duplicates/"))
    rows = csv_rows(text_of(client.get(f"{LIST}duplicates/export.csv")))
    assert len(rows) == 1 + sum(groups.values())
    assert "The same formula" in text_of(client.get(f"{LIST}{first}/"))
