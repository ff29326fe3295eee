"""A Domoscio for tests that is as strict as its document can be read."""

from __future__ import annotations

import threading

from tests.services.conftest import TOKEN
from tests.services.upstream import Asked, Told, told


class StrictDomoscio:
    """Hands out tokens as the document says, strictly: each AccessToken is good for one call."""

    def __init__(self) -> None:
        self.access = ""
        self.refresh = ""
        self.count = 0
        self.starts = 0
        self.lock = threading.Lock()

    def __call__(self, asked: Asked) -> Told:
        with self.lock:
            headers = asked.headers
            if headers.get("Authorization") == f"Bearer {TOKEN}":
                self.starts += 1
                self.refresh = f"refresh-{self.starts}"
            elif (
                headers.get("AccessToken") != self.access
                or headers.get("RefreshToken") != self.refresh
                or not self.access
            ):
                return told({"error": {"status": 401, "message": "Expired Token. No Refresh Token provided"}}, 401)
            self.count += 1
            self.access = f"access-{self.count}"
            extra = {"RefreshToken": self.refresh} if "Authorization" in headers else {}
            return told([{"id": 1, "name": "Course"}], 200, AccessToken=self.access, Total="12", **extra)
