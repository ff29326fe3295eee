"""Authorities changed with a diff and put back; roles made from others and deleted."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from apps.audit.models import AuditRecord
from apps.connections.models import Connection, Environment
from tests.apps.data.support import text_of
from tests.apps.governance.roles.support import LIST, SandboxRoles
from tests.clients import client_with_role

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
THREE = ("dataset.view", "dataset.edit", "alert.use")


def hidden(text: str, name: str) -> str:
    """Return the value of a hidden field."""
    found = re.search(rf'name="{name}"(?: [^>]*)? value="([^"]*)"', text)
    assert found is not None
    return found.group(1)


def test_a_change_is_shown_first_sent_whole_and_put_back(roles: SandboxRoles, admin: Client) -> None:
    role_id = roles.create(*THREE, name="Range planning")
    address = f"{LIST}{role_id}/edit/"
    form = text_of(admin.get(address))
    assert len(re.findall(r'name="authority" value="[^"]*" checked', form)) == 3
    wanted = ["dataset.view", "alert.use", "buzz.use"]
    review = text_of(admin.post(address, {"do": "check", "base": hidden(form, "base"), "authority": wanted}))
    assert all(said in review for said in ("Give 1, take away 1", "Use Buzz", "Edit datasets", "complete list of 3"))
    assert roles.has(role_id) == set(THREE), "Nothing was sent yet"
    fields = {"base": hidden(review, "base"), "wanted": hidden(review, "wanted")}
    again = text_of(admin.post(address, {"do": "edit", **fields}))
    assert re.search(r'value="buzz.use" checked', again)
    assert admin.post(address, fields).headers["Location"] == f"{LIST}{role_id}/"
    assert roles.has(role_id) == set(wanted)
    record = AuditRecord.objects.get(operation="roles.update_authorities", outcome="intended")
    before, after = record.before or {}, record.after or {}
    assert (set(before["authorities"]), set(after["authorities"])) == (set(THREE), set(wanted))
    panel = text_of(admin.get(f"{LIST}{role_id}/history/", headers=PARTIAL))
    assert f"{LIST}{role_id}/back/{record.pk}/" in panel
    # Somebody gives one more: putting back takes it away too, and says so first.
    roles.give(role_id, *wanted, "profile.edit")
    back = f"{LIST}{role_id}/back/{record.pk}/"
    review = text_of(admin.get(back))
    assert "Edit own profile" in review
    fields = {"base": hidden(review, "base"), "wanted": hidden(review, "wanted")}
    assert admin.post(back, fields).status_code == 302
    assert roles.has(role_id) == set(THREE)


def test_somebody_else_s_change_is_never_overwritten(roles: SandboxRoles, admin: Client) -> None:
    role_id = roles.create(*THREE)
    address = f"{LIST}{role_id}/edit/"
    base = hidden(text_of(admin.get(address)), "base")
    roles.give(role_id, *THREE, "buzz.use")
    late = text_of(admin.post(address, {"do": "check", "base": base, "authority": THREE[:2]}), 422)
    assert "it has buzz.use now" in late
    sent = admin.post(address, {"base": base, "wanted": " ".join(THREE[:2])})
    assert "it has buzz.use now" in text_of(sent, 422)
    assert roles.has(role_id) == {*THREE, "buzz.use"}


@pytest.mark.parametrize(("ticked", "said"), [(THREE, "Nothing is changed yet"), ((), "leave at least one")])
def test_what_would_change_nothing_or_all_is_refused(
    roles: SandboxRoles, admin: Client, ticked: tuple[str, ...], said: str
) -> None:
    role_id = roles.create(*THREE)
    fields = {"do": "check", "base": " ".join(THREE), "authority": ticked}
    assert said in text_of(admin.post(f"{LIST}{role_id}/edit/", fields), 422)


def test_the_refusal_of_domo_is_shown_with_its_request_id(roles: SandboxRoles, admin: Client) -> None:
    base: list[str] = sorted(roles.has("1"))
    answer = admin.post(f"{LIST}1/edit/", {"base": " ".join(base), "wanted": " ".join(base[1:])}, headers=PARTIAL)
    text = text_of(answer, 403)
    assert ("The Admin role cannot be changed" in text, "Request id" in text) == (True, True)


def test_a_role_is_made_from_another_one(roles: SandboxRoles, admin: Client) -> None:
    source = roles.create(*THREE)
    assert f'value="{source}" selected' in text_of(admin.get(f"{LIST}new/", {"from": source}))
    fields = {"name": "Night shift", "description": "They work at night", "from_role_id": source}
    made = admin.post(f"{LIST}new/", fields).headers["Location"].removeprefix(LIST).strip("/")
    assert roles.has(made) == set(THREE)
    taken = text_of(admin.post(f"{LIST}new/", {**fields, "name": "night SHIFT"}, headers=PARTIAL), 422)
    assert "already" in taken
    missing = text_of(admin.post(f"{LIST}new/", {"name": "x"}, headers=PARTIAL), 422)
    assert ("Domo wants a description" in missing, "Choose a role" in missing) == (True, True)
    assert roles.effects()["roles.create"] == 2


def test_a_role_is_deleted_after_who_has_it_was_shown(roles: SandboxRoles, admin: Client) -> None:
    role_id = roles.create(*THREE)
    address = f"{LIST}{role_id}/delete/"
    assert "Nobody has this role" in text_of(admin.get(address))
    somebody = roles.ask("GET", "/api/identity/v1/users?limit=5")["users"][4]
    roles.ask("PATCH", f"/api/identity/v1/users/{somebody['id']}", {"roleId": int(role_id)})
    shown = text_of(admin.get(address))
    assert (somebody["displayName"] in shown, "do not say what happens" in shown) == (True, True)
    assert f"/governance/users/?role={role_id}" in shown
    assert "Give them another role first" in text_of(admin.post(address, {}), 422)
    refused = text_of(admin.post(address, {"although": "on"}), 502)
    assert "is assigned to users" in refused, "The sandbox refuses, and its words are shown"
    roles.ask("PATCH", f"/api/identity/v1/users/{somebody['id']}", {"roleId": somebody["roleId"]})
    assert admin.post(address, {}).headers["Location"] == LIST
    assert role_id not in text_of(admin.get(LIST))
    record = AuditRecord.objects.filter(operation="roles.delete", outcome="intended").latest("pk")
    assert set((record.before or {})["authorities"]) == set(THREE)


def test_roles_that_came_with_domo_are_not_deleted(roles: SandboxRoles, admin: Client) -> None:
    assert "came with Domo" in text_of(admin.post(f"{LIST}2/delete/", {"although": "on"}), 409)
    assert f"{LIST}2/delete/" not in text_of(admin.get(f"{LIST}2/"))
    assert roles.effects().get("roles.delete", 0) == 0


def test_on_production_a_deletion_wants_the_name_typed(roles: SandboxRoles, admin: Client, halden: Connection) -> None:
    halden.environment = Environment.PRODUCTION
    halden.save()
    role_id = roles.create(*THREE)
    address = f"{LIST}{role_id}/delete/"
    assert "Type halden to go on" in text_of(admin.post(address, {}), 422)
    assert admin.post(address, {"confirm": "halden"}).status_code == 302


@pytest.mark.parametrize("path", ["new/", "2/edit/", "2/delete/", "2/back/1/"])
def test_only_admins_change_roles(halden: Connection, path: str) -> None:
    steward = client_with_role("steward")
    assert steward.get(f"{LIST}{path}").status_code == 403
    assert steward.post(f"{LIST}{path}", {}).status_code == 403
