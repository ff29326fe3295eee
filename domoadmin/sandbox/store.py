"""What clients have changed, kept in SQLite beside the generated company, so that it survives kill -9."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Document = dict[str, Any]


class Store:
    """Documents by kind and id. All of them are read once at the start and written through on each change.

    The write-ahead log makes an acknowledged change outlive a killed process; only a power cut could lose it.
    """

    def __init__(self, path: Path) -> None:
        self.lock = threading.RLock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=NORMAL")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS document (kind TEXT, id TEXT, body TEXT, PRIMARY KEY (kind, id)) WITHOUT ROWID"
        )
        self._documents: dict[str, dict[str, Document]] = {}
        self._revisions: Counter[str] = Counter()
        for kind, identifier, body in self._database.execute("SELECT kind, id, body FROM document"):
            self._documents.setdefault(kind, {})[identifier] = json.loads(body)

    def get(self, kind: str, identifier: str) -> Document | None:
        """A document, or None."""
        return self._documents.get(kind, {}).get(identifier)

    def all(self, kind: str) -> dict[str, Document]:
        """A copy of all documents of a kind, by id."""
        with self.lock:
            return dict(self._documents.get(kind, {}))

    def put(self, kind: str, identifier: str, body: Document) -> None:
        """Writes one document."""
        self.put_all([(kind, identifier, body)])

    def put_all(self, changes: Iterable[tuple[str, str, Document | None]]) -> None:
        """Writes documents (None deletes) together or not at all."""
        changes = list(changes)
        with self.lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                for kind, identifier, body in changes:
                    self._write(kind, identifier, body)
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")
            for kind, identifier, body in changes:
                self._revisions[kind] += 1
                documents = self._documents.setdefault(kind, {})
                if body is None:
                    documents.pop(identifier, None)
                else:
                    documents[identifier] = body

    def revision(self, kinds: Iterable[str]) -> int:
        """A number that grows with each change to documents of these kinds; it starts anew with the process."""
        return sum(self._revisions[kind] for kind in kinds)

    def _write(self, kind: str, identifier: str, body: Document | None) -> None:
        if body is None:
            self._database.execute("DELETE FROM document WHERE kind = ? AND id = ?", (kind, identifier))
        else:
            self._database.execute(
                "INSERT OR REPLACE INTO document VALUES (?, ?, ?)", (kind, identifier, json.dumps(body))
            )

    def next_number(self, name: str, first: int) -> int:
        """The next of a lasting series of numbers; never the same one twice."""
        with self.lock:
            number = int((self.get("counter", name) or {}).get("value", first - 1)) + 1
            self.put("counter", name, {"value": number})
            return number

    def close(self) -> None:
        """Ends the connection to the database."""
        self._database.close()
