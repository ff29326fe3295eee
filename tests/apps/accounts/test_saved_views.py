"""Saved views of lists: who sees which, who may change them, and what the tabs say."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import SavedView, User
from apps.accounts.saved_views import canonical_query, is_local_path
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
JOBS = "/jobs/"


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def ada() -> User:
    return UserFactory.create(username="ada", first_name="Ada", last_name="Winther", role="steward")


@pytest.fixture
def ben() -> User:
    return UserFactory.create(username="ben")


def tabs(client: Client, query: str = "") -> str:
    content = client.get(f"{JOBS}?{query}").content.decode()
    return content.split('id="list-views"')[1].split("</nav>")[0]


class TestSaving:
    def test_a_list_is_saved_and_shown_as_the_current_tab(self, ada: User) -> None:
        client = client_of(ada)
        assert "Save view" not in tabs(client), "All jobs need no view"
        offered = tabs(client, "state=failed&page=2&q=")
        assert "/views/add/?path=%2Fjobs%2F&amp;query=state%3Dfailed" in offered
        data = {"name": "Failed", "path": JOBS, "query": "state=failed&page=2&per=50&q="}
        answer = client.post(reverse("accounts:view_add"), data)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/jobs/?state=failed")
        shown = tabs(client, "state=failed&page=3")
        assert 'active" href="/jobs/?state=failed" aria-current="true">Failed' in shown
        assert "Edit view" in shown
        assert "Save view" not in shown

    def test_the_same_name_replaces(self, ada: User) -> None:
        client = client_of(ada)
        for query in ("state=failed", "state=partial"):
            client.post(reverse("accounts:view_add"), {"name": "Trouble", "path": JOBS, "query": query})
        assert SavedView.objects.get(owner=ada).query == "state=partial"

    def test_with_htmx_the_whole_page_comes_again(self, ada: User) -> None:
        client = client_of(ada)
        dialog = client.get(reverse("accounts:view_add"), {"path": JOBS, "query": "state=failed"}, headers=HTMX)
        assert b"dialog-header" in dialog.content
        data = {"name": "Failed", "path": JOBS, "query": "state=failed", "shared": "on"}
        answer = client.post(reverse("accounts:view_add"), data, headers=HTMX)
        assert answer.headers["HX-Redirect"] == "/jobs/?state=failed"
        assert SavedView.objects.get().shared

    @pytest.mark.parametrize(
        "data",
        [
            {"name": " ", "path": JOBS},
            {"name": "x", "path": "https://example.com/"},
            {"name": "x", "path": "//example.com/"},
            {"name": "x", "path": "/no-such-page/"},
            {"name": "x" * 61, "path": JOBS},
            {"name": "x", "path": JOBS, "query": "q=" + "x" * 2000},
        ],
    )
    def test_what_is_no_view_is_refused(self, ada: User, data: dict[str, str]) -> None:
        assert client_of(ada).post(reverse("accounts:view_add"), data).status_code == 422
        assert not SavedView.objects.exists()

    def test_a_foreign_address_is_not_offered(self, ada: User) -> None:
        assert client_of(ada).get(reverse("accounts:view_add"), {"path": "//evil.example/"}).status_code == 404


class TestSeeing:
    def test_shared_views_are_seen_by_all_others_by_their_owner(self, ada: User, ben: User) -> None:
        SavedView.objects.create(owner=ada, path=JOBS, name="For all", query="state=failed", shared=True)
        SavedView.objects.create(owner=ada, path=JOBS, name="Mine", query="state=queued")
        SavedView.objects.create(owner=ada, path="/audit/", name="Elsewhere", query="", shared=True)
        assert "For all" in tabs(client_of(ada))
        assert "Mine" in tabs(client_of(ada))
        others = tabs(client_of(ben))
        assert "For all" in others
        assert "shared by Ada Winther" in others
        assert "Mine" not in others
        assert "Elsewhere" not in others

    def test_the_tabs_come_with_the_list_when_it_is_swapped(self, ada: User) -> None:
        content = client_of(ada).get(f"{JOBS}?state=failed", headers=HTMX).content.decode()
        assert 'id="list-views" aria-label="Saved views" hx-swap-oob="true"' in content
        assert content.count('id="list-views"') == 1

    def test_they_cost_one_query_however_many(
        self, ada: User, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        client = client_of(ada)
        client.get(JOBS)
        with django_assert_max_num_queries(30) as before:
            client.get(JOBS)
        for number in range(20):
            SavedView.objects.create(owner=ada, path=JOBS, name=f"View {number}", query=f"q={number}")
        with django_assert_max_num_queries(len(before)):
            client.get(JOBS)


class TestChanging:
    def test_rename_share_delete(self, ada: User) -> None:
        client = client_of(ada)
        view = SavedView.objects.create(owner=ada, path=JOBS, name="Failed", query="state=failed")
        assert b"Edit view" in client.get(reverse("accounts:view_edit", args=[view.pk])).content
        answer = client.post(reverse("accounts:view_edit", args=[view.pk]), {"name": "Trouble", "shared": "on"})
        view.refresh_from_db()
        assert (answer.status_code, view.name, view.shared, view.query) == (302, "Trouble", True, "state=failed")
        assert client.get(reverse("accounts:view_delete", args=[view.pk])).status_code == 405
        assert (
            client.post(reverse("accounts:view_delete", args=[view.pk])).headers["Location"] == view.get_absolute_url()
        )
        assert not SavedView.objects.exists()

    def test_a_name_is_taken_once(self, ada: User) -> None:
        SavedView.objects.create(owner=ada, path=JOBS, name="One", query="state=failed")
        other = SavedView.objects.create(owner=ada, path=JOBS, name="Other", query="state=queued")
        answer = client_of(ada).post(reverse("accounts:view_edit", args=[other.pk]), {"name": "One"})
        assert answer.status_code == 422
        assert "There is a view called" in answer.content.decode()

    def test_others_change_nothing_admins_what_is_shared(self, ada: User, ben: User) -> None:
        admin = UserFactory.create(role="admin")
        shared = SavedView.objects.create(owner=ada, path=JOBS, name="For all", query="state=failed", shared=True)
        private = SavedView.objects.create(owner=ada, path=JOBS, name="Mine", query="state=queued")
        for action in ("edit", "delete"):
            url = f"accounts:view_{action}"
            assert client_of(ben).post(reverse(url, args=[shared.pk]), {"name": "x"}).status_code == 403
            assert client_of(ben).post(reverse(url, args=[private.pk]), {"name": "x"}).status_code == 404
            assert client_of(admin).post(reverse(url, args=[private.pk]), {"name": "x"}).status_code == 404
        assert client_of(admin).post(reverse("accounts:view_delete", args=[shared.pk])).status_code == 302
        assert list(SavedView.objects.all()) == [private]


def test_a_query_is_compared_whatever_its_order() -> None:
    assert canonical_query("b=2&a=1&page=3&per=50&columns=x&c=") == canonical_query("a=1&b=2")
    assert canonical_query("a=1&a=2") != canonical_query("a=1")


@pytest.mark.parametrize("path", ["", "jobs/", "//jobs/", "/jobs/?a=1", "/jobs/#x", "https://x/jobs/", "/nothing/"])
def test_what_is_no_path_of_ours(path: str) -> None:
    assert not is_local_path(path)
    assert is_local_path("/jobs/")
