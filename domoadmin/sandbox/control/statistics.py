"""What has reached the sandbox and what has taken effect, for tests to count."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from typing import Any

LOG_LENGTH = 2000


class Statistics:
    """Counters since the start of the process, and the last requests. Holds no token and no body."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Starts counting anew."""
        self.received: Counter[str] = Counter()
        self.effects: Counter[str] = Counter()
        self.uploads: dict[str, dict[str, Any]] = {}
        self.requests: deque[dict[str, Any]] = deque(maxlen=LOG_LENGTH)

    def count_received(self, operation: str) -> None:
        with self._lock:
            self.received[operation] += 1

    def count_effect(self, operation: str) -> None:
        with self._lock:
            self.effects[operation] += 1

    def note_part(self, upload_id: str, number: int, size: int) -> None:
        """A part has been accepted."""
        with self._lock:
            part = self._upload(upload_id)["parts"].setdefault(str(number), {"accepted": 0, "bytes": 0})
            part["accepted"] += 1
            part["bytes"] = size

    def note_commit(self, upload_id: str, effected: bool = False) -> None:
        """A commit has arrived, or has taken effect."""
        with self._lock:
            self._upload(upload_id)["commits_effected" if effected else "commits_received"] += 1

    def _upload(self, upload_id: str) -> dict[str, Any]:
        return self.uploads.setdefault(upload_id, {"parts": {}, "commits_received": 0, "commits_effected": 0})

    def log(self, method: str, path: str, operation: str, status: int | str, toe: str, fault: str | None) -> None:
        """Notes one request; `status` is a text such as "cut" when nothing was answered."""
        self.requests.append(
            {
                "at": round(time.time() * 1000),
                "method": method,
                "path": path,
                "operation": operation,
                "status": status,
                "toe": toe,
                "fault": fault,
            }
        )

    def report(self) -> dict[str, Any]:
        """All counters as JSON."""
        with self._lock:
            return {
                "received": dict(self.received),
                "effects": dict(self.effects),
                "uploads": {key: {**each, "parts": dict(each["parts"])} for key, each in self.uploads.items()},
            }
