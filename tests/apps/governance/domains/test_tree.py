"""The tree: lazy, paged by markers, opened down to one domain, whichever way an upstream reads the document."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client

from apps.connections.models import Connection
from tests.apps.data.support import PARTIAL, text_of
from tests.apps.governance.domains.support import PAGE, OtherHands, Sandbox, of
from tests.services.upstream import told as answer


def ids_in(text: str) -> list[str]:
    """Return the ids of the rows, in order."""
    return re.findall(r'data-id="([^"]+)"', text)


def address(text: str, name: str) -> str:
    """Return the address that an attribute holds; the last one."""
    return unescape(re.findall(rf'data-{name}="([^"]+)"', text)[-1])


def test_the_topmost_stand_first_and_a_branch_comes_when_it_is_asked_for(domains: Connection, viewer: Client) -> None:
    page = text_of(viewer.get(PAGE))
    assert "Domains</h1>" in page
    tree = text_of(viewer.get(f"{PAGE}tree/", headers=PARTIAL))
    assert ids_in(tree) == ["halden", "franchise", "repair"]
    branch_url = unescape(re.findall(r'data-branch="([^"]+)"', tree)[0])
    branch = text_of(viewer.get(branch_url, headers=PARTIAL))
    assert {"stores", "warehouses", "pilots"} <= set(ids_in(branch))
    assert 'aria-level="2"' in branch
    assert 'draggable="true"' not in branch  # a viewer moves nothing


def test_the_tree_is_opened_down_to_the_domain_of_the_page(domains: Connection, admin: Client) -> None:
    tree = text_of(admin.get(of("warehouses.venlo", "tree/"), headers=PARTIAL))
    assert ids_in(tree).index("warehouses.venlo") > ids_in(tree).index("warehouses")
    assert re.findall(r'aria-current="page" data-id="([^"]+)"', tree) == ["warehouses.venlo"]
    assert "stores.uk" not in ids_in(tree)
    assert 'draggable="true"' in tree


def test_a_connection_of_another_kind_has_no_domains(halden: Connection, admin: Client) -> None:
    text_of(admin.get(PAGE), 404)


class TestOtherHands:
    """A Domain API of other hands."""

    def test_a_branch_is_paged_by_its_markers(self, hands: OtherHands, viewer: Client) -> None:
        hands.add("root")
        for number in range(250):
            hands.add(f"d{number:03}", "root")
        hands.upstream.asked.clear()
        first = text_of(viewer.get(of("root", "branch/?level=2"), headers=PARTIAL))
        assert ids_in(first) == [f"d{number:03}" for number in range(100)]
        assert hands.count("/domains/root/list") == len(hands.upstream.asked) == 1
        second = text_of(viewer.get(address(first, "more"), headers=PARTIAL))
        third = text_of(viewer.get(address(second, "more"), headers=PARTIAL))
        assert ids_in(second)[0] == "d100"
        assert ids_in(third)[-1] == "d249"
        assert "data-more" not in third

    def test_the_topmost_are_paged_as_well(self, hands: OtherHands, viewer: Client) -> None:
        for number in range(130):
            hands.add(f"t{number:03}")
        first = text_of(viewer.get(f"{PAGE}tree/", headers=PARTIAL))
        assert len(ids_in(first)) == 100
        assert ids_in(text_of(viewer.get(address(first, "more"), headers=PARTIAL)))[-1] == "t129"

    def test_a_page_of_a_domain_far_down_its_level_shows_it_all_the_same(
        self, hands: OtherHands, viewer: Client
    ) -> None:
        hands.add("root")
        for number in range(120):
            hands.add(f"d{number:03}", "root")
        hands.add("leaf", "d110")
        tree = text_of(viewer.get(of("leaf", "tree/"), headers=PARTIAL))
        assert ids_in(tree)[-2:] == ["d110", "leaf"]
        assert tree.count("data-placed") == 1

    @pytest.mark.parametrize("size", [100, 3])
    def test_where_all_below_is_listed_only_what_is_right_below_is_drawn(
        self, hands: OtherHands, viewer: Client, size: int
    ) -> None:
        hands.deep, hands.size = True, size
        hands.add("root")
        for number in range(4):
            hands.add(f"a{number}", "root")
            for below in range(4):
                hands.add(f"a{number}.{below}", f"a{number}")
        found, url = [], of("root", "branch/?level=2")
        while url:
            text = text_of(viewer.get(url, headers=PARTIAL))
            found += ids_in(text)
            url = address(text, "more") if "data-more" in text else ""
        assert found == ["a0", "a1", "a2", "a3"]
        deeper = text_of(viewer.get(of("a1", "branch/?level=3&above=root"), headers=PARTIAL))
        assert ids_in(deeper) == ["a1.0", "a1.1", "a1.2", "a1.3"]

    def test_parents_out_of_sight_hide_nothing_that_is_in_sight(self, hands: OtherHands, viewer: Client) -> None:
        hands.add("secret")
        hands.add("mine", "secret")
        hands.add("one", "mine", name="One <b>")
        hands.add("two", "mine")
        hands.parents = lambda domain_id: ["mine", "secret"] if domain_id != "mine" else ["secret"]  # type: ignore[method-assign]
        hands.hidden = {"secret"}
        assert ids_in(text_of(viewer.get(of("mine", "branch/"), headers=PARTIAL))) == ["one", "two"]
        tree = text_of(viewer.get(of("one", "tree/"), headers=PARTIAL))
        assert ids_in(tree) == ["mine", "one", "two"]
        assert "One &lt;b&gt;" in tree
        assert "secret" not in re.sub(r"above=secret", "", tree)
        assert "secret" not in text_of(viewer.get(of("mine")))

    def test_a_branch_that_fails_says_why_and_can_be_asked_for_again(self, hands: OtherHands, viewer: Client) -> None:
        hands.add("root")
        hands.refused["domains.list_subdomains"] = answer({"message": "Come back later"}, 400)
        text = text_of(viewer.get(of("root", "branch/"), headers=PARTIAL), 502)
        assert "Come back later" in text
        assert "data-retry" in text

    @pytest.mark.parametrize(
        "address", ["", "branch/", "tree/", "below/", "limits/", "export.csv", "move/", "edit/text/"]
    )
    def test_what_is_out_of_sight_looks_like_what_is_not_there(
        self, hands: OtherHands, admin: Client, address: str
    ) -> None:
        hands.add("root")
        hands.add("secret", "root", name="Plans nobody knows")
        hands.hidden = {"secret"}
        hidden = text_of(admin.get(of("secret", address), headers=PARTIAL), 404)
        absent = text_of(admin.get(of("nobody", address), headers=PARTIAL), 404)
        assert hidden.replace("secret", "nobody") == absent
        assert "Plans" not in hidden

    def test_ids_that_no_document_allows_break_nothing(self, hands: OtherHands, viewer: Client) -> None:
        hands.add("root")
        for odd in ("a/b", "two words", "line\nbreak", '"><script>', "list"):
            hands.add(odd, "root", name="Odd")
        tree = text_of(viewer.get(of("root", "branch/"), headers=PARTIAL))
        assert ids_in(tree) == ["a/b", "two words", "&quot;&gt;&lt;script&gt;", "list"]
        assert "Odd</h1>" in text_of(viewer.get(of("a/b")))
        assert "Odd</h1>" in text_of(viewer.get(of('"><script>')))
        assert "Odd" in text_of(viewer.get(f"{PAGE}found/?q=odd", headers=PARTIAL))
        assert "can&#x27;t be read" in text_of(viewer.get(of("list")), 400)

    def test_what_is_chosen_in_the_tree_and_fails_comes_as_a_part(self, hands: OtherHands, viewer: Client) -> None:
        hands.refused["domains.get"] = answer({"message": "Come back later"}, 400)
        text = text_of(viewer.get(of("root"), headers=PARTIAL), 502)
        assert "Come back later" in text
        assert "<html" not in text
        hands.refused.clear()
        assert "<html" not in text_of(viewer.get(of("root"), headers=PARTIAL), 404)

    def test_no_domain_in_sight(self, hands: OtherHands, viewer: Client) -> None:
        assert "No domain in sight" in text_of(viewer.get(f"{PAGE}tree/", headers=PARTIAL))

    def test_a_refused_token_is_told_with_what_to_do(self, hands: OtherHands, viewer: Client) -> None:
        hands.refused["domains.get"] = answer({"message": "The incoming token has expired"}, 401)
        text = text_of(viewer.get(of("root")), 502)
        assert "The incoming token has expired" in text
        assert "Settings, Connections" in text
        assert "token-of-other-hands" not in text


def test_moved_in_between_is_shown_where_it_is(told: Sandbox, domains: Connection, viewer: Client) -> None:
    told.create("tree-a")
    told.create("tree-b", "tree-a")
    assert ids_in(text_of(viewer.get(of("tree-a", "branch/?level=3"), headers=PARTIAL))) == ["tree-b"]
    told.update("tree-b", parentId="devices")
    assert ids_in(text_of(viewer.get(of("tree-a", "branch/?level=3"), headers=PARTIAL))) == []
