"""Alerts from the service layer over HTTP to the sandbox and back."""

from __future__ import annotations

import pytest

from domoadmin.services import search_filters as filters
from domoadmin.services.client import Client
from domoadmin.services.errors import BadRequest, NotFound
from domoadmin.services.results.alerts import AlertSubscription


def test_alerts_are_listed_followed_shared_and_deleted(domo: Client) -> None:
    alerts = list(domo.walk("alerts.list", fields="all", limit=60))
    assert len(alerts) == len({alert.id for alert in alerts}) == len(domo.alerts.list(all=True)) > 200
    # not the first ones: other tests have hold of those
    alert = next(found for found in reversed(alerts) if found.active)
    someone, another = [user.id for user in domo.users.list()[30:32]]

    domo.alerts.subscribe(alert.id, someone, "USER")
    domo.alerts.share(alert.id, "Worth a look", [{"subscriberId": another, "type": "USER"}])
    wanted = (AlertSubscription(someone, "USER"), AlertSubscription(another, "USER"))
    assert domo.alerts.get(alert.id).subscriptions == (*alert.subscriptions, *wanted)
    followed = domo.alerts.list(subscriber_id=someone, all=True)
    assert alert.id in {found.id for found in followed}
    domo.alerts.unsubscribe(alert.id, someone, "USER")
    domo.alerts.unsubscribe(alert.id, another, "USER")
    assert domo.alerts.get(alert.id).subscriptions == alert.subscriptions

    domo.alerts.change_owner(alert.id, someone)
    assert domo.alerts.get(alert.id, fields=["id", "owner"]).owner_id == someone
    domo.alerts.delete(alert.id)
    with pytest.raises(NotFound) as caught:
        domo.alerts.get(alert.id)
    assert alert.id in caught.value.message
    assert caught.value.request_id


def test_what_a_search_finds_is_an_alert(domo: Client) -> None:
    hit = domo.search.query(["alert"], "changes", count=1).hits[0]
    assert domo.alerts.get(hit.id).name == hit.name
    domo.alerts.delete(hit.id)
    assert domo.search.query(["alert"], filters=[filters.term("databaseId", hit.id)]).hits == []


def test_a_refused_subscription_says_why(domo: Client) -> None:
    with pytest.raises(BadRequest, match="subscriberId 1 is not a user") as caught:
        domo.alerts.subscribe(domo.alerts.list(limit=1)[0].id, 1, "USER")
    assert caught.value.request_id
