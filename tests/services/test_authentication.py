"""Who calls: the three kinds of upstream, and Domoscio's tokens that change while they are used."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from domoadmin.services.errors import AnswerLost, InvalidArguments, Unauthorized, UpstreamError
from domoadmin.services.retry import RetryPolicy
from domoadmin.services.tokens import MemoryTokenStore, TokenPair
from tests.services.conftest import TOKEN, Connecting
from tests.services.domoscio_service import StrictDomoscio
from tests.services.upstream import CUT, Asked, Told, Upstream, told


def test_the_authorization_token_starts_and_session_tokens_follow(connecting: Connecting, upstream: Upstream) -> None:
    service = StrictDomoscio()
    upstream.script(service)
    client = connecting(kind="domoscio")
    assert client.domoscio.list_knowledge_graphs().total == 12
    client.domoscio.list_knowledge_graphs()
    client.domoscio.list_knowledge_graphs()
    assert service.starts == 1
    assert "Authorization" not in upstream.last.headers
    assert (upstream.last.headers["AccessToken"], upstream.last.headers["RefreshToken"]) == ("access-2", "refresh-1")


def test_an_expired_session_starts_again_once(connecting: Connecting, upstream: Upstream) -> None:
    service = StrictDomoscio()
    upstream.script(service)
    client = connecting(kind="domoscio")
    client.domoscio.list_knowledge_graphs()
    service.access = "expired"
    client.domoscio.list_knowledge_graphs()
    assert service.starts == 2
    assert len(upstream.asked) == 3


def test_a_refused_authorization_token_is_final(connecting: Connecting, upstream: Upstream) -> None:
    upstream.answers(told({"error": {"status": 401, "message": f"no such token {TOKEN}"}}, 401))
    with pytest.raises(Unauthorized) as caught:
        connecting(kind="domoscio").domoscio.list_knowledge_graphs()
    assert len(upstream.asked) == 1
    assert TOKEN not in str(caught.value) + caught.value.body_excerpt


def test_threads_don_t_outrun_each_other_s_tokens(connecting: Connecting, upstream: Upstream) -> None:
    service = StrictDomoscio()
    upstream.script(service)
    client = connecting(kind="domoscio")
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: client.domoscio.list_knowledge_graphs(), range(12)))
        assert (service.starts, service.count) == (1, 12)
        refused = len(upstream.asked) - 12
        for expiry in range(2, 5):
            service.access = "expired"
            list(pool.map(lambda _: client.domoscio.list_knowledge_graphs(), range(12)))
            assert service.starts == expiry
    assert refused < 6, "once it is known that tokens are good for one call, calls go one after another"
    assert len(upstream.asked) == 48 + refused + 3


def test_calls_go_side_by_side_where_older_tokens_stay_good(connecting: Connecting, upstream: Upstream) -> None:
    upstream.answers(told([], AccessToken="access-1", RefreshToken="refresh-1"))
    client = connecting(kind="domoscio")
    client.domoscio.list_knowledge_graphs()
    together = threading.Event()

    def wait_for_all(asked: Asked) -> Told:
        if len(upstream.asked) == 9:
            together.set()
        return replace(told([], AccessToken=f"access-{len(upstream.asked)}"), hold=together)

    upstream.script(wait_for_all)
    started = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: client.domoscio.list_knowledge_graphs(), range(8)))
    assert time.monotonic() - started < 8, "an answer is held for 10 s until all have asked"
    assert {asked.headers["AccessToken"] for asked in upstream.asked[1:]} == {"access-1"}


def test_the_tokens_of_a_call_are_masked_although_others_have_replaced_them(
    connecting: Connecting, upstream: Upstream
) -> None:
    store = MemoryTokenStore()
    client = connecting(kind="domoscio", token_store=store)
    store.save(TokenPair("access-used", "refresh-used"))

    def replaced_meanwhile(asked: Asked) -> Told:
        store.save(TokenPair("access-later", "refresh-later"))
        return told({"message": f"{asked.headers['AccessToken']} {asked.headers['RefreshToken']}"}, 422)

    upstream.script(replaced_meanwhile)
    with pytest.raises(UpstreamError, match="••• •••"):
        client.domoscio.list_knowledge_graphs()
    assert store.load() == replace(store.load() or TokenPair("", ""), access="access-later")


def test_session_tokens_are_masked_in_errors(connecting: Connecting, upstream: Upstream) -> None:
    upstream.answers(
        told([], 200, AccessToken="access-abc", RefreshToken="refresh-abc"),
        told({"message": "access-abc refresh-abc"}, 422),
    )
    client = connecting(kind="domoscio")
    client.domoscio.list_knowledge_graphs()
    with pytest.raises(Exception, match="••• •••"):
        client.domoscio.list_knowledge_graphs()


def test_a_lost_answer_keeps_the_session_usable(connecting: Connecting, upstream: Upstream) -> None:
    service = StrictDomoscio()
    upstream.script(service)
    client = connecting(kind="domoscio", retry=RetryPolicy(attempts=1))
    client.domoscio.list_knowledge_graphs()
    upstream.answers(CUT)
    with pytest.raises(AnswerLost):
        client.domoscio.list_knowledge_graphs()
    upstream.script(service)
    assert client.domoscio.list_knowledge_graphs()[0].name == "Course"


@pytest.mark.parametrize(
    ("scheme", "sent"),
    [(None, f"Bearer {TOKEN}"), ("Bearer", f"Bearer {TOKEN}"), ("Token token=", f"Token token={TOKEN}")],
)
def test_the_scheme_is_a_setting(connecting: Connecting, upstream: Upstream, scheme: str | None, sent: str) -> None:
    upstream.answers(told([]))
    connecting(kind="domoscio", scheme=scheme).domoscio.list_knowledge_graphs()
    assert upstream.last.headers["Authorization"] == sent


@pytest.mark.parametrize(("scheme", "sent"), [(None, TOKEN), ("", TOKEN), ("Bearer", f"Bearer {TOKEN}")])
def test_the_domain_api_takes_the_token_bare_unless_told_otherwise(
    connecting: Connecting, upstream: Upstream, scheme: str | None, sent: str
) -> None:
    upstream.answers(told({"id": "root"}))
    connecting(kind="domains", scheme=scheme).domains.get("root")
    assert (upstream.last.headers["Authorization"], upstream.last.headers["x-api-key"]) == (sent, "key-9876")


@pytest.mark.parametrize(
    ("kind", "secrets", "culprit"),
    [
        ("domo", {}, "token"),
        ("domo", {"token": " "}, "token"),
        ("domo", {"token": "two\nlines"}, "token"),
        ("domains", {"token": "tttt"}, "api_key"),
        ("domoscio", {"api_key": "kkkk"}, "token"),
        ("other", {"token": "tttt"}, "kind"),
    ],
)
def test_a_missing_secret_is_named(connecting: Connecting, kind: str, secrets: dict[str, str], culprit: str) -> None:
    with pytest.raises(InvalidArguments) as caught:
        connecting(kind=kind, secrets=secrets)
    assert caught.value.argument == culprit


@pytest.mark.parametrize("url", ["ftp://x", "x.domo.com", "https://user:pw@x.domo.com", "https://x.domo.com/?a=1", ""])
def test_a_base_url_must_be_plain(connecting: Connecting, url: str) -> None:
    with pytest.raises(InvalidArguments) as caught:
        connecting(base_url=url)
    assert caught.value.argument == "base_url"
