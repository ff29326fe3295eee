"""Removing with what hangs below, and the export of all that is below, in bounded memory."""

from __future__ import annotations

import csv
import io
from itertools import islice

import pytest
from django.test import Client

from apps.connections.models import Connection, Environment
from apps.governance.domains.walking import AHEAD, walk_below
from tests.apps.data.support import PARTIAL, text_of
from tests.apps.governance.domains.support import OtherHands, Sandbox, intent, of, refusal, trail
from tests.apps.governance.domains.test_domain_page import plain


def mark_in(text: str) -> str:
    """Return the mark of what was shown."""
    return text.split('name="seen" value="')[1].split('"')[0]


def rows_of(text: str) -> list[dict[str, str]]:
    """Return the rows of an export by the names of its columns."""
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


class TestRemoving:
    """What hangs below is shown first, and nothing else goes."""

    def test_with_what_is_below(self, told: Sandbox, admin: Client) -> None:
        told.create("gone-a", data={"lang": "sv"})
        told.create("gone-b", "gone-a")
        told.create("gone-c", "gone-b")
        address = of("gone-a", "remove/")
        text = text_of(admin.get(address, headers=PARTIAL))
        assert "Remove Gone-A and 2 domains below it" in plain(text)
        assert "Gone-C gone-c" in plain(text)
        assert "This can’t be undone" in text
        told.create("gone-d", "gone-b")
        changed = text_of(admin.post(address, {"seen": mark_in(text)}, headers=PARTIAL), 422)
        assert "What hangs below has changed meanwhile" in changed
        assert told.get("gone-a")
        answered = admin.post(address, {"seen": mark_in(changed)}, headers=PARTIAL)
        assert (answered.status_code, answered.headers["HX-Redirect"]) == (204, of("pilots"))
        assert [told.get(each) for each in ("gone-a", "gone-b", "gone-c", "gone-d")] == [{}] * 4
        before = intent().before or {}
        assert (before["data"], before["below"]) == ({"lang": "sv"}, ["gone-b", "gone-c", "gone-d"])

    def test_what_is_attached_keeps_it(self, domains: Connection, admin: Client) -> None:
        address = of("warehouses.venlo", "remove/")
        text = text_of(admin.get(address, headers=PARTIAL))
        refused = text_of(admin.post(address, {"seen": mark_in(text)}, headers=PARTIAL), 502)
        assert "are attached to this domain or to one below it. Move or remove them first" in plain(refused)
        assert "DOMAIN_HAS_THINGS" in refused
        assert trail("domains.remove") == ["intended", "failed"]

    def test_on_production_the_slug_is_typed(self, hands: OtherHands, admin: Client) -> None:
        Connection.objects.update(environment=Environment.PRODUCTION)
        hands.add("root")
        hands.add("one", "root")
        mark = mark_in(text_of(admin.get(of("one", "remove/"), headers=PARTIAL)))
        text_of(admin.post(of("one", "remove/"), {"seen": mark, "confirm": "no"}, headers=PARTIAL), 422)
        assert "one" in hands.domains
        assert admin.post(of("one", "remove/"), {"seen": mark, "confirm": "halden"}, headers=PARTIAL).status_code == 204
        assert "one" not in hands.domains

    def test_where_the_tree_is_refused_what_is_below_is_walked(
        self, hands: OtherHands, admin: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hands.refused["domains.list"] = refusal("NOT_AUTHORIZED_DOMAIN", "id", 403)
        hands.add("root")
        for number in range(6):
            hands.add(f"d{number}", "root")
        assert "Remove Root and 6 domains below it" in plain(text_of(admin.get(of("root", "remove/"), headers=PARTIAL)))
        monkeypatch.setattr("apps.governance.domains.removing.MOST_WALKED", 4)
        text = text_of(admin.get(of("root", "remove/"), headers=PARTIAL))
        assert "more than 4 domains" in plain(text)
        assert "too large to walk" in text
        answered = admin.post(of("root", "remove/"), {"seen": mark_in(text)}, headers=PARTIAL)
        assert (answered.status_code, answered.headers["HX-Redirect"]) == (204, "/c/halden/governance/domains/")


class TestExport:
    """CSV of a domain with all that is below it."""

    def test_all_below_with_path_and_limits(self, domains: Connection, viewer: Client) -> None:
        answered = viewer.get(of("warehouses", "export.csv"))
        assert "domains-halden-warehouses.csv" in answered.headers["Content-Disposition"]
        rows = rows_of(text_of(answered))
        assert len(rows) == 1 + 4 + 16
        assert rows[0]["Id"] == "warehouses"
        by_id = {row["Id"]: row for row in rows}
        dock = by_id["warehouses.venlo.inbound"]
        assert (dock["Level"], dock["Parent id"]) == ("4", "warehouses.venlo")
        assert dock["Path"] == "halden / warehouses / warehouses.venlo / warehouses.venlo.inbound"
        assert by_id["warehouses.venlo"]["Custom data"] == '{"lang": "en"}'

    @pytest.mark.parametrize("deep", [False, True])
    def test_each_domain_once_whatever_a_page_holds(self, hands: OtherHands, viewer: Client, deep: bool) -> None:
        hands.deep, hands.size = deep, 4
        hands.add("root", name="=cmd()")
        for number in range(9):
            hands.add(f"a{number}", "root", settings={"max_users": number})
            for below in range(3):
                hands.add(f"a{number}.{below}", f"a{number}")
        rows = rows_of(text_of(viewer.get(of("root", "export.csv"))))
        assert sorted(row["Id"] for row in rows) == sorted(hands.domains)
        assert rows[0]["Name"] == "'=cmd()"
        places = [row["Id"] for row in rows]
        assert all(places.index(row["Parent id"]) < places.index(row["Id"]) for row in rows[1:])

    def test_it_asks_only_a_little_ahead(self, hands: OtherHands) -> None:
        hands.add("root")
        for number in range(300):
            hands.add(f"d{number:03}", "root")
        client = Connection.objects.get(slug="halden").client()
        steps = walk_below(client, "root", ("id", "parents"))
        assert [step.domain.id for step in islice(steps, 5)] == ["d000", "d001", "d002", "d003", "d004"]
        steps.close()  # type: ignore[attr-defined]
        # Of three pages and 300 branches: one page, the branches passed, and those begun ahead of them.
        assert len(hands.upstream.asked) <= 1 + 5 + AHEAD

    def test_a_branch_that_fails_breaks_the_download_off(self, hands: OtherHands, viewer: Client) -> None:
        hands.add("root")
        hands.add("one", "root")
        hands.refused["/domains/one/list"] = refusal("SOMETHING_ELSE", "")
        answered = viewer.get(of("root", "export.csv"))
        with pytest.raises(Exception, match="SOMETHING_ELSE"):
            b"".join(answered)
