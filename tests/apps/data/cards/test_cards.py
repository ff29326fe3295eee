"""Cards against the sandbox: list, page, title, certification, picture, download."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from apps.audit.models import AuditRecord
from apps.connections.models import Connection
from tests.apps.data.cards.support import LIST, cards, renderable
from tests.apps.data.support import PARTIAL, calls, csv_rows, text_of
from tests.clients import client_with_role
from tests.sandbox_process import SandboxProcess


@pytest.fixture
def steward(halden: Connection) -> Client:
    """A steward on the sandbox."""
    return client_with_role("steward")


def test_the_list_asks_once_and_filters_by_what_the_search_knows(steward: Client, sandbox: SandboxProcess) -> None:
    first = cards(sandbox, 1)[0]
    sandbox.reset()
    text = text_of(steward.get(LIST))
    assert calls(sandbox) == {"search.query": 1}
    assert f'href="{LIST}{first["databaseId"]}/"' in text
    assert "Make a booklet" in text
    only = text_of(steward.get(f"{LIST}?q={first['databaseId']}"))
    assert '<strong class="text-body">1</strong>' in only
    by_owner = text_of(steward.get(f"{LIST}?owner={first['ownedById']}"))
    assert first["ownedByName"] in by_owner
    certified = text_of(steward.get(f"{LIST}?certification=certified"))
    assert certified.count("Certified</span>") >= 25
    page = first["pages"][0]
    assert int(csv_count(steward, f"page={page}")) >= 1
    exported = csv_rows(text_of(steward.get(f"{LIST}export.csv?q={first['databaseId']}")))
    assert exported[1][:2] == [first["databaseId"], first["title"]]


def csv_count(client: Client, query: str) -> int:
    return len(csv_rows(text_of(client.get(f"{LIST}export.csv?{query}")))) - 1


def test_the_cards_of_a_dataset_come_from_its_documented_list(steward: Client, sandbox: SandboxProcess) -> None:
    card = cards(sandbox, 1)[0]
    sandbox.reset()
    text = text_of(steward.get(f"{LIST}?dataset={card['datasetId']}&q={card['title'][:10].lower()}"))
    assert calls(sandbox) == {"datasets.list_cards": 1}
    assert card["title"] in text
    refused = text_of(steward.get(f"{LIST}?dataset={card['datasetId']}&certification=certified"))
    assert "does not tell this" in refused
    assert "That is no dataset id" in text_of(steward.get(f"{LIST}?dataset=orders"))


def test_a_title_is_changed_once_with_both_texts_and_a_record(steward: Client, sandbox: SandboxProcess) -> None:
    card = cards(sandbox, 1, 40)[0]
    url = f"{LIST}{card['databaseId']}/title/"
    same = steward.post(url, {"title": card["title"], "description": ""}, headers=PARTIAL)
    assert "the same as before" in text_of(same, 422)
    assert "Give the card a title." in text_of(steward.post(url, {"title": " "}, headers=PARTIAL), 422)
    assert not AuditRecord.objects.filter(operation="cards.update_title").exists()
    sandbox.reset()
    response = steward.post(url, {"title": "Jackets by region", "description": "Net of returns"}, headers=PARTIAL)
    assert response.status_code == 204
    assert response.headers["HX-Redirect"] == f"{LIST}{card['databaseId']}/"
    assert sandbox.stats()["effects"]["cards.update_title"] == 1
    found = cards(sandbox, 1, filters=[{"filterType": "term", "field": "databaseId", "value": card["databaseId"]}])
    assert (found[0]["title"], found[0]["description"]) == ("Jackets by region", "Net of returns")
    records = AuditRecord.objects.filter(operation="cards.update_title", target_id=card["databaseId"])
    assert [record.outcome for record in records.order_by("pk")] == ["intended", "succeeded"]
    intent = records.order_by("pk")[0]
    assert intent.before == {"title": card["title"], "description": ""}
    assert intent.after == {"title": "Jackets by region", "description": "Net of returns"}


def test_a_title_that_the_upstream_refuses_is_kept_in_the_dialog(steward: Client, sandbox: SandboxProcess) -> None:
    card = cards(sandbox, 1, 41)[0]
    sandbox.control(match="cards.update_title", token_mode="read_only")
    response = steward.post(
        f"{LIST}{card['databaseId']}/title/", {"title": "Gloves", "description": "Kept"}, headers=PARTIAL
    )
    text = text_of(response, 403)
    assert "Request id" in text
    assert "Gloves" in text
    assert "Kept" in text


def test_a_card_is_certified_and_decertified_by_dialogs(steward: Client, sandbox: SandboxProcess) -> None:
    card = next(each for each in cards(sandbox, 30) if not each["certification"])
    base = f"{LIST}{card['databaseId']}/"
    assert "Not certified" in text_of(steward.get(f"{base}panels/certification/", headers=PARTIAL))
    response = steward.post(f"{base}certify/", headers=PARTIAL)
    assert "card-changed" in json.loads(response.headers["HX-Trigger"])
    assert "Remove the certification" in text_of(steward.get(f"{base}panels/certification/", headers=PARTIAL))
    assert steward.post(f"{base}decertify/", headers=PARTIAL).status_code == 204
    assert "Not certified" in text_of(steward.get(f"{base}panels/certification/", headers=PARTIAL))
    intents = AuditRecord.objects.filter(target_kind="card", outcome="intended").order_by("pk")
    changes = [(each.before, each.after) for each in intents]
    assert changes == [
        ({"certification": ""}, {"certification": "certified"}),
        ({"certification": "certified"}, {"certification": ""}),
    ]


def test_the_picture_is_rendered_once_for_panel_and_browser(steward: Client, sandbox: SandboxProcess) -> None:
    card = renderable(sandbox, 1)[0]
    base = f"{LIST}{card['databaseId']}/"
    sandbox.reset()
    assert card["title"] in text_of(steward.get(base))
    assert calls(sandbox) == {"search.query": 1}
    panel = text_of(steward.get(f"{base}panels/picture/", headers=PARTIAL))
    assert f'src="{base}picture/?locale=&amp;v=' in panel
    picture = steward.get(f"{base}picture/")
    assert picture.content.startswith(b"\x89PNG")
    assert picture.headers["Content-Type"] == "image/png"
    assert "private" in picture.headers["Cache-Control"]
    again = steward.get(f"{base}picture/", headers={"If-None-Match": picture.headers["ETag"]})
    assert again.status_code == 304
    assert calls(sandbox)["cards.render_kpi"] == 1
    pdf = steward.get(f"{base}download/?part=imagePDF&locale=de-DE")
    assert pdf.content.startswith(b"%PDF")
    assert pdf.headers["Content-Disposition"].endswith('.pdf"')
    assert "Download the card" in text_of(steward.get(f"{base}download/"))
    assert steward.get(f"{base}download/?part=image&locale=<x>").status_code == 400


def test_a_card_that_nobody_knows_is_told_as_such(steward: Client) -> None:
    text = text_of(steward.get(f"{LIST}7/"))
    assert "The search knows no card with the id 7" in text
    failed = text_of(steward.get(f"{LIST}7/panels/picture/", headers=PARTIAL), 404)
    assert "Request id" in failed


def test_viewers_look_and_change_nothing(halden: Connection, sandbox: SandboxProcess) -> None:
    viewer = client_with_role("viewer")
    card = cards(sandbox, 1)[0]["databaseId"]
    text = text_of(viewer.get(LIST))
    assert "Make a booklet" not in text
    sandbox.reset()
    assert "Edit title" not in text_of(viewer.get(f"{LIST}{card}/"))
    for path in ("title/", "certify/", "decertify/"):
        assert viewer.post(f"{LIST}{card}/{path}", {"title": "x"}).status_code == 403
    assert viewer.get(f"{LIST}booklet/").status_code == 403
    assert not sandbox.stats()["effects"]
