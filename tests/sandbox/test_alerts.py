"""Alerts, as a client written from the document uses them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.sandbox.clients import hits

ALERTS = "/api/social/v4/alerts"
DEFAULT_FIELDS = {
    *("id", "category", "type", "name", "description", "resourceType", "resourceId"),
    *("createdAt", "createdBy", "modifiedAt", "modifiedBy"),
}


def listed(client: httpx.Client, **query: Any) -> list[dict[str, Any]]:
    answer = client.get(ALERTS, params={"all": "true", "fields": "all", **query})
    answer.raise_for_status()
    found: list[dict[str, Any]] = answer.json()
    return found


def test_pages_of_alerts_hold_each_alert_once_with_the_fields_asked_for(client: httpx.Client) -> None:
    everything = [alert["id"] for alert in listed(client)]
    paged: list[int] = []
    while page := client.get(ALERTS, params={"limit": 90, "offset": len(paged)}).json():
        assert all(set(alert) == DEFAULT_FIELDS for alert in page)
        paged += [alert["id"] for alert in page]
    assert paged == everything
    assert len(client.get(ALERTS).json()) == 100
    assert client.get(ALERTS, params={"limit": 2, "fields": "id,owner"}).json()[0].keys() == {"id", "owner"}
    names = [alert["name"] for alert in listed(client, sort="name")]
    assert names == sorted(names, key=str.casefold)
    assert client.get(ALERTS, params={"sort": "colour"}).status_code == 400


def test_filters_keep_what_they_say(client: httpx.Client) -> None:
    alerts = listed(client)
    on_dataset = next(alert for alert in alerts if alert["resourceType"] == "DATASET")
    on_card = next(alert for alert in alerts if alert["resourceType"] == "CARD")
    subscriber = on_dataset["subscriptions"][-1]["subscriberId"]
    for query, keeps in (
        ({"dataSetId": on_dataset["resourceId"]}, lambda alert: alert["resourceId"] == on_dataset["resourceId"]),
        ({"cardId": on_card["resourceId"]}, lambda alert: alert["resourceId"] == on_card["resourceId"]),
        ({"ownerId": on_card["owner"]}, lambda alert: alert["owner"] == on_card["owner"]),
        ({"disabled": "true"}, lambda alert: not alert["enabled"]),
        ({"triggered": "true"}, lambda alert: alert["triggered"]),
        ({"currentUserSubscriptions": "true"}, lambda alert: alert["currentUserSubscribed"]),
        (
            {"subscriberId": subscriber},
            lambda alert: subscriber in [each["subscriberId"] for each in alert["subscriptions"]],
        ),
        (
            {"subscriptionTypes": "GROUP"},
            lambda alert: "GROUP" in [each["type"] for each in alert["subscriptions"]],
        ),
    ):
        found = listed(client, **query)
        assert found == [alert for alert in alerts if keeps(alert)]
        assert 0 < len(found) < len(alerts)


def test_alerts_watch_what_is_there_and_some_are_in_trouble(client: httpx.Client) -> None:
    alerts = listed(client)
    for alert in alerts[:40]:
        if alert["resourceType"] == "DATASET":
            dataset = client.get(f"/api/data/v3/datasources/{alert['resourceId']}").json()
            assert (dataset["name"], alert["name"].startswith(dataset["name"])) == (alert["resourceName"], True)
    troubles = {alert["error"]["message"] for alert in alerts if alert["error"]}
    assert len(troubles) >= 2
    assert not any(alert["active"] for alert in alerts if alert["error"])


def test_subscribing_sharing_and_unsubscribing(client: httpx.Client) -> None:
    alert = listed(client)[3]
    path = f"{ALERTS}/{alert['id']}"
    me = client.get("/api/content/v2/users/me").json()["id"]
    user, other = [each["id"] for each in client.get("/api/identity/v1/users").json()["users"][50:52]]
    assert client.post(f"{path}/subscriptions", json={"subscriberId": user, "type": "USER"}).status_code == 200
    body = {"userMessage": "Worth a look", "alertSubscriptions": [{"subscriberId": other, "type": "USER"}]}
    assert client.post(f"{path}/share", json={**body, "sendEmail": True, "metaData": {}}).status_code == 200
    kept = client.get(path).json()
    assert kept["subscriptions"] == [
        *alert["subscriptions"],
        {"subscriberId": user, "type": "USER"},
        {"subscriberId": other, "type": "USER"},
    ]
    assert kept["modifiedBy"] == int(me)
    for each in (user, other):
        query = {"subscriberId": each, "type": "USER"}
        assert client.delete(f"{path}/subscriptions", params=query).status_code == 200
        assert client.delete(f"{path}/subscriptions", params=query).status_code == 200
    assert client.get(path).json()["subscriptions"] == alert["subscriptions"]


@pytest.mark.parametrize(
    ("path", "body", "named"),
    [
        ("subscriptions", {"type": "USER"}, "subscriberId"),
        ("subscriptions", {"subscriberId": 1, "type": "USER"}, "subscriberId"),
        ("subscriptions", {"subscriberId": 1, "type": "ROBOT"}, "type"),
        ("share", {"alertSubscriptions": [{"subscriberId": 1, "type": "USER"}]}, "userMessage"),
        ("share", {"userMessage": "See"}, "alertSubscriptions"),
    ],
)
def test_a_bad_body_is_refused_by_name(client: httpx.Client, path: str, body: dict[str, Any], named: str) -> None:
    answer = client.post(f"{ALERTS}/{listed(client)[0]['id']}/{path}", json=body)
    assert (answer.status_code, named in answer.json()["message"]) == (400, True)


def test_deleting_and_giving_away(client: httpx.Client) -> None:
    me = int(client.get("/api/content/v2/users/me").json()["id"])
    given, gone = [alert for alert in listed(client) if alert["owner"] != me and not alert["error"]][:2]
    assert client.patch(f"{ALERTS}/{given['id']}", json={"id": given["id"], "owner": me}).json()["owner"] == me
    assert given["id"] in [alert["id"] for alert in listed(client, ownerId=me)]
    path = f"{ALERTS}/{gone['id']}"
    assert client.delete(path).status_code == 200
    assert [client.get(path).status_code, client.delete(path).status_code] == [404, 404]
    assert gone["id"] not in [alert["id"] for alert in listed(client)]


def test_an_alert_on_data_of_the_legal_department_belongs_to_others(client: httpx.Client) -> None:
    datasets = {hit["databaseId"] for hit in hits(client, "*", count=300)["searchObjects"] if not hit["writable"]}
    alert = next(alert for alert in listed(client) if alert["resourceId"] in datasets)
    assert client.delete(f"{ALERTS}/{alert['id']}").status_code == 403
    assert client.get(f"{ALERTS}/{alert['id']}").status_code == 200
