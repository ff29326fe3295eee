"""Test connection: who the token is, what it lacks, and what this upstream doesn't say."""

from __future__ import annotations

from typing import Any

import pytest

from domoadmin.services.errors import ConnectionFailed, Unauthorized
from tests.services.conftest import Connecting
from tests.services.upstream import Asked, Told, Upstream, told

ME = "/api/content/v2/users/me"
USER = "/api/identity/v1/users/7?parts=DETAILED"
ROLE = "/api/authorization/v1/roles/2"
HELD = "/api/authorization/v1/roles/2/authorities"
KNOWN = "/api/authorization/v1/authorities"

PERSON = {"id": 7, "displayName": "Ann", "emailAddress": "ann@example.com", "roleId": 2}
ALL: dict[str, Any] = {
    ME: {"id": 7, "displayName": "Ann", "emailAddress": "ann@example.com"},
    USER: {"users": [PERSON]},
    ROLE: {"id": 2, "name": "Editor"},
    HELD: [{"authority": "dataset.export"}],
    KNOWN: [{"authority": "dataset.export"}, {"authority": "dataset.manage"}],
}


def having(calls: dict[str, Any]) -> Any:
    """Answer these paths, and 404 for all others."""

    def script(asked: Asked) -> Told:
        return told(calls[asked.path]) if asked.path in calls else told({"message": "no such call"}, 404)

    return script


def test_all_is_known_where_the_upstream_has_every_call(connecting: Connecting, upstream: Upstream) -> None:
    upstream.script(having(ALL))
    found = connecting().identity.whoami()
    assert (found.user_id, found.name, found.email, found.role_name) == ("7", "Ann", "ann@example.com", "Editor")
    assert [item.authority for item in found.missing] == ["dataset.manage"]
    assert "can't change datasets" in str(found.missing[0])
    assert found.unknown == ()
    assert found.milliseconds >= 0


@pytest.mark.parametrize(
    ("absent", "told_unknown", "missing"),
    [
        (KNOWN, 1, 1),
        (HELD, 1, 0),
        (ROLE, 1, 1),
        (USER, 2, 0),
        (ME, 2, 0),
    ],
)
def test_what_is_absent_upstream_is_said_to_be_unknown(
    connecting: Connecting, upstream: Upstream, absent: str, told_unknown: int, missing: int
) -> None:
    upstream.script(having({path: answer for path, answer in ALL.items() if path != absent}))
    found = connecting().identity.whoami()
    assert len(found.unknown) == told_unknown
    assert len(found.missing) == missing
    assert all(sentence.endswith(".") for sentence in found.unknown)


def test_a_wrong_token_and_a_lost_upstream_are_errors(connecting: Connecting, upstream: Upstream) -> None:
    upstream.answers(told({"message": "no"}, 401))
    for kind in ("domo", "domains", "domoscio"):
        with pytest.raises(Unauthorized):
            connecting(kind=kind).identity.whoami()
    with pytest.raises(ConnectionFailed):
        connecting(base_url="http://does-not-exist.invalid").identity.whoami()


def test_domains_and_domoscio_tell_how_far_the_token_reaches(connecting: Connecting, upstream: Upstream) -> None:
    upstream.answers(told({"domains": [{"id": "a", "name": "Alpha"}, {"id": "b"}], "pageInfo": {"nextMarker": "m"}}))
    found = connecting(kind="domains").identity.whoami()
    assert found.details == ("It sees the topmost domains Alpha, b and more.",)
    upstream.answers(told([{"id": 1}], 200, Total="12"))
    found = connecting(kind="domoscio").identity.whoami()
    assert found.details == ("The token is accepted.", "It sees 12 knowledge graphs.")
    upstream.answers(told({"error": {"status": 404, "message": "no list"}}, 404))
    found = connecting(kind="domoscio").identity.whoami()
    assert (found.details, len(found.unknown)) == ((), 2)
