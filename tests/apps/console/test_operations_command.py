"""`manage.py operations`: everything that can be called, with what is declared of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.management import call_command

from apps.console.catalogue import every_operation
from domoadmin.services.operations import registry


def listed(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    """Run the command with --json."""
    call_command("operations", "--json", *arguments)
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def test_every_id_is_listed_aliases_and_variants_included(capsys: pytest.CaptureFixture[str]) -> None:
    found = listed(capsys)
    expected = {name for operation in registry for name in (operation.id, *operation.aliases)}
    assert {each["id"] for each in found} == expected
    assert len(found) == len(expected)
    by_id = {each["id"]: each for each in found}
    assert by_id["groups.get_user"]["alias_of"] == "users.get"
    assert "groups.get_user" in by_id["users.get"]["aliases"]


def test_an_operation_tells_its_parameters_as_the_documents_name_them(capsys: pytest.CaptureFixture[str]) -> None:
    share = next(each for each in listed(capsys, "--area", "datasets") if each["id"] == "datasets.share")
    assert (share["method"], share["path"]) == ("POST", "/api/data/v3/datasources/{dataset_id}/share")
    assert (share["role"], share["mutates"], share["retry_safety"]) == ("steward", True, "verifiable")
    dataset_id, permissions, send_email = share["parameters"]
    assert (dataset_id["name"], dataset_id["place"], dataset_id["required"]) == ("dataset_id", "path", True)
    assert (permissions["name"], permissions["place"]) == ("permissions", "body")
    assert (send_email["name"], send_email["type"], send_email["required"]) == ("sendEmail", "true or false", False)


def test_the_table_is_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("operations", "--area", "groups")
    text = capsys.readouterr().out
    assert text.startswith("ID ")
    assert "groups.get " in text
    assert "datasets." not in text


def test_an_area_that_is_not_there_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("operations", "--area", "nowhere")
    assert ended.value.code == 2
    assert "known: accounts" in capsys.readouterr().err


def test_labels_read_as_words() -> None:
    labels = {listed.id: listed.label for listed in every_operation()}
    assert labels["datasets.get_metadata"] == "Get metadata"
    assert labels["datasets.query_sql"] == "Query SQL"
