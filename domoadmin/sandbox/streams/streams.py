"""The streams as they are now: the generated ones with what clients have changed since."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from domoadmin.sandbox.accounts.accounts import Accounts
from domoadmin.sandbox.catalog import now_ms
from domoadmin.sandbox.company import vocabulary as words
from domoadmin.sandbox.company.connectors import account_of, error, settings_of
from domoadmin.sandbox.errors import ApiError, not_found
from domoadmin.sandbox.store import Document
from domoadmin.sandbox.streams.definitions import Definition, read_definition
from domoadmin.sandbox.streams.executions import ACTIVE, SUCCESS, Execution, PastExecutions
from domoadmin.sandbox.streams.records import execution_record, history_record, provider_record
from domoadmin.sandbox.streams.runs import Runs
from domoadmin.sandbox.world import World

FIRST_CREATED = 1_000_000
KIND = "stream"
MOST_LISTED = 500
USUAL_HISTORY = 100
Record = dict[str, Any]


class Streams:
    """Streams by id. What a client has not defined anew follows from the dataset."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.runs = world.part(Runs)
        self._place = {stream: index for index, stream in enumerate(world.catalog.table.stream.tolist()) if stream}

    def ids(self) -> list[int]:
        """All stream ids of datasets that are still there."""
        deleted = self._world.catalog.is_deleted
        return sorted(stream for stream, index in self._place.items() if not deleted(index))

    def find(self, stream_id: str) -> tuple[int, int]:
        """Stream id and place of its dataset, what is due having happened; ApiError 404."""
        self.runs.settle()
        stream = int(stream_id) if stream_id.isdigit() else 0
        index = self._place.get(stream)
        if index is None or self._world.catalog.is_deleted(index):
            raise not_found("Stream", stream_id)
        return stream, index

    def _past(self, stream: int, index: int) -> PastExecutions | None:
        """The generated runs; later writes to the dataset don't rewrite its history."""
        world = self._world
        if index >= world.catalog.generated:
            return None
        # A client's run takes the next number, so from the first of them on the others stand still.
        own = self.runs.of(stream)
        now = own[-1].started if own else now_ms()
        return PastExecutions(world.company.datasets, index, world.company.anchor, now)

    def _definition(self, stream: int, index: int) -> Definition:
        kept = self._world.store.get(KIND, str(stream))
        if kept is not None:
            return kept
        table = self._world.company.datasets
        past = PastExecutions(table, index, self._world.company.anchor, self._world.company.anchor)
        provider = words.PROVIDERS[int(table.provider[index])]
        account = account_of(table, index)
        created = int(table.created[index])
        owner = self._world.catalog.owner(index).id
        settings = settings_of(table, index)
        return {
            "transport": {
                "type": provider.transport,
                "description": f"com.domo.connector.{provider.key.replace('-', '')}",
                "version": str(index % 4),
            },
            "configuration": [
                {"category": "METADATA", "name": name, "type": "string", "value": value}
                for name, value in settings.items()
            ],
            "account": str(account) if account else None,
            "updateMethod": past.method,
            "dataProvider": provider.key,
            "advancedScheduleJson": past.schedule.as_json(),
            "scheduleState": past.schedule.state,
            "scheduleExpression": past.schedule.expression,
            "created": created,
            "createdBy": owner,
            "modified": created + 3_600_000,
            "modifiedBy": owner,
        }

    def executions(self, stream: int, index: int) -> Iterator[Execution]:
        """All runs, the newest first."""
        yield from self.runs.of(stream)
        past = self._past(stream, index)
        if past is not None:
            yield from (past.at(place) for place in range(past.count))

    def history(self, stream_id: str, limit: int, offset: int) -> list[Record]:
        """Stream Execution History, the newest first."""
        stream, index = self.find(stream_id)
        chosen = (each for place, each in enumerate(self.executions(stream, index)) if place >= offset)
        return [history_record(stream, each) for _, each in zip(range(limit), chosen, strict=False)]

    def record(self, stream_id: str) -> Record:
        """Stream (Connector) - Get."""
        stream, index = self.find(stream_id)
        definition = self._definition(stream, index)
        account = self._account_record(definition["account"])
        catalog = self._world.catalog
        columns = [
            {
                "type": column["type"],
                "name": column["name"],
                "id": column["id"],
                "visible": column.get("visible", True),
                "metadata": {"colLabel": column["name"], "colFormat": "", "isEncrypted": False},
            }
            for column in catalog.schema(index)
        ]
        return {
            "id": stream,
            "valid": account is None or account["valid"],
            "invalidExecutionId": None,
            "transport": definition["transport"],
            "updateMethod": definition["updateMethod"],
            "dataProvider": provider_record(definition["dataProvider"], definition["created"]),
            "account": account,
            "dataSource": catalog.metadata(index),
            "schemaDefinition": {"columns": columns},
            "scheduleExpression": definition.get("scheduleExpression"),
            "scheduleStartDate": None,
            "advancedScheduleJson": definition["advancedScheduleJson"],
            "scheduleRetryExpression": None,
            "scheduleRetryCount": 0,
            **self._state(stream, index),
            "createdAt": definition["created"] // 1000,
            "createdBy": int(definition["createdBy"]),
            "modifiedAt": definition["modified"] // 1000,
            "modifiedBy": int(definition["modifiedBy"]),
            "scheduleState": definition.get("scheduleState", "ACTIVE"),
            "scheduleAssertion": False,
            "inactiveScheduleCode": "USER_DISABLED" if definition.get("scheduleState") == "INACTIVE" else None,
            "configuration": [{"streamId": stream, **setting} for setting in definition["configuration"]],
        }

    def _account_record(self, account: str | None) -> Record | None:
        if account is None:
            return None
        found = self._world.part(Accounts).find(account)
        return {
            "id": int(account),
            "displayName": found["displayName"],
            "dataProviderType": found["dataProviderType"],
            "valid": found["valid"],
        }

    def _state(self, stream: int, index: int) -> Record:
        executions = self.executions(stream, index)
        last: Execution | None = None
        good: Execution | None = None
        current: Execution | None = None
        for execution in executions:
            if execution.state == ACTIVE:
                current = execution
                continue
            last = last or execution
            if execution.state == SUCCESS:
                good = execution
                break
        told = {name: each and execution_record(stream, each) for name, each in (("last", last), ("good", good))}
        newest = current or last
        return {
            "lastExecution": told["last"],
            "lastSuccessfulExecution": told["good"],
            "currentExecution": current and execution_record(stream, current),
            "currentExecutionState": newest.state if newest else None,
        }

    def create(self, body: Definition) -> Record:
        """Stream (Connector) - Create: a stream and the empty dataset that it fills. ApiError 400."""
        definition = self._checked(body)
        world = self._world
        with world.store.lock:
            stream = world.store.next_number("stream", FIRST_CREATED)
            index = world.catalog.create(definition["name"], definition["dataProvider"], [], definition["description"])
            world.catalog.change(index, stream=stream, dataProviderType=definition["dataProvider"])
            self._keep(stream, {**definition, "created": now_ms(), "createdBy": world.directory.me.id})
            self._place[stream] = index
        return self.record(str(stream))

    def update(self, stream_id: str, body: Definition) -> Record:
        """Stream (Connector) - Update: the whole definition anew. ApiError 400, 403 and 404."""
        stream, index = self.find(stream_id)
        catalog = self._world.catalog
        catalog.writable(catalog.table.ids[index])
        definition = self._checked(body)
        with self._world.store.lock:
            earlier = self._definition(stream, index)
            self._keep(stream, {**definition, "created": earlier["created"], "createdBy": earlier["createdBy"]})
            catalog.change(index, name=definition["name"], description=definition["description"])
        return self.record(stream_id)

    def _checked(self, body: Definition) -> Definition:
        definition = read_definition(body)
        account = definition["account"]
        if account is not None:
            try:
                self._world.part(Accounts).find(account)
            except ApiError as problem:
                raise ApiError(400, f"account.id: {problem.message}") from problem
        return definition

    def _keep(self, stream: int, definition: Document) -> None:
        changed = {"modified": now_ms(), "modifiedBy": self._world.directory.me.id}
        self._world.store.put(KIND, str(stream), {**definition, **changed})

    def execute(self, stream_id: str) -> Record:
        """Starts a run; ApiError 403, 404, and 409 while one is under way."""
        stream, index = self.find(stream_id)
        world = self._world
        dataset = world.catalog.table.ids[index]
        world.catalog.writable(dataset)
        definition = self._definition(stream, index)
        problem = None
        if not world.part(Accounts).is_valid(definition["account"]):
            account = definition["account"]
            problem = error("DC-401", f"The sign-in was refused. Update the credentials of account {account}.")
        newest = next(self.executions(stream, index), None)
        number = 1 + (newest.number if newest else 0)
        method = "REPLACE" if definition["updateMethod"] == "REPLACE" else "APPEND"
        execution = self.runs.start(stream, dataset, number, method, world.directory.me.id, problem)
        return execution_record(stream, execution)

    def cancel(self, stream_id: str, execution_id: str) -> None:
        """Ends a run that is under way; ApiError 403, 404 and 409."""
        stream, index = self.find(stream_id)
        self._world.catalog.writable(self._world.catalog.table.ids[index])
        if not execution_id.isdigit():
            raise not_found("Execution", execution_id)
        self.runs.cancel(stream, int(execution_id), self._world.directory.me.id)
