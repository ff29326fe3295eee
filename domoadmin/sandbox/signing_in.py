"""Who may call: the access token of Domo, the two keys of the Domain API, Domoscio's exchange of tokens."""

from __future__ import annotations

import hashlib
import hmac

from domoadmin.sandbox.control.faults import EXPIRED, READ_ONLY, SESSION_EXPIRED
from domoadmin.sandbox.control.statistics import Statistics
from domoadmin.sandbox.domains.logins import email_in
from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.http.message import Request
from domoadmin.sandbox.learning.sessions import Sessions
from domoadmin.sandbox.routing import Route

FULL_AUTHENTICATION = "Full authentication is required to access this resource"
# Counted like an operation: how often a Domoscio client had to go back to its authorization token.
DOMOSCIO_SIGN_IN = "domoscio.sign_in"
LOGIN = "auth.login"


def session_token(token: str) -> str:
    """The session token that belongs to an access token; it lives as long as the access token does."""
    return hmac.new(token.encode(), b"session", hashlib.sha256).hexdigest()


def same(left: str, right: str) -> bool:
    """Compares secrets without telling by time how far they agree."""
    return hmac.compare_digest(left.encode(), right.encode())


def bare_token(authorization: str) -> str:
    """What an Authorization header carries, without the scheme before it.

    The Domain API's document shows none, Domoscio's shows Bearer, its older clients send Token token=: all are taken.
    """
    for scheme in ("Bearer ", "Token token="):
        if authorization.lower().startswith(scheme.lower()):
            return authorization[len(scheme) :].strip().strip('"')
    return authorization


class SigningIn:
    """Checks the headers of each request; gives headers that the answer must carry."""

    def __init__(self, token: str, statistics: Statistics) -> None:
        self._token = token
        self._session = session_token(token)
        self._statistics = statistics
        self._sessions = Sessions()

    def check(self, request: Request, route: Route, token_mode: str) -> dict[str, str]:
        """Headers for the answer; ApiError 401 or 403 when the token does not allow the request."""
        headers = getattr(self, f"_check_{route.api}")(request, route, token_mode)
        if token_mode == READ_ONLY and route.mutates:
            raise ApiError(403, "The access token may only read")
        return dict(headers)

    def _check_domo(self, request: Request, route: Route, token_mode: str) -> dict[str, str]:
        if route.operation == "identity.authenticate":
            return {}
        known = same(request.headers.get("x-domo-developer-token", ""), self._token)
        known = known or same(request.headers.get("x-domo-authentication", ""), self._session)
        if token_mode == EXPIRED or not known:
            raise ApiError(401, FULL_AUTHENTICATION)
        return {}

    def _check_domains(self, request: Request, route: Route, token_mode: str) -> dict[str, str]:
        keyed = bool(request.headers.get("x-api-key"))
        if keyed and route.operation == LOGIN:
            return {}
        token = bare_token(request.headers.get("authorization", ""))
        known = same(token, self._token) or email_in(self._token, token) is not None
        if token_mode == EXPIRED or not known or not keyed:
            raise ApiError(401, "Unauthorized")
        return {}

    def _check_domoscio(self, request: Request, route: Route, token_mode: str) -> dict[str, str]:
        """The authorization token opens a session; afterwards access and refresh token are sent with each call."""
        authorization = request.headers.get("authorization", "")
        if authorization:
            if token_mode == EXPIRED or not same(bare_token(authorization), self._token):
                raise ApiError(401, "No valid Authentication Token provided")
            self._statistics.count_received(DOMOSCIO_SIGN_IN)
            access, refresh = self._sessions.open()
            return {"AccessToken": access, "RefreshToken": refresh}
        refresh = request.headers.get("refreshtoken", "")
        if token_mode == SESSION_EXPIRED:
            self._sessions.end_all()
        following = self._sessions.carry_on(request.headers.get("accesstoken", ""), refresh)
        if token_mode == EXPIRED or following is None:
            raise ApiError(401, "Expired Token. No Refresh Token provided")
        return {"AccessToken": following, "RefreshToken": refresh}
