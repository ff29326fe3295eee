"""What a person ran, what they keep under a name, and letting go of an answer."""

from __future__ import annotations

import html
import json
import threading
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.data.queries import history
from apps.data.queries.models import NamedQuery, QueryRun, RunState
from domoadmin.services.errors import UnexpectedAnswer
from tests.apps.data.support import PARTIAL, text_of
from tests.clients import client_of, client_with_role
from tests.factories import UserFactory
from tests.services.upstream import JSON, Asked, Told, Upstream, told

SQL = "SELECT 1 AS one"
ANSWER = told({"columns": ["one"], "metadata": [{"type": "LONG"}], "rows": [[1], [2]], "numRows": 2})


@pytest.fixture
def person(db: None) -> User:
    """A steward."""
    return UserFactory.create(username="steward", role="steward")


@pytest.fixture
def steward(person: User) -> Client:
    """The steward's browser."""
    return client_of(person)


def url(name: str, *more: Any) -> str:
    """Return an address on the connection of the tests."""
    return reverse(f"data:{name}", args=["halden", *more])


def run(client: Client, sql: str = SQL, **more: str) -> Any:
    """Run a statement as the console does."""
    return client.post(url("dataset_query", "d1"), {"sql": sql, **more}, headers=PARTIAL)


def test_runs_are_written_down_with_rows_time_and_outcome(
    steward: Client, other_hands: Connection, upstream: Upstream
) -> None:
    upstream.answers(ANSWER, told({"message": "Column <nope> is unknown"}, 400))
    key = str(uuid.uuid4())
    response = run(steward, run=key)
    assert "query-ran" in response.headers["HX-Trigger"]
    assert text_of(run(steward, "SELECT nope", run=key), 422).count("&lt;nope&gt;") == 1
    good, bad = QueryRun.objects.get(pk=key), QueryRun.objects.exclude(pk=key).get()
    assert (good.state, good.rows, good.cut, good.sql) == (RunState.SUCCEEDED, 2, False, SQL)
    assert good.seconds is not None
    assert good.seconds > 0
    assert (bad.state, bad.rows) == (RunState.FAILED, None)
    assert "is unknown" in bad.error
    page = text_of(steward.get(url("query_history")))
    assert page.count("Run again") == 2
    assert "Column &lt;nope&gt; is unknown" in page
    assert str(good.pk) in text_of(steward.get(url("dataset_query_runs", "d1"), headers=PARTIAL))


def test_history_is_searched_opened_and_run_again_by_its_person_alone(
    steward: Client, other_hands: Connection, upstream: Upstream
) -> None:
    upstream.answers(ANSWER)
    run(steward, "SELECT 'winter boots' AS t")
    run(steward)
    kept = QueryRun.objects.get(sql__contains="boots")
    found = text_of(steward.get(url("query_history"), {"q": "boots"}))
    assert kept.editor_url in found
    assert found.count("Run again") == 1
    assert text_of(steward.get(url("query_history"), {"state": "failed"})).count("Run again") == 0
    asked = len(upstream.asked)
    assert "winter boots" in text_of(steward.get(kept.editor_url))
    # Opening reads the dataset and runs nothing; running again is a POST of the same statement.
    assert [each.method for each in upstream.asked[asked:]] == ["GET"]
    assert "2 rows, 1 column" in text_of(steward.post(url("dataset_query", "d1"), {"sql": kept.sql}))
    other = client_with_role("steward")
    assert "Nothing was run yet" in text_of(other.get(url("query_history")))
    assert "winter boots" not in text_of(other.get(kept.editor_url))


def test_only_the_last_runs_are_kept(person: User, other_hands: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "KEPT", 3)
    runs = [history.begin(person, other_hands, "d1", f"SELECT {number}") for number in range(5)]
    kept = set(QueryRun.objects.values_list("sql", flat=True))
    assert kept == {run.sql for run in runs[2:]}


@pytest.mark.django_db(transaction=True)
def test_an_answer_is_let_go_of_when_its_run_is_cancelled(
    transactional_db: None, steward: Client, other_hands: Connection, upstream: Upstream
) -> None:
    key, answering = str(uuid.uuid4()), threading.Event()

    def cancel_while_it_waits(asked: Asked) -> Told:
        assert steward_elsewhere.post(url("query_cancel"), {"run": key}, headers=PARTIAL).status_code == 200
        return Told(200, ANSWER.body, JSON, hold=answering)

    steward_elsewhere = client_of(User.objects.get(username="steward"))
    upstream.script(cancel_while_it_waits)
    try:
        text = text_of(run(steward, run=key))
    finally:
        answering.set()
    assert "no longer waited for" in text
    assert "SELECT" not in text
    assert QueryRun.objects.get(pk=key).state == RunState.CANCELLED
    assert len(upstream.asked) == 1


def test_nobody_cancels_the_run_of_somebody_else(steward: Client, person: User, other_hands: Connection) -> None:
    kept = history.begin(person, other_hands, "d1", SQL)
    stranger = client_with_role("steward")
    text_of(stranger.post(url("query_cancel"), {"run": str(kept.pk)}, headers=PARTIAL))
    kept.refresh_from_db()
    assert kept.state == RunState.RUNNING
    assert stranger.post(url("query_cancel"), {"run": "no key"}).status_code == 302
    text_of(client_with_role("viewer").post(url("query_cancel"), {"run": str(kept.pk)}), 403)


def test_a_query_is_named_opened_renamed_and_deleted(
    steward: Client, other_hands: Connection, upstream: Upstream
) -> None:
    upstream.answers(told({"id": "d1", "name": "Store <sales>"}))
    text_of(steward.get(url("dataset_query", "d1")))
    form = text_of(steward.post(url("named_query_add", "d1"), {"sql": SQL}, headers=PARTIAL))
    assert "Save query" in form
    assert SQL in form
    assert "Give the query a name" in text_of(
        steward.post(url("named_query_add", "d1"), {"sql": SQL, "name": " "}, headers=PARTIAL), 422
    )
    saved = steward.post(url("named_query_add", "d1"), {"sql": SQL, "name": "One"}, headers=PARTIAL)
    assert saved.status_code == 204
    assert {"named-queries-changed", "dialog-close"} <= set(json.loads(saved.headers["HX-Trigger"]))
    query = NamedQuery.objects.get()
    assert (query.name, query.sql, query.shared, query.dataset_name) == ("One", SQL, False, "Store <sales>")
    assert SQL in text_of(steward.get(query.editor_url))
    assert query.editor_url in text_of(steward.get(url("dataset_named_queries", "d1"), headers=PARTIAL))
    # Under the same name the SQL is replaced.
    steward.post(url("named_query_add", "d1"), {"sql": "SELECT 2", "name": "One"}, headers=PARTIAL)
    assert NamedQuery.objects.get().sql == "SELECT 2"
    steward.post(url("named_query_add", "d1"), {"sql": SQL, "name": "Two"}, headers=PARTIAL)
    edit = url("named_query_edit", query.pk)
    assert "There is a query called “Two”" in text_of(steward.post(edit, {"name": "Two"}, headers=PARTIAL), 422)
    assert steward.post(edit, {"name": "Uno", "shared": "on"}).status_code == 302
    page = text_of(steward.get(url("named_queries"), {"q": "uno"}))
    assert "Everybody" in page
    assert "Two" not in page
    assert steward.post(url("named_query_delete", query.pk), headers=PARTIAL).status_code == 204
    assert list(NamedQuery.objects.values_list("name", flat=True)) == ["Two"]


def test_shared_queries_are_seen_by_all_and_changed_by_their_owner_and_admins(
    person: User, other_hands: Connection, upstream: Upstream
) -> None:
    upstream.answers(told({"id": "d1", "name": "Sales"}))
    values = {"owner": person, "connection": other_hands, "dataset_id": "d1"}
    shared = NamedQuery.objects.create(name="For all", sql="SELECT 'for all'", shared=True, **values)
    private = NamedQuery.objects.create(name="For me", sql="SELECT 'for me'", **values)
    other, admin, viewer = client_with_role("steward"), client_with_role("admin"), client_with_role("viewer")
    seen = text_of(other.get(url("named_queries")))
    assert "For all" in seen
    assert "For me" not in seen
    assert "For all" not in text_of(other.get(url("named_queries"), {"mine": "on"}))
    assert "for all" in text_of(other.get(shared.editor_url))
    assert "for me" not in text_of(other.get(private.editor_url))
    text_of(other.post(url("named_query_delete", shared.pk)), 403)
    text_of(other.get(url("named_query_edit", private.pk)), 404)
    text_of(viewer.get(url("named_queries")), 403)
    text_of(viewer.get(url("query_history")), 403)
    assert admin.post(url("named_query_edit", shared.pk), {"name": "For everybody", "shared": "on"}).status_code == 302
    text_of(admin.get(url("named_query_edit", private.pk)), 404)
    assert set(NamedQuery.objects.values_list("name", flat=True)) == {"For everybody", "For me"}


def test_a_download_is_written_down_with_its_rows(steward: Client, other_hands: Connection, upstream: Upstream) -> None:
    upstream.answers(ANSWER)
    text_of(steward.post(url("dataset_query_csv", "d1"), {"sql": SQL}))
    assert (QueryRun.objects.get().state, QueryRun.objects.get().rows) == (RunState.SUCCEEDED, 2)
    # Cut off midway: the transfer breaks, and the history says where.
    upstream.answers(Told(200, b'{"columns":["one"],"rows":[[1],[2', JSON))
    response = steward.post(url("dataset_query_csv", "d1"), {"sql": SQL})
    with pytest.raises(UnexpectedAnswer):
        text_of(response)
    cut = QueryRun.objects.get(state=RunState.FAILED)
    assert (cut.download, cut.rows) == (True, 1)


def test_without_rows_the_missing_index_is_told(steward: Client, other_hands: Connection, upstream: Upstream) -> None:
    empty = told({"columns": ["a", "b<c>"], "metadata": [], "rows": [], "numRows": 0})
    upstream.answers(empty, told({"message": "no index"}, 404))
    text = text_of(run(steward))
    assert "found no rows" in text
    assert "no indexed schema" in text
    assert "b&lt;c&gt;" in text
    upstream.answers(empty, told({"tables": [{"columns": []}]}))
    assert "no indexed schema" not in text_of(run(steward))
    upstream.answers(told({"columns": [], "rows": [], "numRows": 0}))
    assert "The answer has no columns" in text_of(run(steward))


def test_hostile_and_repeated_names_of_columns(steward: Client, other_hands: Connection, upstream: Upstream) -> None:
    names = ["<script>alert(1)</script>", "id", "id", "", "x" * 500]
    upstream.answers(told({"columns": names, "rows": [[1, 2, None, "<b>", "y" * 400]], "numRows": 1}))
    text = text_of(run(steward))
    assert "<script>" not in text
    assert "<b>" not in text
    assert "2 columns are called “id”" in html.unescape(text)
    assert 'class="value-missing">null<' in text
    assert f'title="{"y" * 400}"' in text
