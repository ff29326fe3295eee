"""Tags, forms and answers of the kit."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django import forms
from django.contrib.messages.storage.cookie import CookieStorage
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone

from apps.core.access import RoleRequired, role_sentence, roles_allowed
from apps.core.forms import saved
from apps.core.states import known_states, state_look
from domoadmin.environment import ROOT
from domoadmin.services.roles import Role

CLASSES = {"is-ok", "is-run", "is-warn", "is-bad", "is-unknown", "is-off"}


def draw(text: str, **context: object) -> str:
    """Render a template text with the kit's tags."""
    return Template("{% load ui %}" + text).render(Context(context))


class Form(forms.Form):
    """One field of each sort."""

    name = forms.CharField(help_text="As people say it.")
    kind = forms.ChoiceField(choices=[("a", "First"), ("b", "Second")], widget=forms.RadioSelect)
    gzip = forms.BooleanField(required=False)
    size = forms.ChoiceField(choices=[("1", "One")])


def test_icons_come_from_the_sprite_and_all_of_them_are_in_it() -> None:
    assert draw('{% icon "x" "me-2" %}') == (
        '<svg class="icon me-2" aria-hidden="true"><use href="/static/img/icons.svg#x"/></svg>'
    )
    sprite = set(re.findall(r'symbol id="([^"]+)"', (ROOT / "static/img/icons.svg").read_text()))
    used = {look.icon for look in known_states().values() if look.icon}
    for template in (ROOT / "templates").rglob("*.html"):
        used |= set(re.findall(r'{% icon "([^"]+)"', template.read_text()))
    for module in (ROOT / "apps").rglob("*.py"):
        used |= set(re.findall(r'(?:icon|empty_icon)\w* ?[=:] ?"([a-z0-9-]+)"', module.read_text()))
    assert used - sprite == set()
    assert sprite == set((ROOT / "tools/icons.txt").read_text().split())


def test_every_state_has_a_class_and_a_word() -> None:
    for look in known_states().values():
        assert look.css in CLASSES
        assert look.word
    assert [name for name, look in known_states().items() if look.solid] == ["INCOMPLETE"]
    assert state_look("in_review").word == "In review"


def test_times_have_the_exact_one_as_title() -> None:
    html = draw("{% relative_time value %}", value=timezone.now() - timedelta(hours=5))
    assert re.fullmatch(r'<time datetime="[\d-]+T[\d:]+Z" title="\w+ \d+ \w+ \d{4}, [\d:]{8} UTC">5 h ago</time>', html)
    assert "never" in draw("{% relative_time value %}", value=None)


def test_what_is_copied_is_escaped() -> None:
    html = draw("{% copy value 'id' %}", value='"><script>')
    assert "<script>" not in html
    assert 'aria-label="Copy the id"' in html


def test_addresses_change_one_parameter() -> None:
    request = RequestFactory().get("/list/?page=3&q=a")
    assert draw("{% page_url page=None sort='-rows' %}", request=request) == "/list/?q=a&amp;sort=-rows"


def test_progress_without_a_total_only_moves() -> None:
    assert "value=" not in draw("{% progress 3 None 'Upload' %}")
    assert 'max="10" value="10"' in draw("{% progress 12 10 'Upload' %}")


def test_fields_link_help_and_errors() -> None:
    html = str(Form({"name": "", "kind": "", "size": "1"}))
    assert "2 fields to correct. Nothing was saved." in html
    field = re.search(r"<input[^>]*name=\"name\"[^>]*>", html)
    assert field
    assert 'aria-invalid="true"' in field[0]
    assert "form-control is-invalid" in field[0]
    described = re.search(r'aria-describedby="([^"]*)"', field[0])
    assert described
    for identifier in described[1].split():
        assert f'id="{identifier}"' in html
    assert re.search(r"<legend[^>]*required[^>]*>Kind</legend>", html)
    assert html.count('<label class="form-check') == 3


def test_a_form_that_is_not_bound_shows_no_errors() -> None:
    html = str(Form())
    assert 'role="alert"' not in html
    assert "is-invalid" not in html


def test_what_succeeded_answers_with_events_for_htmx() -> None:
    request = RequestFactory().post("/x/", headers={"HX-Request": "true"})
    response = saved(request, "/list/", "Saved.", {"panel-access": {}})
    assert response.status_code == 204
    events = json.loads(response.headers["HX-Trigger"])
    assert events == {"toast": {"level": "ok", "text": "Saved."}, "panel-access": {}}


def test_what_succeeded_redirects_without_htmx() -> None:
    request = RequestFactory().post("/x/")
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    response = saved(request, "/list/", "Saved.")
    assert (response.status_code, response.headers["Location"]) == (302, "/list/")
    assert [str(message) for message in request._messages] == ["Saved."]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("least", "sentence"),
    [(Role.VIEWER, "everyone"), (Role.STEWARD, "steward and admin"), (Role.ADMIN, "admin")],
)
def test_roles_are_named_as_a_sentence_does(least: Role, sentence: str) -> None:
    assert role_sentence(roles_allowed(least)) == sentence


def test_a_refusal_names_who_may() -> None:
    assert str(RoleRequired(Role.SUPPORT, "run migrations")) == "Only support and admin may run migrations."
    assert str(RoleRequired([Role.STEWARD], "use it")) == "Only steward may use it."
