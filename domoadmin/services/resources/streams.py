"""Streams: the connectors that fill datasets, their runs and their history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from domoadmin.services.arguments import Identifier, Keys
from domoadmin.services.base_client import Resource
from domoadmin.services.errors import InvalidArguments
from domoadmin.services.exact_json import loads
from domoadmin.services.operations import RetrySafety, operation
from domoadmin.services.request import Expects, Request
from domoadmin.services.results import Listing
from domoadmin.services.results.fields import wire_number
from domoadmin.services.results.streams import Execution, Stream
from domoadmin.services.roles import Role

Object = Mapping[str, Any]
Transport = Annotated[Object, Keys({"type": str, "description": str, "version": Identifier}, ("type", "description"))]
# The value is always text, also of a number; "None" stands for an absent one.
Settings = Annotated[
    Sequence[Object],
    Keys({"name": str, "value": str, "type": str, "category": str}, ("name", "value", "type", "category")),
]
Account = Annotated[Object, Keys({"id": Identifier}, ("id",))]
Provider = Annotated[Object, Keys({"key": str}, ("key",))]
Source = Annotated[Object, Keys({"name": str, "description": str}, ("name",))]


class Streams(Resource):
    """What fills datasets."""

    @operation(
        id="streams.create",
        method="POST",
        path="/api/data/v1/streams",
        heading="Stream (Connector) - Create",
        role=Role.STEWARD,
        # Dataset names aren't unique, so no reading tells surely whether a lost call made one.
        retry_safety=RetrySafety.UNSAFE,
    )
    def create(
        self,
        transport: Transport,
        configuration: Settings,
        account: Account | None,
        update_method: str,
        data_provider: Provider,
        data_source: Source,
        advanced_schedule_json: str | None = None,
    ) -> Request[Stream]:
        """Create a stream and the dataset that it fills; neither can be deleted by a documented call.

        update_method is APPEND or REPLACE, advanced_schedule_json a text that holds JSON such as
        {"type": "MANUAL", "timezone": "UTC"}. The answer isn't documented: the id may be empty.
        """
        # No example sends a token here, the connection does. The account's id is a number in the examples.
        return _definition(
            transport, configuration, account, update_method, data_provider, data_source, advanced_schedule_json
        )

    @operation(
        id="streams.get",
        method="GET",
        path="/api/data/v1/streams/{stream_id}",
        heading="Stream (Connector) - Get",
    )
    def get(self, stream_id: Identifier) -> Request[Stream]:
        """Return a stream with its schedule, settings, dataset and last executions."""
        return Request(parse=Stream.from_answer)

    @operation(
        id="streams.update",
        method="PUT",
        path="/api/data/v1/streams/{stream_id}",
        heading="Stream (Connector) - Update",
        reverse="streams.update",
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def update(
        self,
        stream_id: Identifier,
        transport: Transport,
        configuration: Settings,
        account: Account | None,
        update_method: str,
        data_provider: Provider,
        data_source: Source,
        advanced_schedule_json: str | None = None,
    ) -> Request[Stream]:
        """Replace the definition of a stream: send all of it, as streams.get shows it, not only what changes.

        A stream without an account has null for it.
        """
        return _definition(
            transport, configuration, account, update_method, data_provider, data_source, advanced_schedule_json
        )

    @operation(
        id="streams.history",
        method="GET",
        path="/api/data/v1/streams/{stream_id}/history/aggregate",
        heading="Stream Execution History",
    )
    def history(self, stream_id: Identifier) -> Request[Listing[Execution]]:
        """Return the executions of a stream, newest first; no paging is documented."""
        return Request(parse=lambda answer: Execution.listing(answer.exact(), "executions", "history"))

    @operation(
        id="streams.execute",
        method="POST",
        path="/api/data/v1/streams/{stream_id}/executions",
        heading="Run a Connector",
        role=Role.STEWARD,
        # The history tells whether it runs.
        retry_safety=RetrySafety.VERIFIABLE,
        aliases=("connectors.run",),
    )
    def execute(
        self,
        stream_id: Identifier,
        run_type: Literal["MANUAL"] | None = None,
        action: Literal["MANUAL", "Manual"] | None = None,
    ) -> Request[Execution]:
        """Run a connector now; stream_id is the stream_id of the dataset's metadata.

        Returns the execution, or an empty one where nothing is answered: follow the run with streams.get or
        streams.history. `action` is the older form of the same request, for instances that want it.
        """
        # The Connectors section sends runType and gets 201 with the execution, the Datasets section sends action and
        # gets 200 with an empty object: the first unless told, and both answers are taken.
        given = {"runType": run_type, "action": action and action.upper()}
        body = {name: value for name, value in given.items() if value} or {"runType": "MANUAL"}
        return Request(parse=Execution.from_answer, json=body, expects=Expects.ANYTHING)


def _definition(
    transport: Object,
    configuration: Sequence[Object],
    account: Object | None,
    update_method: str,
    data_provider: Object,
    data_source: Object,
    schedule: str | None,
) -> Request[Stream]:
    """Return the request that carries a whole definition; raises InvalidArguments for a schedule that isn't JSON."""
    body: dict[str, Any] = {
        "transport": transport,
        "configuration": configuration,
        # streams.get shows null for a stream that needs no account: it goes back as it came.
        "account": account and {**account, "id": wire_number(account["id"])},
        "updateMethod": update_method,
        "dataProvider": data_provider,
        "dataSource": data_source,
    }
    if schedule is not None:
        _check_schedule(schedule)
        body["advancedScheduleJson"] = schedule
    return Request(parse=Stream.from_answer, json=body, expects=Expects.ANYTHING)


def _check_schedule(schedule: str) -> None:
    try:
        found = loads(schedule)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise InvalidArguments(
            "advanced_schedule_json must be a text that holds a JSON object", argument="advanced_schedule_json"
        )
