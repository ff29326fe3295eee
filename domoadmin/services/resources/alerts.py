"""Alerts API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from domoadmin.services.arguments import Between, Digits, Identifier, Keys, Length
from domoadmin.services.base_client import Resource
from domoadmin.services.operations import RetrySafety, operation
from domoadmin.services.paging import Paging
from domoadmin.services.places import Field, Query
from domoadmin.services.request import Expects, Request
from domoadmin.services.results.alerts import Alert
from domoadmin.services.results.base import Done, Listing
from domoadmin.services.results.fields import wire_number
from domoadmin.services.roles import Role

AlertId = Annotated[Identifier, Digits()]
# Only the section on unsubscribing lists them; the other sections refer to it.
SubscriberType = Literal["USER", "GROUP", "BUZZ", "DAILY", "WEEKLY", "AUTO"]
Subscriptions = Annotated[
    Sequence[Mapping[str, Any]],
    Length(),
    Keys({"subscriberId": Identifier, "type": SubscriberType}, required=("subscriberId", "type")),
]
# Either names with commas between them, as on the wire, or a list of names.
Joined = Annotated[str | Sequence[str] | None, Query(joined=True)]


class Alerts(Resource):
    """What watches datasets and cards, and who is told of it."""

    @operation(
        id="alerts.list",
        method="GET",
        path="/api/social/v4/alerts",
        heading="Get alerts",
        paging=Paging(size="limit", place="offset", usual=100),
    )
    def list(
        self,
        all: bool | None = None,
        card_id: Identifier | None = None,
        current_user_subscriptions: bool | None = None,
        # The only name of the API that is spelled dataSetId, which this argument gives by itself.
        data_set_id: str | None = None,
        disabled: bool | None = None,
        fields: Joined = None,
        limit: Annotated[int | None, Between(1)] = None,
        offset: Annotated[int | None, Between(0)] = None,
        owner_id: Identifier | None = None,
        page_id: Identifier | None = None,
        sort: str | None = None,
        subscriber_id: Identifier | None = None,
        subscription_types: Joined = None,
        suggested: bool | None = None,
        # Its type is text although it says yes or no: both pass, and true goes out as "true".
        triggered: bool | str | None = None,
    ) -> Request[Listing[Alert]]:
        """Return alerts, 100 unless `limit` or `all` says otherwise, sorted by the time of their creation.

        `fields` names what to give of each, or is "all"; without it owner, rule and subscriptions are absent.
        """
        return Request(parse=lambda answer: Alert.listing(answer, "alerts"))

    @operation(id="alerts.get", method="GET", path="/api/social/v4/alerts/{alert_id}", heading="Get an alert")
    def get(self, alert_id: AlertId, fields: Joined = None) -> Request[Alert]:
        """Return one alert with its subscriptions; `fields` as in the list."""
        return Request(parse=Alert.from_answer)

    @operation(
        id="alerts.delete",
        method="DELETE",
        path="/api/social/v4/alerts/{alert_id}",
        heading="Delete an alert",
        destructive=True,
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def delete(self, alert_id: AlertId) -> Request[Done]:
        """Delete an alert for everyone; there is no way back."""
        return Request(parse=Done.from_answer, expects=Expects.ANYTHING)

    @operation(
        id="alerts.change_owner",
        method="PATCH",
        path="/api/social/v4/alerts/{alert_id}",
        heading="Others: PATCH social/v4/alerts/{id}",
        documented=False,
        reverse="alerts.change_owner",
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def change_owner(self, alert_id: AlertId, owner: Identifier) -> Request[Done]:
        """Give an alert to another user; undone by giving it back."""
        # Public clients send the id in the body as well.
        body = {"id": wire_number(alert_id), "owner": wire_number(owner)}
        return Request(parse=Done.from_answer, json=body, expects=Expects.ANYTHING)

    # The sample lacks the method, with which fetch would send a GET; its text and body are those of a POST. It sets no
    # content type either: what is JSON goes out as such.
    @operation(
        id="alerts.subscribe",
        method="POST",
        path="/api/social/v4/alerts/{alert_id}/subscriptions",
        heading="Subscribe user to an alert",
        reverse="alerts.unsubscribe",
        role=Role.STEWARD,
        # The subscriptions of the alert tell whether it happened.
        retry_safety=RetrySafety.VERIFIABLE,
    )
    def subscribe(self, alert_id: AlertId, subscriber_id: Identifier, type: SubscriberType) -> Request[Done]:
        """Tell a user, a group or a channel of an alert from now on."""
        body = {"subscriberId": wire_number(subscriber_id), "type": type}
        return Request(parse=Done.from_answer, json=body, expects=Expects.ANYTHING)

    # The section says POST, its code DELETE. A POST on this path subscribes: DELETE.
    @operation(
        id="alerts.unsubscribe",
        method="DELETE",
        path="/api/social/v4/alerts/{alert_id}/subscriptions",
        heading="Unsubscribe user from an alert",
        reverse="alerts.subscribe",
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def unsubscribe(self, alert_id: AlertId, subscriber_id: Identifier, type: SubscriberType) -> Request[Done]:
        """Stop telling a user, a group or a channel of an alert."""
        return Request(parse=Done.from_answer, expects=Expects.ANYTHING)

    @operation(
        id="alerts.share",
        method="POST",
        path="/api/social/v4/alerts/{alert_id}/share",
        heading="Share an alert",
        reverse="alerts.unsubscribe",
        role=Role.STEWARD,
        # The subscriptions can be read back, the message that people got can't.
        retry_safety=RetrySafety.UNSAFE,
    )
    def share(
        self,
        alert_id: AlertId,
        user_message: str,
        alert_subscriptions: Subscriptions,
        # The code fills it from a variable that isn't there; the table and the sample say true or false.
        send_email: bool | None = None,
        meta_data: Annotated[Mapping[str, Any] | None, Field("metaData")] = None,
    ) -> Request[Done]:
        """Subscribe others and tell them so: `alert_subscriptions` are {"subscriberId", "type"}.

        Unsubscribing them takes the subscription back, not the message.
        """
        body: dict[str, Any] = {
            "userMessage": user_message,
            "alertSubscriptions": [
                {**each, "subscriberId": wire_number(each["subscriberId"])} for each in alert_subscriptions
            ],
        }
        body |= {} if send_email is None else {"sendEmail": send_email}
        body |= {} if meta_data is None else {"metaData": dict(meta_data)}
        return Request(parse=Done.from_answer, json=body, expects=Expects.ANYTHING)
