"""Moving: where it may go, what is refused before anything is sent, and the way back."""

from __future__ import annotations

import re

import pytest
from django.conf import LazySettings
from django.test import Client

from tests.apps.data.support import PARTIAL, text_of
from tests.apps.governance.domains.support import OtherHands, Sandbox, intent, of, refusal, trail
from tests.apps.governance.domains.test_domain_page import plain
from tests.clients import client_with_role


def choices(text: str) -> dict[str, bool]:
    """Return the places that are offered: whether each can be chosen."""
    found = re.findall(r'<input class="form-check-input" type="radio" name="parent" value="([^"]+)"([^>]*)>', text)
    return {value: "disabled" not in rest for value, rest in found}


def test_there_and_back(told: Sandbox, admin: Client) -> None:
    told.create("move-a")
    told.create("move-b", "move-a")
    address = of("move-a", "move/")
    dialog = text_of(admin.get(address, headers=PARTIAL))
    assert "Now in Halden Outdoor / Pilots" in plain(dialog)
    assert "1 domain below it goes along" in plain(dialog)
    assert choices(dialog)["halden"]
    found = text_of(admin.get(of("move-a", "move/places/?q=move-"), headers=PARTIAL))
    assert choices(found) == {"move-a": False, "move-b": False}
    answered = admin.post(address, {"parent": "devices"}, headers=PARTIAL)
    assert (answered.status_code, answered.headers["HX-Redirect"]) == (204, of("move-a"))
    assert told.get("move-a")["parentId"] == "devices"
    assert told.get("move-b")["parentId"] == "move-a"
    assert (intent().before, intent().after) == ({"parentId": "pilots"}, {"parentId": "devices"})
    page = text_of(admin.get(of("move-a")))
    assert "Moved here from pilots by Ada Winther" in plain(page)
    assert "Moved here" not in text_of(client_with_role("viewer").get(of("move-a")))
    back = text_of(admin.get(f"{address}?to=pilots", headers=PARTIAL))
    assert re.search(r'value="pilots" checked', back)
    assert admin.post(f"{address}?to=pilots", {"parent": "pilots"}, headers=PARTIAL).status_code == 204
    assert told.get("move-a")["parentId"] == "pilots"
    told.update("move-a", parentId="offices")
    assert "Moved here" not in text_of(admin.get(of("move-a")))


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("mid", "It can’t go below itself"),
        ("leaf", "It lies below Mid"),
        ("root", "It is there now"),
        ("secret", "no domain “secret” that this connection may see"),
        ("nobody", "no domain “nobody” that this connection may see"),
        ("", "Choose where it goes"),
    ],
)
def test_places_that_can_not_be_are_refused_before_anything_is_sent(
    hands: OtherHands, admin: Client, place: str, said: str
) -> None:
    hands.add("root")
    hands.add("mid", "root")
    hands.add("leaf", "mid")
    hands.add("secret", "root")
    hands.hidden = {"secret"}
    text = text_of(admin.post(of("mid", "move/"), {"parent": place}, headers=PARTIAL), 422)
    assert said in plain(text)
    assert hands.sent("PATCH") == []
    assert trail("domains.update") == []


def test_what_only_the_upstream_knows_is_said_at_the_field(hands: OtherHands, admin: Client) -> None:
    hands.add("root")
    hands.add("mid", "root")
    hands.add("elsewhere")
    hands.refused["PATCH /domains/mid"] = refusal("NOT_AUTHORIZED_DOMAIN", "parentId", 403)
    text = text_of(admin.post(of("mid", "move/"), {"parent": "elsewhere"}, headers=PARTIAL), 422)
    assert "A domain can be moved only to a place in its own home domain" in plain(text)
    hands.refused["PATCH /domains/mid"] = refusal("DOMAIN_DEPTH_EXCEEDED", "")
    text = text_of(admin.post(of("mid", "move/"), {"parent": "elsewhere"}, headers=PARTIAL), 502)
    assert "the tree would become deeper than this upstream allows" in plain(text)
    assert re.search(r'value="elsewhere" checked', text)
    assert trail("domains.update") == ["intended", "failed", "intended", "failed"]


def test_the_topmost_have_no_other_place(hands: OtherHands, admin: Client) -> None:
    hands.add("root")
    hands.add("other")
    assert "/move/" not in text_of(admin.get(of("root")))
    text = text_of(admin.post(of("root", "move/"), {"parent": "other"}, headers=PARTIAL), 422)
    assert "topmost domain that this connection sees" in text


def test_without_a_script_the_search_is_a_button(hands: OtherHands, admin: Client) -> None:
    hands.add("root")
    hands.add("mid", "root")
    hands.add("place", "root")
    page = text_of(admin.post(of("mid", "move/"), {"q": "pla", "search": "1"}))
    assert "<html" in page
    assert choices(page) == {"place": True}
    assert admin.post(of("mid", "move/"), {"q": "pla", "parent": "place"}).headers["Location"] == of("mid")
    assert hands.sent("PATCH") == [{"parentId": "place"}]


def test_where_no_tree_can_be_searched_the_exact_id_will_do(hands: OtherHands, admin: Client) -> None:
    hands.add("root")
    hands.add("mid", "root")
    hands.add("place", "root")
    hands.refused = {each: refusal("X_Y", "") for each in ("domains.list", "domains.list_top_domains")}
    text = text_of(admin.get(of("mid", "move/places/?q=place"), headers=PARTIAL))
    assert "Type the exact id" in text
    assert choices(text) == {"place": True}


def test_production_asks_for_no_slug_to_move(hands: OtherHands, admin: Client, settings: LazySettings) -> None:
    from apps.connections.models import Connection, Environment

    Connection.objects.update(environment=Environment.PRODUCTION)
    hands.add("root")
    hands.add("mid", "root")
    assert 'name="confirm"' not in text_of(admin.get(of("mid", "move/"), headers=PARTIAL))
    assert 'name="confirm"' in text_of(admin.get(of("mid", "remove/"), headers=PARTIAL))
