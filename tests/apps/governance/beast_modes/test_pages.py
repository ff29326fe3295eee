"""List, page, statistics, lock and formula of Beast Modes, against the sandbox and an upstream of other hands."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest

from apps.audit.models import AuditRecord
from apps.connections.models import Connection
from tests.apps.data.support import PARTIAL, calls, csv_rows, text_of
from tests.apps.governance.beast_modes.support import LIST, change, every, one, template
from tests.clients import client_with_role
from tests.sandbox_process import SandboxProcess
from tests.services.upstream import Asked, Told, Upstream, told

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>"


def names_shown(text: str) -> list[str]:
    """Return the ids that a list links, in order."""
    return re.findall(r'class="text-body fw-medium" href="/c/halden/governance/beast-modes/(\d+)/"', text)


def test_the_list_is_one_documented_call(halden: Connection, sandbox: SandboxProcess) -> None:
    there = every(sandbox)
    sandbox.reset()
    viewer = client_with_role("viewer")
    text = text_of(viewer.get(LIST, {"per": "25"}))
    assert calls(sandbox) == {"beast_modes.search": 1, "search.query": 1}
    assert f">{len(there):,}</strong> Beast Modes visible" in text
    assert names_shown(text) == [str(each["id"]) for each in there[:25]]
    assert "Lock</button>" not in text
    second = text_of(viewer.get(LIST, {"per": "25", "page": "2"}, headers=PARTIAL))
    assert names_shown(second) == [str(each["id"]) for each in there[25:50]]
    found = text_of(viewer.get(LIST, {"q": "basket"}, headers=PARTIAL))
    assert f'data-total="{sum("basket" in each["name"].lower() for each in there)}"' in found
    more = text_of(viewer.get(LIST, {"variables": "on"}, headers=PARTIAL))
    assert f'data-total="{len(every(sandbox, filters=[]))}"' in more
    assert "looked through here" not in more


def test_every_other_filter_and_order_is_looked_through_here(halden: Connection, sandbox: SandboxProcess) -> None:
    there = every(sandbox)
    sandbox.reset()
    viewer = client_with_role("viewer")
    dataset = next(link["resource"]["id"] for each in there for link in each["links"] if link["visible"])
    owner = str(there[0]["owner"])

    def broken(each: dict[str, Any]) -> bool:
        return any(link["valid"] != "VALID" for link in each["links"])

    wanted: list[tuple[dict[str, str], int]] = [
        ({"state": "locked"}, sum(each["locked"] for each in there)),
        ({"state": "broken"}, sum(broken(each) for each in there)),
        ({"state": "invalid"}, sum(each["status"] != "VALID" for each in there)),
        ({"owner": owner}, sum(str(each["owner"]) == owner for each in there)),
        ({"dataset": dataset}, sum(dataset in json.dumps(each["links"]) for each in there)),
        ({"state": "broken", "owner": owner}, sum(broken(each) and str(each["owner"]) == owner for each in there)),
    ]
    for asked, count in wanted:
        text = text_of(viewer.get(LIST, asked, headers=PARTIAL))
        assert f'data-total="{count}"' in text, asked
    assert f"all {len(there):,} Beast Modes were looked through here" in text
    # All of them share what was read in the last minute.
    assert calls(sandbox)["beast_modes.search"] == 1
    newest = text_of(viewer.get(LIST, {"sort": "-modified"}, headers=PARTIAL))
    latest = max(each["lastModified"] for each in there)
    assert int(names_shown(newest)[0]) in {each["id"] for each in there if each["lastModified"] == latest}
    rows = csv_rows(text_of(viewer.get(f"{LIST}export.csv", {"state": "locked"})))
    assert len(rows) == 1 + wanted[0][1]
    refused = text_of(viewer.get(LIST, {"card": "no number"}, headers=PARTIAL))
    assert "That is no card id" in refused


def test_a_page_says_what_is_broken_and_why(halden: Connection, sandbox: SandboxProcess) -> None:
    broken = next(
        each
        for each in every(sandbox)
        if any(link["valid"] != "VALID" for link in each["links"])
        and "`old_" in template(sandbox, each["id"])["expression"]
    )
    viewer = client_with_role("viewer")
    text = text_of(viewer.get(f"{LIST}{broken['id']}/"))
    assert html.escape(broken["name"]) in text
    assert 'class="fx-function"' in text
    assert "Edit formula" not in text
    links = text_of(viewer.get(f"{LIST}{broken['id']}/panels/links/", headers=PARTIAL))
    assert "Refers to what is not there" in links
    assert "The dataset has no column <code>old_" in links
    assert "/c/halden/data/datasets/" in links
    assert text_of(viewer.get(f"{LIST}99999999/"), 404)


def test_statistics_lead_to_what_they_count(halden: Connection, sandbox: SandboxProcess) -> None:
    viewer = client_with_role("viewer")
    assert "Statistics of Beast Modes" in text_of(viewer.get(f"{LIST}statistics/"))
    text = text_of(viewer.get(f"{LIST}statistics/figures/", headers=PARTIAL))
    for label, url in re.findall(r'<a class="fw-medium" href="([^"]+)">([^<]+)</a>', text)[:7]:
        counted = re.search(rf"<td>{url}</td><td[^>]*>([\d,]+)</td>", text)
        assert counted, url
        listed = text_of(viewer.get(label, headers=PARTIAL))
        assert f'data-total="{counted[1].replace(",", "")}"' in listed, url


def test_a_formula_is_reviewed_sent_and_brought_back(halden: Connection, sandbox: SandboxProcess) -> None:
    found = one(sandbox, locked=False, status="VALID")
    before = template(sandbox, found["id"])["expression"]
    steward, page = client_with_role("steward"), f"{LIST}{found['id']}/"
    mark = _mark(text_of(steward.get(f"{page}edit/")))
    refused = text_of(steward.post(f"{page}edit/", {"expression": "SUM(`x`", "mark": mark}), 422)
    assert "a parenthesis is opened and never closed" in refused
    same = text_of(steward.post(f"{page}edit/", {"expression": before, "mark": mark}), 422)
    assert "nothing to send" in same
    after = f"{before} + SUM(`nowhere`)"
    review = text_of(steward.post(f"{page}edit/", {"expression": after, "mark": mark}))
    assert '<ins class="fx-new">' in review
    assert "has no column <code>nowhere</code>" in review
    assert template(sandbox, found["id"])["expression"] == before
    sent = steward.post(f"{page}edit/send/", {"expression": after, "mark": mark}, headers={"HX-Request": "true"})
    assert sent.status_code == 204
    assert template(sandbox, found["id"])["expression"] == after
    # Who still sees the earlier formula overwrites nothing.
    stale = text_of(steward.post(f"{page}edit/send/", {"expression": "1", "mark": mark}), 422)
    assert "Somebody changed this formula meanwhile" in stale
    record = AuditRecord.objects.filter(operation="beast_modes.update", outcome="intended").get()
    assert (record.before, record.after) == ({"expression": before}, {"expression": after})
    earlier = text_of(steward.get(f"{page}edit/", {"earlier": record.pk}))
    assert "This is an earlier formula" in earlier
    assert html.escape(before) in earlier


def _mark(text: str) -> str:
    found = re.search(r'name="mark" value="([0-9a-f]+)"', text)
    assert found
    return found[1]


def test_a_locked_one_is_not_altered(halden: Connection, sandbox: SandboxProcess) -> None:
    found = one(sandbox, locked=False, status="VALID")
    steward, page = client_with_role("steward"), f"{LIST}{found['id']}/"
    mark = _mark(text_of(steward.get(f"{page}edit/")))
    assert steward.post(f"{page}lock/").status_code == 302
    assert template(sandbox, found["id"])["locked"]
    assert "Domo alters no locked Beast Mode" in text_of(steward.get(page))
    refused = text_of(steward.post(f"{page}edit/send/", {"expression": "1", "mark": mark}), 422)
    assert "Unlock it first" in refused
    assert steward.post(f"{page}unlock/").status_code == 302
    assert not template(sandbox, found["id"])["locked"]
    outcomes = (
        AuditRecord.objects.filter(operation="beast_modes.update").order_by("pk").values_list("outcome", flat=True)
    )
    assert list(outcomes) == ["intended", "succeeded"] * 2
    viewer = client_with_role("viewer")
    for address in ("lock/", "unlock/", "edit/", "edit/send/"):
        assert viewer.post(f"{page}{address}").status_code == 403
    assert viewer.post(f"{LIST}duplicates/look/").status_code == 403
    change(sandbox, found["id"], locked=bool(found["locked"]))


# An upstream written from the document alone

DOCUMENTED: dict[str, Any] = {
    "id": 427, "name": f"% Behind {HOSTILE}", "owner": 8811501, "lastModified": 1670963682352, "created": 1670963682352,
    "global": False, "locked": False, "legacyId": "calculation_ab07cd22", "status": "VALID", "archived": False,
    "activeLinks": {}, "links": [
        {"resource": {"type": "CARD", "id": "dr:1947052903:616023142"}, "visible": True, "active": False,
         "valid": "VALID"},
        {"resource": {"type": "DATA_SOURCE", "id": "aa7d9422-9abe-4581-bbf3-4a8cb5d3fc25"}, "visible": False,
         "active": False, "valid": "ILLEGAL_REFERENCE"},
    ],
}  # fmt: skip


def _documented(asked: Asked) -> Told:
    if asked.path.endswith("/functions/search"):
        body = asked.json
        if body["filters"] not in ([], [{"field": "notvariable"}]) or set(body["sort"]) != {"field", "ascending"}:
            return told({"status": 400, "message": "unknown filter"}, 400)
        rows = [DOCUMENTED | {"id": 427 + number} for number in range(3)]
        part = rows[body["offset"] : body["offset"] + body["limit"]]
        return told({"totalHits": 3, "results": part, "hasMore": False, "degraded": False})
    if "/functions/template/" in asked.path:
        return told(DOCUMENTED | {"expression": f"SUM(`a`) /* {HOSTILE} */", "functions": ["SUM"], "dataType": "LONG"})
    return told({"status": 404, "statusReason": "Not Found", "message": "No such call", "toe": "TOE-1"}, 404)


def test_an_upstream_of_the_document_alone(other_hands: Connection, upstream: Upstream) -> None:
    upstream.script(_documented)
    viewer = client_with_role("viewer")
    text = text_of(viewer.get(LIST))
    assert names_shown(text) == ["427", "428", "429"]
    assert HOSTILE not in text
    assert "8811501" in text
    broken = text_of(viewer.get(LIST, {"state": "broken", "card": "616023142"}, headers=PARTIAL))
    assert 'data-total="3"' in broken
    page = text_of(viewer.get(f"{LIST}427/"))
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page
    links = text_of(viewer.get(f"{LIST}427/panels/links/", headers=PARTIAL))
    assert "There is no such dataset any more" in links
    assert "616023142" in links


def test_names_that_fail_leave_the_ids(other_hands: Connection, upstream: Upstream) -> None:
    def script(asked: Asked) -> Told:
        return _documented(asked) if "/functions/" in asked.path else told({"message": "later", "toe": "T"}, 500)

    upstream.script(script)
    viewer = client_with_role("viewer")
    assert "8811501" in text_of(viewer.get(LIST))
    assert "8811501" in text_of(viewer.get(f"{LIST}427/"))


def test_a_failing_upstream_says_so(other_hands: Connection, upstream: Upstream) -> None:
    upstream.answers(told({"status": 500, "message": "broken", "toe": "TOE-77"}, 500))
    viewer = client_with_role("viewer")
    assert "TOE-77" in text_of(viewer.get(LIST), 502)
    assert "TOE-77" in text_of(viewer.get(f"{LIST}statistics/figures/", headers=PARTIAL), 502)
    assert "TOE-77" in text_of(viewer.get(f"{LIST}427/"), 502)
