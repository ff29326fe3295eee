"""Repeats, deadlines and doubts: every branch of the retry rules, against a real server."""

from __future__ import annotations

import logging
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from domoadmin.services.client import Client
from domoadmin.services.clock import Clock
from domoadmin.services.errors import (
    AnswerLost,
    BadRequest,
    Blocked,
    Conflict,
    ConnectionFailed,
    Delivery,
    Forbidden,
    HostNotAllowed,
    InvalidArguments,
    Maintenance,
    NotFound,
    RateLimited,
    ServerFailed,
    TooLarge,
    Unauthorized,
    UnexpectedAnswer,
    Unprocessable,
    UpstreamError,
)
from domoadmin.services.retry import RetryPolicy
from tests.services.conftest import TOKEN, Connecting, FakeTime
from tests.services.upstream import CUT, Asked, Told, Upstream, page, told

GOOD = told({"id": "d1", "name": "Orders"})


def commit(client: Client) -> None:
    """Call the one operation that must never be sent twice."""
    client.datasets.commit_upload("d1", "7", "REPLACE", index=True)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429])
def test_reads_are_repeated_until_the_trouble_passes(connecting: Connecting, upstream: Upstream, status: int) -> None:
    upstream.answers(told({"message": "no"}, status), told({}, status), GOOD)
    assert connecting().datasets.get_metadata("d1").name == "Orders"
    assert len(upstream.asked) == 3


def test_back_off_doubles_and_gives_up_after_the_last_attempt(
    connecting: Connecting, upstream: Upstream, time: FakeTime
) -> None:
    upstream.answers(told({"message": "down", "toe": "T1"}, 502))
    with pytest.raises(ServerFailed) as caught:
        connecting().datasets.get_metadata("d1")
    assert [round(span, 3) for span in time.slept] == [0.5, 1.0, 2.0, 4.0]
    assert (caught.value.status, caught.value.request_id, caught.value.delivery) == (502, "T1", Delivery.ANSWERED)
    assert caught.value.operation_id == "datasets.get_metadata"
    assert caught.value.retryable


def test_back_off_is_bounded_and_jittered() -> None:
    policy = RetryPolicy(first_back_off=1, longest_back_off=5)
    assert policy.back_off(10, Clock(chance=lambda: 1.0)) == 5
    assert policy.back_off(3, Clock(chance=lambda: 0.25)) == 1


@pytest.mark.parametrize(("status", "kind"), [(429, RateLimited), (503, ServerFailed)])
def test_retry_after_in_seconds_is_waited(
    connecting: Connecting, upstream: Upstream, time: FakeTime, status: int, kind: type[UpstreamError]
) -> None:
    upstream.answers(told({}, status, Retry_After="7"), GOOD)
    connecting().datasets.get_metadata("d1")
    assert 7 <= sum(time.slept) < 8
    upstream.answers(told({}, status, Retry_After="7"))
    with pytest.raises(kind) as caught:
        connecting(retry=RetryPolicy(attempts=2)).datasets.get_metadata("d1")
    assert caught.value.retry_after == 7


def test_retry_after_as_a_date_is_waited(connecting: Connecting, upstream: Upstream, time: FakeTime) -> None:
    upstream.answers(told({}, 429, Retry_After=format_datetime(datetime.now(UTC) + timedelta(seconds=30))), GOOD)
    connecting().datasets.get_metadata("d1")
    assert 27 <= sum(time.slept) <= 31


def test_a_long_retry_after_is_left_to_the_caller(connecting: Connecting, upstream: Upstream, time: FakeTime) -> None:
    upstream.answers(told({"message": "slow down"}, 429, Retry_After="3600"))
    client = connecting()
    with pytest.raises(RateLimited) as caught:
        client.datasets.get_metadata("d1")
    assert (caught.value.retry_after, caught.value.delivery, time.slept) == (3600, Delivery.ANSWERED, [])
    with pytest.raises(RateLimited) as caught:
        client.datasets.get_metadata("d1")
    assert caught.value.delivery is Delivery.NOT_SENT
    assert len(upstream.asked) == 1, "the pause holds for the next call as well"


def test_a_wait_beyond_the_deadline_is_not_begun(connecting: Connecting, upstream: Upstream, time: FakeTime) -> None:
    upstream.answers(told({}, 503, Retry_After="60"))
    with pytest.raises(ServerFailed):
        connecting(deadline_seconds=10).datasets.get_metadata("d1")
    assert time.slept == []


def test_a_block_with_a_deadline_bounds_the_calls_in_it(client: Client, upstream: Upstream, time: FakeTime) -> None:
    upstream.answers(told({}, 500))
    with client.deadline(100), client.deadline(1), pytest.raises(ServerFailed):
        client.datasets.get_metadata("d1")
    assert sum(time.slept) < 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_failed_commit_is_a_lost_answer_and_not_repeated(client: Client, upstream: Upstream, status: int) -> None:
    upstream.answers(told({"message": "oops", "toe": "T2"}, status), told({}))
    with pytest.raises(AnswerLost) as caught:
        commit(client)
    assert len(upstream.asked) == 1
    assert (caught.value.delivery, caught.value.status, caught.value.request_id) == (Delivery.UNKNOWN, status, "T2")
    assert "oops" in str(caught.value)


@pytest.mark.parametrize("answer", [CUT, page("<title>Domo Maintenance</title>"), Told(200, b"<html>?</html>")])
def test_a_commit_without_a_clear_answer_is_lost(client: Client, upstream: Upstream, answer: Told) -> None:
    upstream.answers(answer, told({}))
    with pytest.raises(AnswerLost):
        commit(client)
    assert len(upstream.asked) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_commit_is_sent_again_after_a_refusal_that_names_a_time(
    client: Client, upstream: Upstream, status: int
) -> None:
    upstream.answers(told({}, status, Retry_After="1"), told({}))
    commit(client)
    assert len(upstream.asked) == 2


def test_a_commit_that_is_refused_without_a_time_is_left_to_the_caller(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({}, 429), told({}))
    with pytest.raises(RateLimited) as caught:
        commit(client)
    assert caught.value.delivery is Delivery.ANSWERED


def test_nothing_listening_means_not_sent_and_is_tried_again(connecting: Connecting, time: FakeTime) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    client = connecting(base_url=f"http://127.0.0.1:{port}")
    with pytest.raises(ConnectionFailed) as caught:
        commit(client)
    assert caught.value.delivery is Delivery.NOT_SENT
    assert len(time.slept) == 4, "a call that surely never arrived may be repeated whatever it does"


def test_a_cut_read_is_repeated(client: Client, upstream: Upstream) -> None:
    upstream.answers(CUT, CUT, GOOD)
    assert client.datasets.get_metadata("d1").id == "d1"
    upstream.answers(CUT)
    with pytest.raises(AnswerLost):
        client.datasets.get_metadata("d1")


def test_a_silent_upstream_times_out(connecting: Connecting, upstream: Upstream) -> None:
    never = threading.Event()
    upstream.answers(Told(hold=never))
    with pytest.raises(AnswerLost, match="didn't answer in time"):
        connecting(read_seconds=0.1, retry=RetryPolicy(attempts=1)).datasets.get_metadata("d1")
    never.set()


def test_an_upstream_that_drips_meets_the_deadline(connecting: Connecting, upstream: Upstream) -> None:
    upstream.answers(Told(200, b"", {"Content-Type": "application/json"}, drip=True))
    client = connecting(deadline_seconds=0.3, read_seconds=5, retry=RetryPolicy(attempts=1))
    with pytest.raises(AnswerLost, match="didn't answer in time"):
        client.datasets.get_metadata("d1")


def test_a_delete_whose_answer_was_lost_is_done_when_nothing_is_left(client: Client, upstream: Upstream) -> None:
    upstream.answers(CUT, told({"message": "gone"}, 404))
    client.datasets.revoke_access("d1", 7)
    upstream.answers(told({"message": "gone"}, 404))
    with pytest.raises(NotFound):
        client.datasets.revoke_access("d1", 7)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequest),
        (401, Unauthorized),
        (403, Forbidden),
        (404, NotFound),
        (406, BadRequest),
        (409, Conflict),
        (413, TooLarge),
        (422, Unprocessable),
        (431, BadRequest),
        (302, UnexpectedAnswer),
    ],
)
def test_refusals_are_typed_and_final(
    client: Client, upstream: Upstream, status: int, kind: type[UpstreamError]
) -> None:
    upstream.answers(told({"message": "because", "toe": "T9"}, status, Location="http://elsewhere.invalid/"))
    with pytest.raises(kind) as caught:
        client.datasets.get_metadata("d1")
    assert len(upstream.asked) == 1
    assert (caught.value.status, caught.value.request_id) == (status, "T9")
    assert client.last_request_id == "T9"
    assert caught.value.delivery is Delivery.ANSWERED


def test_a_page_says_what_it_is(client: Client, upstream: Upstream, time: FakeTime) -> None:
    upstream.answers(page("<html><head><title>Domo - Blocked</title></head></html>"))
    with pytest.raises(Blocked):
        client.datasets.get_metadata("d1")
    upstream.answers(page("<html><body><h1>Domo Maintenance</h1></body></html>"), GOOD)
    client.datasets.get_metadata("d1")
    upstream.answers(page("<html><title>Domo Maintenance</title></html>", 503))
    with pytest.raises(Maintenance):
        client.datasets.get_metadata("d1")
    upstream.answers(page("<html><title>Sign in</title>" + "x" * 5000))
    with pytest.raises(UnexpectedAnswer, match="Sign in") as caught:
        client.datasets.get_metadata("d1")
    assert len(caught.value.body_excerpt) == 2048


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (told({"status": 404, "message": "inside", "toe": "T"}), NotFound),
        (told({"error": {"status": 422, "message": "inside"}}), Unprocessable),
        (told({"reason": "INVALID_CREDENTIALS"}), Unauthorized),
        (told({"exceptions": ["inside"]}), UnexpectedAnswer),
        (Told(200, b"{not json", {"Content-Type": "application/json"}), UnexpectedAnswer),
        (Told(200, b"[" * 100_000, {"Content-Type": "application/json"}), UnexpectedAnswer),
        (Told(200, b"\x89PNG", {"Content-Type": "image/png"}), UnexpectedAnswer),
        (told(["a", "list"]), UnexpectedAnswer),
        (told(None), UnexpectedAnswer),
    ],
)
def test_a_200_is_no_success_by_itself(
    client: Client, upstream: Upstream, answer: Told, kind: type[UpstreamError]
) -> None:
    upstream.answers(answer)
    with pytest.raises(kind):
        client.datasets.get_metadata("d1")


def test_an_answer_too_large_for_memory_is_refused(connecting: Connecting, upstream: Upstream) -> None:
    upstream.answers(told({"name": "x" * 10_000}))
    with pytest.raises(TooLarge):
        connecting(most_answer_bytes=5000).datasets.get_metadata("d1")


def test_the_request_id_comes_from_headers_too(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"id": "d1"}, 200, X_Request_Id="R5"))
    assert client.datasets.get_metadata("d1").request_id == "R5"
    assert client.last_request_id == "R5"


def test_the_last_request_id_is_of_the_thread(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"id": "d1"}, toe="MAIN"))
    client.datasets.get_metadata("d1")
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(lambda: client.last_request_id).result() is None
    assert client.last_request_id == "MAIN"


def test_many_threads_share_a_client(client: Client, upstream: Upstream) -> None:
    def by_path(asked: Asked) -> Told:
        return told({"id": asked.path.rsplit("/", 1)[1]})

    upstream.script(by_path)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: client.datasets.get_metadata(f"d{number}").id, range(60)))
    assert found == [f"d{number}" for number in range(60)]


def test_secrets_stay_out_of_everything_shown(
    connecting: Connecting, upstream: Upstream, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = connecting()
    upstream.answers(told({"message": f"bad token {TOKEN}\x00\n\x1b[31m", "toe": TOKEN, "more": TOKEN}, 401))
    with pytest.raises(Unauthorized) as caught:
        client.datasets.get_metadata("d1")
    error = caught.value
    shown = [str(error), repr(error), error.message, error.body_excerpt, str(error.request_id)]
    shown += [repr(client), repr(client.settings), repr(client.preview("datasets.get_metadata", dataset_id="d1"))]
    logged = [record.getMessage() for record in caplog.records if record.name.startswith("domoadmin")]
    assert not [text for text in (*shown, *logged) if TOKEN in text or "key-9876" in text]
    assert error.message == "bad token ••• [31m"
    assert upstream.last.headers["X-DOMO-Developer-Token"] == TOKEN


def test_hosts_are_checked_before_each_call_and_addresses_when_connecting(connecting: Connecting) -> None:
    def refuse(url: str) -> None:
        raise HostNotAllowed(f"{url} isn't on the list")

    with pytest.raises(HostNotAllowed):
        connecting(allowed=refuse).datasets.get_metadata("d1")
    with pytest.raises(HostNotAllowed, match=r"127\.0\.0\.1"):
        connecting(forbidden_address=lambda address: True).datasets.get_metadata("d1")
    with pytest.raises(HostNotAllowed):
        connecting(base_url="http://169.254.169.254").datasets.get_metadata("d1")


def test_neither_cookies_nor_proxies_of_the_environment_are_used(
    connecting: Connecting, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    upstream.answers(told({"id": "d1"}, 200, Set_Cookie="session=1"))
    client = connecting()
    client.datasets.get_metadata("d1")
    client.datasets.get_metadata("d1")
    assert "Cookie" not in upstream.last.headers


def test_operations_of_another_kind_are_refused(client: Client) -> None:
    with pytest.raises(InvalidArguments, match="domains connections"):
        client.domains.get("root")


def test_a_closed_client_may_be_used_again(client: Client, upstream: Upstream) -> None:
    upstream.answers(GOOD)
    client.close()
    assert client.datasets.get_metadata("d1").id == "d1"


@pytest.mark.parametrize("closes", [True, False])
def test_a_refusal_in_the_middle_of_a_body_is_heard(connecting: Connecting, closes: bool) -> None:
    answer = b'{"message":"token expired","toe":"T3"}'
    head = b"HTTP/1.1 401 x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(answer)
    over = threading.Event()

    def serve(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(100)
            connection.sendall(head + answer)
            if closes:
                connection.shutdown(socket.SHUT_WR)
            over.wait(10)

    with socket.create_server(("127.0.0.1", 0)) as server:
        serving = threading.Thread(target=serve, args=(server,))
        serving.start()
        client = connecting(base_url=f"http://127.0.0.1:{server.getsockname()[1]}")
        with pytest.raises(Unauthorized, match="token expired") as caught:
            client.datasets.upload_part("d1", "1", 1, lambda: (b"x" * 1_000_000 for _ in range(100)), 100_000_000)
        over.set()
        serving.join()
    assert caught.value.request_id == "T3"
