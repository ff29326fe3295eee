"""How each kind of upstream is told who calls."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol, TypeVar

from domoadmin.services.errors import InvalidArguments
from domoadmin.services.tokens import TokenPair, TokenStore
from domoadmin.services.turns import Turns

# By kind of upstream: the headers that carry its credentials. Domoscio's first call has this one, the next ones its
# session tokens.
CREDENTIAL_HEADERS: Mapping[str, tuple[str, ...]] = {
    "domo": ("X-DOMO-Developer-Token",),
    "domains": ("Authorization", "x-api-key"),
    "domoscio": ("Authorization",),
}
# How many sessions one call may see end before it insists on starting one itself.
_MOST_SESSIONS = 4
Sent = TypeVar("Sent")
# Sends once with these headers; returns (status, answer headers with lower-case names, whatever was sent back).
Attempt = Callable[[Mapping[str, str]], tuple[int, Mapping[str, str], Sent]]


class Authentication(Protocol):
    """Adds headers to a request and learns from its answer."""

    def send(self, attempt: Attempt[Sent]) -> Sent:
        """Make the attempt with the right headers, a second time where the kind of upstream asks for it."""

    def secrets(self) -> list[str]:
        """Return all that must never be shown, tokens learned since included."""


class HeaderAuthentication:
    """The same headers with every call: Domo's X-DOMO-Developer-Token; the Domain API's Authorization and x-api-key."""

    def __init__(self, headers: Mapping[str, str], secrets: list[str]) -> None:
        self._headers = headers
        self._secrets = secrets

    def send(self, attempt: Attempt[Sent]) -> Sent:
        """Make the attempt."""
        return attempt(self._headers)[2]

    def secrets(self) -> list[str]:
        """Return the tokens."""
        return list(self._secrets)


class DomoscioAuthentication:
    """Domoscio: an authorization token starts a session, then AccessToken and RefreshToken travel with each call.

    Every answer may carry a fresh AccessToken. Whether the one before stays valid is not documented. So calls go side
    by side at first; where a token turns out to be refused only because a newer one was given, they go one after
    another from then on. A 401 has had no effect, so repeating after it is safe for every call. A session that ended
    is renewed by one thread of one process, with its own call, while the others wait for the new tokens.
    """

    def __init__(self, authorization: str, token: str, store: TokenStore) -> None:
        self._authorization = authorization
        self._token = token
        self._store = store
        self._turns = Turns()
        self._thread = threading.local()

    def send(self, attempt: Attempt[Sent]) -> Sent:
        """Make the attempt with the tokens of the session; after a 401 with newer ones, or starting a session."""
        self._thread.seen = []
        refused: TokenPair | None = None
        for _ in range(_MOST_SESSIONS):
            with self._turns.shared():
                pair = self._store.load()
                if pair is not None and _may_go_side_by_side(pair, refused):
                    status, answer = self._with_session(attempt, pair)
                    if status != 401:
                        return answer
                    refused = pair
            with self._turns.alone(), self._store.alone():
                pair = self._store.load()
                if pair is None or not _may_go_side_by_side(pair, refused):
                    return self._alone(attempt, pair, refused)
        with self._turns.alone(), self._store.alone():
            return self._alone(attempt, self._store.load(), refused)

    def secrets(self) -> list[str]:
        """Return the authorization token, the tokens of the session, and those of this thread's last call."""
        pair = self._store.load()
        return [self._token, *((pair.access, pair.refresh) if pair else ()), *getattr(self._thread, "seen", ())]

    def _alone(self, attempt: Attempt[Sent], pair: TokenPair | None, refused: TokenPair | None) -> Sent:
        """Make the attempt with the newest tokens unless it was they that were refused; else start a session."""
        if pair is not None and (refused is None or pair.access != refused.access):
            status, answer = self._with_session(attempt, pair)
            if status != 401:
                if refused is not None and pair.session == refused.session:
                    self._store.mark_one_at_a_time(pair.session)
                return answer
        status, headers, answer = attempt({"Authorization": self._authorization})
        access, refresh = headers.get("accesstoken"), headers.get("refreshtoken")
        marked = pair is not None and pair.one_at_a_time
        given = access and refresh and status != 401
        started = TokenPair(access or "", refresh or "", one_at_a_time=marked) if given else None
        self._store.save(started)
        self._note(started)
        return answer

    def _with_session(self, attempt: Attempt[Sent], pair: TokenPair) -> tuple[int, Sent]:
        self._note(pair)
        status, headers, answer = attempt({"AccessToken": pair.access, "RefreshToken": pair.refresh})
        access, refresh = headers.get("accesstoken") or pair.access, headers.get("refreshtoken") or pair.refresh
        after = replace(pair, access=access, refresh=refresh)
        if status != 401 and after != pair:
            self._store.renew(after)
            self._note(after)
        return status, answer

    def _note(self, pair: TokenPair | None) -> None:
        """Remember tokens of this call: another thread may have replaced them before its answer is shown."""
        if pair is not None:
            self._thread.seen += [pair.access, pair.refresh]


def _may_go_side_by_side(pair: TokenPair, refused: TokenPair | None) -> bool:
    return not pair.one_at_a_time and (refused is None or pair.session != refused.session)


def authentication_for(kind: str, secrets: Mapping[str, str], scheme: str | None, store: TokenStore) -> Authentication:
    """Return the authentication of a connection; raises InvalidArguments naming a missing secret.

    Secrets: "token" for all kinds, "api_key" for the Domain API. `scheme` stands before the token in the header
    Authorization; None is what each document shows: nothing for the Domain API, Bearer for Domoscio, whose older
    clients send "Token token=".
    """
    token = _fit_for_header(secrets, "token")
    if kind == "domo":
        return HeaderAuthentication({"X-DOMO-Developer-Token": token}, [token])
    if kind == "domains":
        key = _fit_for_header(secrets, "api_key")
        # Raw, without Bearer: the document doesn't say, but the API that it describes takes it so (facts.md, 3).
        headers = {"Authorization": _with_scheme(scheme or "", token), "x-api-key": key}
        return HeaderAuthentication(headers, [token, key])
    return DomoscioAuthentication(_with_scheme("Bearer" if scheme is None else scheme, token), token, store)


def _with_scheme(scheme: str, token: str) -> str:
    return f"{scheme}{token}" if not scheme or scheme.endswith("=") else f"{scheme} {token}"


def _fit_for_header(secrets: Mapping[str, str], name: str) -> str:
    value = secrets.get(name, "").strip()
    if not value:
        raise InvalidArguments(f"the connection has no {name.replace('_', ' ')}", argument=name)
    if not value.isascii() or not value.isprintable():
        raise InvalidArguments(f"the {name.replace('_', ' ')} holds characters that no header can", argument=name)
    return value
