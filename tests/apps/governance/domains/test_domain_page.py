"""The page of one domain: facts, custom data by definitions, limits with what counts, what is right below; search."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client

from apps.connections.models import Connection
from tests.apps.data.support import PARTIAL, text_of
from tests.apps.governance.domains.support import PAGE, OtherHands, Sandbox, of, refusal
from tests.services.upstream import told as answer

FIELDS = [
    {"id": "lang", "label": "Language", "type": "text"},
    {"id": "area", "label": "Floor area", "type": "number"},
]


def plain(text: str) -> str:
    """Return what a person reads, with single blanks."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)))


def test_the_page_of_a_domain(told: Sandbox, viewer: Client) -> None:
    told.create("page-one", description="A <trial>", data={"lang": "sv", "area": "wide", "more": [1]})
    told.update("page-one", settings={"publicUrl": "https://halden.example", "theme": {"primaryColor": "#123456"}})
    text = text_of(viewer.get(of("page-one")))
    read = plain(text)
    assert "A <trial>" in read
    assert "<trial>" not in text
    # Halden Outdoor / Pilots lead here.
    assert [each in text for each in (f'href="{of("halden")}"', f'href="{of("pilots")}"')] == [True, True]
    assert "primaryColor" in read
    assert "lang no definition sv" in read
    assert "Add a domain below" not in read
    full = text_of(viewer.get(of("page-one"), headers=PARTIAL))
    assert full.startswith("<title>Page-One")
    assert "<html" not in full


def test_values_are_shown_by_their_definitions(hands: OtherHands, viewer: Client) -> None:
    hands.add("root", domainMetadata=FIELDS, data={"lang": "sv", "area": "wide", "email": "a@b.se", "nested": {"a": 1}})
    read = plain(text_of(viewer.get(of("root"))))
    assert "Language lang Text sv" in read
    assert "Floor area area Number wide This is no number, as its definition wants." in read
    assert "email no definition a@b.se" in read
    assert '{"a": 1}' in read


def test_limits_say_what_counts_and_what_is_given_on(hands: OtherHands, viewer: Client) -> None:
    hands.add("root", settings={"max_users": 100, "max_things": 50})
    hands.add("mid", "root", settings={"max_users": 400, "max_things": 40})
    hands.add("a", "mid", settings={"max_users": 90})
    hands.add("b", "mid", settings={"max_users": 30})
    hands.add("c", "mid")
    text = text_of(viewer.get(of("mid", "limits/"), headers=PARTIAL))
    read = plain(text)
    assert "at most 400 Root allows 100 in all. 120 given on to 2 domains right below, more than there are." in read
    assert "1 has no limit of its own" in read
    assert 'max="100" value="100"' in text
    assert "at most 40 No domain right below has a limit of its own." in read
    assert "Thing types no limit of its own" in read
    assert "How many are in use, the Domain API doesn’t tell" in read


def test_what_is_right_below_is_paged_by_its_marker(hands: OtherHands, viewer: Client) -> None:
    hands.add("root")
    hands.add("only", "root", settings={"max_things": 1200})
    assert "1,200" in text_of(viewer.get(of("root", "below/"), headers=PARTIAL))
    for number in range(130):
        hands.add(f"d{number:03}", "root")
    panel = text_of(viewer.get(of("root", "below/"), headers=PARTIAL))
    more = unescape(re.findall(r'hx-get="([^"]+below/more/[^"]+)"', panel)[0])
    rows = text_of(viewer.get(more, headers=PARTIAL))
    assert (panel.count("<tr>"), rows.count("<tr>")) == (101, 31)  # with its head; and the one that was there before
    assert "below/more" not in rows
    # Without a script the same page comes as a page.
    assert "<html" in text_of(viewer.get(more.replace("below/more/", "below/")))


def test_a_failure_above_does_not_take_the_page_away(hands: OtherHands, viewer: Client) -> None:
    hands.add("root")
    hands.add("one", "root")
    hands.refused["/domains/root"] = answer({"message": "no"}, 400)
    assert "What is above could not be read" in text_of(viewer.get(of("one")))


class TestSearch:
    """Names, ids and descriptions, out of the one call that tells the whole tree."""

    def test_it_finds_by_all_words_and_says_where(self, domains: Connection, viewer: Client) -> None:
        text = plain(text_of(viewer.get(f"{PAGE}found/?q=venlo inbound", headers=PARTIAL)))
        assert "Found 1 of" in text
        assert "in Halden Outdoor / Warehouses / Venlo" in text
        assert text_of(viewer.get(f"{PAGE}found/?q=", headers=PARTIAL)) == ""
        assert "No domain has “xyzzy”" in text_of(viewer.get(f"{PAGE}?q=xyzzy"))

    def test_one_reading_serves_a_minute_of_typing(self, hands: OtherHands, viewer: Client) -> None:
        hands.add("root")
        for words in ("r", "ro", "roo"):
            assert "Root" in text_of(viewer.get(f"{PAGE}found/?q={words}", headers=PARTIAL))
        assert hands.count("/domains") == 1

    def test_where_the_tree_is_refused_it_is_walked(self, hands: OtherHands, viewer: Client) -> None:
        hands.refused["domains.list"] = refusal("NOT_AUTHORIZED_DOMAIN", "id", 403)
        hands.add("root")
        hands.add("mid", "root")
        hands.add("leaf", "mid", description="Needle")
        text = plain(text_of(viewer.get(f"{PAGE}found/?q=needle", headers=PARTIAL)))
        assert "Found 1 of 3 domains" in text
        assert "in Root / Mid" in text

    def test_a_walk_that_ends_early_says_so(
        self, hands: OtherHands, viewer: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("apps.governance.domains.finding.MOST_WALKED", 3)
        hands.refused["domains.list"] = refusal("NOT_AUTHORIZED_DOMAIN", "id", 403)
        hands.add("root")
        for number in range(6):
            hands.add(f"d{number}", "root")
        assert "Only what could be read" in text_of(viewer.get(f"{PAGE}found/?q=d", headers=PARTIAL))

    def test_nothing_works(self, hands: OtherHands, viewer: Client) -> None:
        hands.refused = {
            each: answer({"message": "Closed for today"}, 400) for each in ("domains.list", "domains.list_top_domains")
        }
        assert "Closed for today" in text_of(viewer.get(f"{PAGE}found/?q=d", headers=PARTIAL))

    def test_the_palette_finds_domains(self, domains: Connection, viewer: Client) -> None:
        text = text_of(viewer.get("/palette/upstream/?q=smart shelf oslo&connection=halden", headers=PARTIAL))
        assert of("pilots.smart-shelf.oslo") in text


def test_home_and_sidebar_of_the_connection_lead_here(domains: Connection, viewer: Client) -> None:
    home = text_of(viewer.get("/c/halden/"))
    assert f'href="{PAGE}"' in home
    assert f"{PAGE}topmost/" in home
    assert "Repair partners" in text_of(viewer.get(f"{PAGE}topmost/", headers=PARTIAL))


def test_calls_of_the_page(hands: OtherHands, viewer: Client) -> None:
    hands.add("root")
    hands.add("mid", "root")
    hands.add("leaf", "mid")
    hands.upstream.asked.clear()
    text_of(viewer.get(of("leaf")))
    assert [asked.path.partition("?")[0] for asked in hands.upstream.asked] == [
        "/domains/leaf", "/domains/mid", "/domains/root",
    ]  # fmt: skip
