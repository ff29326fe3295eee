"""Every registered bulk action keeps the rules that preview, page, command line and undo rest on."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms

from apps.jobs.bulk import (
    BulkAction,
    SettingsForm,
    SettingsRefused,
    Skip,
    all_bulk_actions,
    get_bulk_action,
    settings_from_text,
)
from apps.jobs.bulk.actions import UnknownAction
from apps.jobs.bulk.kind import BulkKind, register_bulk_action
from apps.jobs.kinds import get_kind
from apps.jobs.models import Job, JobItem
from domoadmin.services.operations import RetrySafety, registry

ACTIONS = all_bulk_actions()
# Settings that a person might give, by the names of the fields.
USUAL = {
    "user": "4827",
    "parent": "1204603",
    "people": "4827, 4828",
    "tags": "FY26, audit",
    "access_level": "CAN_VIEW",
    "group_id": "4900000001",
    "role": "4",
    "max_users": "20",
}


def by_name(action: BulkAction) -> str:
    return action.name


def usual_settings(action: BulkAction) -> dict[str, Any]:
    pairs = [f"{name}={value}" for name, value in USUAL.items() if name in action.form.base_fields]
    return settings_from_text(action.form, pairs)


def test_the_actions_of_the_first_release_are_there() -> None:
    assert {action.name for action in ACTIONS} >= {
        "certify", "decertify", "share", "revoke", "tag", "untag", "reindex", "run-stream",
    }  # fmt: skip


@pytest.mark.parametrize("action", ACTIONS, ids=by_name)
class TestEachAction:
    """What holds for each."""

    def test_its_operations_exist_and_change_something(self, action: BulkAction) -> None:
        settings = usual_settings(action)
        assert action.operation_for(settings) in registry
        assert action.declared().mutates
        assert action.safety(settings) != RetrySafety.READ

    def test_its_job_takes_role_and_concurrency_from_it(self, action: BulkAction) -> None:
        kind = get_kind(action.name)
        assert isinstance(kind, BulkKind)
        assert kind.role == action.declared().role
        assert kind.concurrency == action.concurrency > 0
        assert kind.previews
        assert kind.can_run_again

    def test_its_reverse_leads_back(self, action: BulkAction) -> None:
        if not action.reverse:
            assert action.irreversible({}) or action.notes({}), "What has no reverse says so"
            return
        assert get_bulk_action(action.reverse).reverse == action.name
        assert action.undo_note(usual_settings(action))

    def test_what_can_be_read_back_says_how(self, action: BulkAction) -> None:
        safety = action.safety(usual_settings(action))
        if safety == RetrySafety.VERIFIABLE:
            assert type(action).read_back is not BulkAction.read_back
        assert safety != RetrySafety.UNSAFE or action.irreversible(usual_settings(action))

    def test_its_words_are_sentences(self, action: BulkAction) -> None:
        settings = usual_settings(action)
        assert action.sentence("1").endswith(action.source.noun[0])
        assert f"2 {action.source.noun[1]}" in action.sentence("2")
        said = [*action.irreversible(settings), *action.notes(settings), action.undo_note(settings)]
        assert all(sentence.endswith(".") for sentence in said if sentence)

    def test_its_settings_are_json_and_survive_the_command_line(self, action: BulkAction) -> None:
        settings = usual_settings(action)
        job = Job(kind=action.name, connection_slug="halden", params={"selection": {"query": {}}, "settings": settings})
        line = get_kind(action.name).command_line(job)
        assert line.startswith(f"manage.py bulk {action.name} --connection halden --query '*'")
        for name, field in action.form.base_fields.items():
            if isinstance(field, forms.BooleanField):
                assert f"--set {name}=false" in line

    def test_an_unknown_setting_is_named(self, action: BulkAction) -> None:
        with pytest.raises(SettingsRefused, match="colour: there is no such setting"):
            settings_from_text(action.form, ["colour=red"])


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("certify", {"certification": ""}, {"certification": "certified"}),
        ("certify", {"certification": "expired"}, {"certification": "certified"}),
        ("certify", {"certification": "certified"}, None),
        ("decertify", {"certification": "requested"}, {"certification": ""}),
        ("decertify", {"certification": ""}, None),
        ("share", {"access_level": ""}, {"access_level": "CAN_VIEW"}),
        ("share", {"access_level": "CO_OWNER"}, {"access_level": "CAN_VIEW"}),
        ("share", {"access_level": "OWNER"}, None),
        ("revoke", {"access_level": "CAN_EDIT"}, {"access_level": ""}),
        ("revoke", {"access_level": "OWNER"}, None),
        ("revoke", {"access_level": ""}, None),
        ("tag", {"tags": ["audit", "core"]}, {"tags": ["audit", "core", "FY26"]}),
        ("tag", {"tags": ["audit", "FY26"]}, None),
        ("untag", {"tags": ["audit", "core"]}, {"tags": ["core"]}),
        ("untag", {"tags": ["core"]}, None),
        ("run-stream", {"stream": "", "execution": "", "state": ""}, None),
        ("run-stream", {"stream": "7", "execution": "3", "state": "running"}, None),
        (
            "run-stream",
            {"stream": "7", "execution": "3", "state": "success"},
            {"stream": "7", "execution": "", "state": "running"},
        ),
    ],
)
def test_what_is_wanted_follows_from_what_is_there(name: str, before: Any, after: Any) -> None:
    action = get_bulk_action(name)
    wanted = action.wanted(before, usual_settings(action))
    if after is None:
        assert isinstance(wanted, Skip)
        assert wanted.reason.endswith(".")
    else:
        assert wanted == after
        assert action.shown(before)
        assert action.shown(after)


def test_an_undo_takes_back_what_one_item_did() -> None:
    share = get_bulk_action("share")
    settings = usual_settings(share)
    assert share.undo_settings(JobItem(before={"access_level": ""}), settings) == {"user": "4827"}
    earlier = share.undo_settings(JobItem(before={"access_level": "CAN_EDIT"}), settings)
    assert earlier == {"user": "4827", "restore_level": "CAN_EDIT"}
    revoke = get_bulk_action("revoke")
    assert revoke.wanted({"access_level": "CAN_VIEW"}, earlier) == {"access_level": "CAN_EDIT"}
    assert revoke.operation_for(earlier) == "datasets.share"
    group = settings | {"user": "", "group": "9"}
    assert isinstance(share.undo_settings(JobItem(before={"access_level": ""}), group), Skip)


def test_a_second_action_of_the_same_name_is_refused() -> None:
    taken = type("Taken", (type(get_bulk_action("certify")),), {})
    with pytest.raises(ValueError, match="Two bulk actions are called 'certify'"):
        register_bulk_action(taken)
    with pytest.raises(UnknownAction, match="no bulk action 'explode'"):
        get_bulk_action("explode")


class SomeSettings(SettingsForm):
    """A form with one field of each sort."""

    name = forms.CharField(initial="usual")
    quiet = forms.BooleanField(required=False)
    count = forms.IntegerField(required=False)


def test_settings_of_a_command_line() -> None:
    assert settings_from_text(SomeSettings, []) == {"name": "usual", "quiet": False, "count": None}
    given = settings_from_text(SomeSettings, ["name=a=b", "quiet=Yes", "count=3"])
    assert given == {"name": "a=b", "quiet": True, "count": 3}
    for pair, named in (("quiet=maybe", "quiet: 'maybe' is neither"), ("count=x", "count: "), ("name=", "name: ")):
        with pytest.raises(SettingsRefused, match=named):
            settings_from_text(SomeSettings, [pair])
