"""Error pages: what they say, to whom, and as page or fragment."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path, reverse

from apps.connections.models import Connection
from apps.core.access import RoleRequired
from apps.shell.errors import too_many_requests
from domoadmin import urls
from domoadmin.services.errors import AnswerLost, Forbidden, NotFound, ServerFailed
from domoadmin.services.roles import Role
from tests.clients import client_of, client_with_role
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.apps.shell.test_errors")]

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
RESTORE = {"HX-Request": "true", "HX-Request-Type": "full", "HX-History-Restore-Request": "true"}

FAILURES: dict[str, Exception] = {
    "lost": AnswerLost("No answer within 60 s"),
    "refused": Forbidden("You may not", status=403, request_id="TOE-403"),
    "gone": NotFound("No such dataset <script>", status=404, request_id="TOE-404"),
    "failed": ServerFailed("Bad gateway", status=502, request_id="L8Q3V6ZTN2-4KD9R-XM7WB"),
    "role": RoleRequired(Role.SUPPORT, "run migrations"),
    "missing": Http404("There is no dataset “x”."),
    "crash": RuntimeError("secret detail"),
}


def fail(request: HttpRequest, name: str) -> HttpResponse:
    """Raise the failure of that name."""
    raise FAILURES[name]


def busy(request: HttpRequest) -> HttpResponse:
    """Answer that it was too much."""
    return too_many_requests(request, "Wait a minute.", 60)


handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500
urlpatterns = [path("fail/<str:name>/", fail), path("busy/", busy), path("", include("domoadmin.urls"))]


@pytest.mark.parametrize(("name", "status"), [("lost", 504), ("refused", 403), ("gone", 404), ("failed", 502)])
def test_a_failed_upstream_is_a_page_inside_the_shell(name: str, status: int, test_connection: Connection) -> None:
    response = client_with_role("viewer").get(f"/fail/{name}/")
    html = response.content.decode()
    assert response.status_code == status
    assert 'aria-label="Areas"' in html
    assert "<script>" not in html
    assert response.headers["Cache-Control"] == "no-store"


def test_it_shows_message_request_id_and_retry(test_connection: Connection) -> None:
    html = client_with_role("viewer").get("/fail/failed/?page=2").content.decode()
    assert "Bad gateway" in html
    assert '<copy-button value="L8Q3V6ZTN2-4KD9R-XM7WB">' in html
    assert 'href="/fail/failed/?page=2"' in html


def test_htmx_gets_a_fragment_but_a_restored_page_is_whole(test_connection: Connection) -> None:
    client = client_with_role("viewer")
    fragment = client.get("/fail/failed/", headers=PARTIAL)
    assert fragment.status_code == 502
    assert "<html" not in fragment.content.decode()
    assert "<html" in client.get("/fail/failed/", headers=RESTORE).content.decode()


def test_forbidden_names_the_roles_and_who_can_help(test_connection: Connection) -> None:
    UserFactory.create(role="admin", first_name="Grace", last_name="Mwangi")
    client = client_of(UserFactory.create(role="steward"))
    response = client.get("/fail/role/")
    html = response.content.decode()
    assert response.status_code == 403
    assert "Only support and admin may run migrations" in html
    assert "Your role here is steward. Grace Mwangi can give you another one." in html
    fragment = client.get("/fail/role/", headers=PARTIAL).content.decode()
    assert "Only support and admin" in fragment
    assert "<html" not in fragment


def test_not_found_shows_our_own_sentence_only(test_connection: Connection) -> None:
    client = client_with_role("viewer")
    assert "There is no dataset “x”." in client.get("/fail/missing/").content.decode()
    unknown = client.get("/no/such/page/").content.decode()
    assert "The address may be wrong" in unknown
    assert "urlpatterns" not in unknown


def test_errors_need_no_sign_in(db: None) -> None:
    response = Client().get("/no/such/page/")
    html = response.content.decode()
    assert response.status_code == 404
    assert 'aria-label="Areas"' not in html
    assert "<h1" in html


def test_a_crash_says_nothing_of_its_cause(test_connection: Connection) -> None:
    client = client_with_role("admin")
    client.raise_request_exception = False
    response = client.get("/fail/crash/")
    assert response.status_code == 500
    assert "secret detail" not in response.content.decode()
    assert "static/css/plain.css" in response.content.decode()


def test_an_old_form_says_that_nothing_was_changed(test_connection: Connection) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory.create())
    response = client.post(reverse("accounts:set_theme"), {"theme": "dark"})
    assert response.status_code == 403
    assert "nothing was changed" in response.content.decode()


def test_too_many_requests_say_when_to_come_back(test_connection: Connection) -> None:
    response = client_with_role("viewer").get("/busy/")
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "60"
    assert "Wait a minute." in response.content.decode()


def test_a_damaged_request_does_not_show_its_text(settings: LazySettings, test_connection: Connection) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    response = client_with_role("viewer").get("/settings/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "evil.example" not in response.content.decode()
