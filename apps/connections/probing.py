"""Trying a connection: as whom its token acts, what that person lacks, and how fast the upstream answers."""

from __future__ import annotations

import base64
import binascii
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from apps.connections.models import Connection, Kind
from domoadmin.services.client import Client
from domoadmin.services.errors import Forbidden, HostNotAllowed, NotFound, Unauthorized, UpstreamError
from domoadmin.services.results import User as UpstreamUser

# A test is watched by a person; the client's own limits are made for jobs.
SECONDS = 20.0
MOST_LACKING = 12
NO_IDENTITY = "This API doesn't say what a token may do."


@dataclass(frozen=True)
class Probe:
    """What a test found: either `failure` (with advice and request id), or whom the token acts as.

    `facts` are (label, value) pairs to show; `lacking` are authorities in words, known only if `lacking_known`.
    """

    name: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    lacking: tuple[str, ...] = ()
    lacking_known: bool = False
    lacking_unknown_because: str = NO_IDENTITY
    milliseconds: int | None = None
    request_id: str = ""
    failure: str = ""
    advice: str = ""


@dataclass
class _Stopwatch:
    """Times the first call: the later ones find the connection open."""

    clock: Callable[[], float] = field(default=time.perf_counter)
    milliseconds: int | None = None

    def first(self, call: Callable[[], Any]) -> Any:
        start = self.clock()
        result = call()
        self.milliseconds = round((self.clock() - start) * 1000)
        return result


def probe(connection: Connection) -> Probe:
    """Call the upstream and describe what came; a failure is described too, not raised."""
    try:
        client = connection.client()
        with client.deadline(SECONDS):
            return _PROBES[Kind(connection.kind)](client)
    except UpstreamError as error:
        return Probe(failure=_sentence(str(error)), advice=_advice(error), request_id=error.request_id or "")


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _advice(error: UpstreamError) -> str:
    if isinstance(error, Unauthorized):
        return "The token is wrong, expired or revoked. Type a new one."
    if isinstance(error, Forbidden):
        return "The token's owner lacks the right, or the token belongs to another instance."
    if isinstance(error, NotFound):
        return "Check the base URL: the host answers, but not with this API."
    if isinstance(error, HostNotAllowed):
        return "Nothing was sent."
    return ""


def _probe_domo(client: Client) -> Probe:
    watch = _Stopwatch()
    try:
        person: UpstreamUser | None = watch.first(client.users.me)
    except NotFound:
        # Who-am-I isn't documented: an instance without it is still tested by a documented call.
        watch.first(lambda: client.users.list(limit=1))
        person = None
    request_id = client.last_request_id or ""
    if person is None:
        because = "This instance doesn't say whom the token belongs to."
        return Probe(milliseconds=watch.milliseconds, request_id=request_id, lacking_unknown_because=because)
    role = _role_name(client, person)
    facts = (("E-mail", person.email), ("Role", role), ("User id", person.id))
    lacking, because = _lacking(client, person)
    return Probe(
        name=person.name,
        facts=tuple(fact for fact in facts if fact[1]),
        lacking=_shortened(lacking or ()),
        lacking_known=lacking is not None,
        lacking_unknown_because=because,
        milliseconds=watch.milliseconds,
        request_id=request_id,
    )


def _role_name(client: Client, person: UpstreamUser) -> str:
    if person.role_name or not person.role_id:
        return person.role_name
    try:
        return client.roles.get(person.role_id).name
    except UpstreamError:
        return f"id {person.role_id}"  # reading roles is a right of its own


def _lacking(client: Client, person: UpstreamUser) -> tuple[tuple[str, ...] | None, str]:
    """Return the authorities of the instance that the person's role hasn't, or None and why that isn't known."""
    if not person.role_id:
        return None, "The upstream doesn't say which role this person has."
    try:
        every = client.identity.authorities()
        held = {authority.authority for authority in client.roles.list_authorities(person.role_id)}
    except UpstreamError as error:
        return None, f"It can't be read. {_sentence(str(error))}"
    missing = (authority for authority in every if authority.authority not in held)
    return tuple(authority.title or authority.authority for authority in missing), ""


def _shortened(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(names) <= MOST_LACKING:
        return names
    return (*names[:MOST_LACKING], f"and {len(names) - MOST_LACKING} more")


def _probe_domains(client: Client) -> Probe:
    watch = _Stopwatch()
    page = watch.first(lambda: client.domains.list_top_domains(size=100))
    request_id = client.last_request_id or ""
    claims = _claims(client.settings.secrets.get("token", ""))
    names = [domain.name or domain.id for domain in page.domains]
    sees = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    facts = [("E-mail", claims.get("email", "")), ("Sees", sees or "no domain"), ("Token expires", _expiry(claims))]
    return Probe(
        name=claims.get("name") or claims.get("cognito:username") or claims.get("email", ""),
        facts=tuple(fact for fact in facts if fact[1]),
        milliseconds=watch.milliseconds,
        request_id=request_id,
    )


def _claims(token: str) -> dict[str, str]:
    """Return what a login token that is a JSON web token says of its person: the API has no who-am-I.

    The signature isn't checked: the upstream did that when it accepted the token.
    """
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        content = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError):
        return {}
    if not isinstance(content, dict):
        return {}
    return {name: str(content[name])[:200] for name in ("name", "email", "cognito:username", "exp") if name in content}


def _expiry(claims: dict[str, str]) -> str:
    try:
        moment = datetime.fromtimestamp(int(claims.get("exp", "")), UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return f"{moment:%d %b %Y, %H:%M} UTC"


def _probe_domoscio(client: Client) -> Probe:
    watch = _Stopwatch()
    graphs = watch.first(lambda: client.domoscio.list_knowledge_graphs(per_page=100))
    count = graphs.total if graphs.total is not None else len(graphs)
    return Probe(
        facts=(
            ("Instance", client.settings.base_url.rstrip("/").rpartition("/")[2]),
            ("Knowledge graphs", f"{count:,}"),
        ),
        milliseconds=watch.milliseconds,
        request_id=client.last_request_id or "",
    )


_PROBES: dict[Kind, Callable[[Client], Probe]] = {
    Kind.DOMO: _probe_domo,
    Kind.DOMAINS: _probe_domains,
    Kind.DOMOSCIO: _probe_domoscio,
}
