"""Domoscio's sessions: opened with the authorization token, carried on with access and refresh token."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict

SESSION_SECONDS = 2 * 3600
MOST_SESSIONS = 256


class Sessions:
    """Refresh tokens of the open sessions. Every access token of a session stays good until the session ends."""

    def __init__(self) -> None:
        self._ends: OrderedDict[str, float] = OrderedDict()
        # Access tokens are signed, not kept: a busy client is given many thousands of them.
        self._key = secrets.token_bytes(32)

    def open(self) -> tuple[str, str]:
        """A new session: its access and its refresh token."""
        refresh = secrets.token_urlsafe(24)
        self._ends[refresh] = time.monotonic() + SESSION_SECONDS
        if len(self._ends) > MOST_SESSIONS:
            self._ends.popitem(last=False)
        return self._access(refresh), refresh

    def carry_on(self, access: str, refresh: str) -> str | None:
        """The next access token; None when the session is over or the tokens don't belong together."""
        number, _, _ = access.partition(".")
        known = self._ends.get(refresh, 0) > time.monotonic()
        if not known or not hmac.compare_digest(access.encode(), self._signed(number, refresh).encode()):
            return None
        return self._access(refresh)

    def end_all(self) -> None:
        """Lets every session expire."""
        self._ends.clear()

    def _access(self, refresh: str) -> str:
        return self._signed(secrets.token_hex(6), refresh)

    def _signed(self, number: str, refresh: str) -> str:
        return f"{number}.{hmac.new(self._key, f'{number} {refresh}'.encode(), hashlib.sha256).hexdigest()[:32]}"
