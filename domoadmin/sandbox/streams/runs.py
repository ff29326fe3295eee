"""Runs that clients start: they take some seconds and then change the dataset, or fail."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.catalog import Catalog, now_ms
from domoadmin.sandbox.company.schemas import SCHEMAS
from domoadmin.sandbox.errors import ApiError, not_found
from domoadmin.sandbox.store import Document, Store
from domoadmin.sandbox.streams.executions import ACTIVE, CANCELLED, ERROR, SUCCESS, Execution
from domoadmin.sandbox.uploads.versions import Versions
from domoadmin.sandbox.world import World

SHORTEST_MS = 1_200
FIRST_ROWS = 1_200
KIND = "stream-runs"


class Runs:
    """The runs of each stream that clients have started. How a run ends is settled when it starts.

    Its effect comes when its time is over: `settle` brings every effect that is due, before anything is read.
    """

    def __init__(self, world: World) -> None:
        self._store: Store = world.store
        self._catalog: Catalog = world.catalog
        self._versions: Versions = world.versions
        self._pending = {
            stream for stream, document in self._store.all(KIND).items() if any(map(_waits, document["runs"]))
        }

    def of(self, stream: int) -> list[Execution]:
        """The runs of a stream, newest first."""
        return [_execution(run) for run in reversed(self._runs(stream))]

    def _runs(self, stream: int) -> list[Document]:
        document = self._store.get(KIND, str(stream))
        return list(document["runs"]) if document else []

    def _keep(self, stream: int, dataset: str, runs: list[Document]) -> None:
        self._store.put(KIND, str(stream), {"dataset": dataset, "runs": runs})

    def start(
        self, stream: int, dataset: str, number: int, method: str, by: str, problem: dict[str, Any] | None
    ) -> Execution:
        """A new run; ApiError 409 while another one is under way."""
        with self._store.lock:
            runs = self._runs(stream)
            if any(run["ends"] > now_ms() and not run.get("cancelled_by") for run in runs):
                raise ApiError(409, f"Stream {stream} has an execution under way")
            moment = now_ms()
            run = {"number": number, "started": moment, "ends": moment + SHORTEST_MS + stream % 5 * 300, "by": by}
            run |= {"method": method, "rows": 0, "problem": problem, "settled": False, "cancelled_by": None}
            if problem is None:
                run["rows"] = self._next_rows(dataset, method)
            self._keep(stream, dataset, [*runs, run])
            self._pending.add(str(stream))
        return _execution(run)

    def _next_rows(self, dataset: str, method: str) -> int:
        rows = int(self._catalog.table.rows[self._catalog.find(dataset)])
        if not rows:
            return FIRST_ROWS
        return rows + max(1, rows // 400) if method == "REPLACE" else max(1, rows // 90)

    def cancel(self, stream: int, number: int, by: str) -> None:
        """Ends a run without effect; ApiError 404, and 409 for one that is over."""
        self.settle()
        with self._store.lock:
            runs = self._runs(stream)
            run = next((run for run in runs if run["number"] == number), None)
            if run is None:
                raise not_found("Execution", number)
            if run["settled"]:
                raise ApiError(409, f"Execution {number} of stream {stream} is over")
            ended = {**run, "cancelled_by": by, "ends": now_ms(), "settled": True}
            dataset = self._store.get(KIND, str(stream)) or {}
            self._keep(stream, dataset["dataset"], [ended if each is run else each for each in runs])

    def settle(self) -> None:
        """Brings the effects of all runs whose time is over."""
        for name in list(self._pending):
            with self._store.lock:
                self._settle(int(name))

    def _settle(self, stream: int) -> None:
        document = self._store.get(KIND, str(stream)) or {"dataset": "", "runs": []}
        for run in [run for run in document["runs"] if _waits(run) and run["ends"] <= now_ms()]:
            runs = [{**each, "settled": True} if each is run else each for each in document["runs"]]
            document = {**document, "runs": runs}
            self._effect(document["dataset"], run, (KIND, str(stream), document))
        if not any(map(_waits, document["runs"])):
            self._pending.discard(str(stream))

    def _effect(self, dataset: str, run: Document, note: tuple[str, str, Document | None]) -> None:
        """What a run does to its dataset, stored together with the note that it is done."""
        try:
            index = self._catalog.find(dataset)
        except ApiError:
            # the dataset was deleted while the run was under way
            self._store.put_all([note])
            return
        self._catalog.change(index, failed=run["problem"] is not None, touched=run["ends"])
        if run["problem"] is not None:
            self._store.put_all([note])
            return
        if not self._catalog.schema(index):
            columns = [{"name": c.name, "id": c.name, "type": c.type, "visible": True} for c in SCHEMAS["operations"]]
            self._catalog.change(index, schema=columns, columns=len(columns))
        self._versions.add_loaded(index, run["rows"], run["ends"], run["method"] == "REPLACE", note)


def _waits(run: Document) -> bool:
    return not run["settled"]


def _execution(run: Document) -> Execution:
    over = run["ends"] <= now_ms()
    state = ACTIVE if not over else ERROR if run["problem"] else SUCCESS
    if run["cancelled_by"]:
        state = CANCELLED
    good = state == SUCCESS
    return Execution(
        number=run["number"],
        state=state,
        started=run["started"],
        ended=run["ends"] if over else None,
        rows=run["rows"] if good else 0,
        run_type="MANUAL",
        method=run["method"],
        started_by=run["by"],
        errors=(run["problem"],) if state == ERROR else (),
        cancelled_by=run["cancelled_by"],
    )
