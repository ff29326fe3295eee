"""Streams and executions in the shape of the documents."""

from __future__ import annotations

import json
import re
import time
import uuid
from typing import Any

from domoadmin.sandbox.company import vocabulary as words
from domoadmin.sandbox.http.message import Response
from domoadmin.sandbox.streams.executions import ACTIVE, SUCCESS, Execution, stable_toe

Record = dict[str, Any]
EXACT = "\u0000number:"
QUOTED = re.compile(r'"\\u0000number:([0-9.]+)"')
FIRST_PROVIDER = 2_800


def exact(number: str) -> str:
    """A number that is sent with just these digits."""
    return EXACT + number


def exact_response(value: Any, status: int = 200) -> Response:
    """JSON whose exact numbers keep their digits, which a float would not."""
    return Response(status, QUOTED.sub(r"\1", json.dumps(value, separators=(",", ":"))).encode())


def execution_record(stream: int, execution: Execution) -> Record:
    """An execution as it stands inside a stream and in the answer to a run. Times in epoch seconds."""
    running, good = execution.state == ACTIVE, execution.state == SUCCESS
    started, ended = execution.started // 1000, execution.ended and execution.ended // 1000
    memory = 150_000_000 + execution.rows % 97_000_003
    moment = time.gmtime(ended or started)
    key = f"{time.strftime('%Y%m%d%H%M%S', moment)}.{execution.number % 1000:03d}"
    return {
        "streamId": stream,
        "executionId": execution.number,
        "toe": stable_toe(stream, execution.number),
        "startedAt": exact(f"{started}.{execution.started % 1000:03d}000000") if running else started,
        "endedAt": ended,
        "updateMethod": execution.method,
        "index": True,
        "retryCount": 0,
        "retryExecution": None,
        "containerManagerId": f"cm-{uuid.uuid5(uuid.NAMESPACE_OID, f'{stream}:{execution.number}')}",
        "uploadId": execution.number if good else None,
        "indexRequestKey": exact(key) if good else None,
        "currentState": execution.state,
        "runType": execution.run_type,
        "createdAt": None if running else started,
        "modifiedAt": None if running else ended,
        "latestPhase": None,
        "currentPhase": None,
        "removed": False,
        "rowsInserted": execution.rows,
        "bytesInserted": execution.bytes,
        "startedBy": execution.started_by,
        "cancelledBy": execution.cancelled_by,
        "dataTag": None,
        "peakMemoryUsedBytes": None if running else memory,
        "peakMemoryCommittedBytes": None if running else memory + 13_090_816,
        "exportable": False,
        "manualIndex": False,
        "errors": list(execution.errors),
    }


def history_record(stream: int, execution: Execution) -> Record:
    """An execution as Stream Execution History shows it; what went wrong is told for those that failed."""
    shown = execution_record(stream, execution)
    names = ("streamId", "executionId", "currentState", "rowsInserted", "bytesInserted")
    record = {name: shown[name] for name in names}
    record |= {"startedAt": execution.started // 1000, "endedAt": shown["endedAt"]}
    record |= {"updateMethod": execution.method, "peakMemoryUsedBytes": shown["peakMemoryUsedBytes"]}
    return record | ({"errors": shown["errors"]} if execution.errors else {})


def provider_record(key: str, created: int) -> Record:
    """The dataProvider of a stream; times in epoch milliseconds."""
    known = next((provider for provider in words.PROVIDERS if provider.key == key), None)
    number = words.PROVIDER_CODES.get(key, len(key) + 40)
    return {
        "id": FIRST_PROVIDER + number,
        "key": key,
        "name": known.name if known else key.replace("-", " ").title(),
        "url": None,
        "defaultConnectorId": None,
        "defaultConnectorLabel": None,
        "authenticationScheme": None,
        "connectorValidatorPresent": False,
        "resourceBundlePresent": False,
        "moduleHandler": None,
        "iconPicker": False,
        "scope": "0",
        "producer": "DOMO",
        "version": "0",
        "dateCreated": created,
        "dateUpdated": created,
        "visibility": "WITH_CONNECTOR",
        "type": "STANDARD",
        "authenticationSchemeConfiguration": [],
    }
