"""A list of people and a group: each row named, nothing sent before it is clean or set aside; two groups compared."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.accounts.models import User
from apps.governance.groups.matching import EQUAL, ListRefused, compare, rows_of, text_of_file
from apps.governance.groups.people import Person
from apps.jobs import service
from apps.jobs.models import Job
from tests.apps.data.support import text_of
from tests.apps.governance.groups.support import LIST, Groups

ANN = Person("1", "Ann Lee", "ann@halden.example")
BOB = Person("2", "Bob Ray", "bob@halden.example")
TWIN = Person("3", "Ann Lee", "ann.lee@halden.example")
ALL = {each.id: each for each in (ANN, BOB, TWIN)}


def given(text: str) -> str:
    """Return what the review hands on."""
    found = re.search(r'<textarea[^>]*name="given"[^>]*>(.*?)</textarea>', text, re.DOTALL)
    assert found is not None
    return found.group(1)


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("ann@x.example\n\n  bob@x.example ", [(1, "ann@x.example"), (3, "bob@x.example")]),
        ("Name,E-Mail\nAnn,ann@x.example\n", [(2, "ann@x.example")]),
        ("id;name\n17;Ann\n;Nobody\n", [(2, "17")]),
        ("Ann\t17\tann@x.example", [(1, "ann@x.example")]),
        ("Lee, Ann\nRay, Bob", [(1, "Lee Ann"), (2, "Ray Bob")]),
        ('name,email\n"Lee,\nAnn",a@x.example\nBob,b@x.example', [(2, "a@x.example"), (4, "b@x.example")]),
        ("Ann Lee <ann@x.example>", [(1, "Ann Lee <ann@x.example>")]),
    ],
)
def test_the_right_cell_of_each_row_is_read(text: str, cells: list[tuple[int, str]]) -> None:
    assert [(row.line, row.text) for row in rows_of(text)] == cells


@pytest.mark.parametrize(
    "data",
    ["Zoë@x.example".encode(), "\ufeffZoë@x.example".encode(), "Zoë@x.example".encode("utf-16"), b"Zo\xeb@x.example"],
)
def test_files_of_every_encoding(data: bytes) -> None:
    assert rows_of(text_of_file(data))[0].text == "Zoë@x.example"


def test_what_is_no_list_is_refused() -> None:
    with pytest.raises(ListRefused, match="no row"):
        rows_of("name,email\n")
    with pytest.raises(ListRefused, match="workbook"):
        text_of_file(b"PK\x03\x04rest")
    with pytest.raises(ListRefused, match="more than 20,000 rows"):
        rows_of("x\n" * 20_001)


def test_an_ambiguous_row_lets_nobody_leave() -> None:
    rows = rows_of("Ann Lee\nbob@halden.example\n2\nnobody@halden.example\n99")
    found = compare(rows, ALL, ["1", "2"], EQUAL)
    assert [read.state for read in found.rows] == ["ambiguous", "stays", "doubled", "unknown", "unknown"]
    assert (found.joins, found.leaves, found.kept) == ([], [], [ANN])


def test_a_row_of_every_kind_of_mistake_is_named_and_nothing_is_sent(
    groups: Groups, admin: Client, person: User, no_broker: None, transactional_db: None
) -> None:
    people = groups.people(4)
    ids = groups.ids(4)
    group_id = groups.create(*ids[:2], name="Fire wardens")
    address = f"{LIST}{group_id}/list/"
    stays, joins = people[1]["emailAddress"], people[2]["emailAddress"]
    typo = people[3]["emailAddress"].replace(".example", ".exmaple")
    pasted = f"email;note\n{stays};stays\n{joins.upper()};new\n{typo};mistyped\n{stays};again\n999;gone"
    before = groups.effects()
    text = text_of(admin.post(address, {"do": "check", "mode": "equal", "pasted": pasted}))
    for said in (
        "1 joins, 1 leaves",
        f"Did you mean {people[3]['emailAddress']}",
        "Named in line 2 already",
        "Nobody has this id",
    ):
        assert said in text, said
    rows = text[text.index("Every row") :]
    words = re.findall(r'badge-text">([^<]*)<', rows)
    assert words == ["Stays", "Joins", "Unknown", "Twice in the list", "Unknown"]
    hidden = {"mode": "equal", "given": given(text)}
    refused = text_of(admin.post(address, {**hidden, "do": "plan"}), 422)
    assert "Mend the rows below" in refused
    assert not Job.objects.exists()
    back = text_of(admin.post(address, {**hidden, "do": "edit"}))
    assert typo in back
    answer = admin.post(address, {**hidden, "do": "plan", "aside": "1"})
    job = Job.objects.get()
    assert answer.headers["Location"] == job.get_absolute_url()
    assert groups.effects() == before, "A preview changes nothing"
    planned = service.plan_inline(job)
    assert planned.counts == {"pending": 2}, planned.message
    assert "Change the membership of 2 people in Fire wardens" in text_of(admin.get(job.get_absolute_url()))
    done = service.run_inline(planned)
    assert done.counts == {"succeeded": 2}
    assert sorted(groups.members(group_id)) == sorted(ids[1:3])
    service.run_inline(service.undo(done, person))
    assert sorted(groups.members(group_id)) == sorted(ids[:2])


def test_people_of_a_file_are_added_or_removed(groups: Groups, admin: Client, no_broker: None) -> None:
    ids = groups.ids(3)
    group_id = groups.create(ids[0])
    address = f"{LIST}{group_id}/list/"
    file = SimpleUploadedFile("people.csv", f"id\n{ids[0]}\n{ids[1]}\n".encode())
    text = text_of(admin.post(address, {"do": "check", "mode": "add", "pasted": "", "file": file}))
    assert "1 joins" in text
    assert "Leave" not in text
    admin.post(address, {"do": "plan", "mode": "add", "given": given(text)})
    job = Job.objects.get()
    assert (job.kind, job.params["selection"]["ids"]) == ("add-to-group", [ids[1]])
    text = text_of(admin.post(address, {"do": "check", "mode": "remove", "pasted": "\n".join(ids)}))
    assert "1 leaves" in text
    assert "All 1 present members leave" in text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"mode": "equal", "pasted": " \n"}, "There is no row in the list"),
        ({"pasted": "1"}, "This field is required"),
        ({"mode": "equal", "pasted": "", "file": SimpleUploadedFile("a.xlsx", b"PK\x03\x04 ")}, "Save it as CSV"),
    ],
)
def test_what_can_not_be_read_names_the_field(groups: Groups, admin: Client, fields: dict[str, str], said: str) -> None:
    group_id = groups.create()
    text = text_of(admin.post(f"{LIST}{group_id}/list/", {"do": "check", **fields}), 422)
    assert said in text


def test_a_list_that_changes_nothing_starts_nothing(groups: Groups, admin: Client) -> None:
    ids = groups.ids(2)
    group_id = groups.create(*ids)
    address = f"{LIST}{group_id}/list/"
    text = text_of(admin.post(address, {"do": "check", "mode": "equal", "pasted": "\n".join(ids)}))
    answer = admin.post(address, {"do": "plan", "mode": "equal", "given": given(text)})
    assert "Nothing would change" in text_of(answer, 422)
    assert not Job.objects.exists()


def test_two_groups_are_compared_and_the_missing_ones_added(
    groups: Groups, admin: Client, viewer: Client, no_broker: None
) -> None:
    ids = groups.ids(4)
    left = groups.create(*ids[:3], name="Spring campaign")
    right = groups.create(*ids[2:], name="Autumn campaign")
    text = text_of(admin.get(f"{LIST}compare/", {"a": "spring campaign", "b": f"Autumn campaign ({right})"}))
    assert "Add these 2 to Autumn campaign" in text
    assert "Add this person to Spring campaign" in text
    assert "Add these 2" not in text_of(viewer.get(f"{LIST}compare/", {"a": left, "b": right}))
    answer = admin.post(f"{LIST}compare/add/", {"source": left, "target": right})
    job = Job.objects.get()
    assert answer.headers["Location"] == job.get_absolute_url()
    assert sorted(job.params["selection"]["ids"]) == sorted(ids[:2])
    assert "same group twice" in text_of(admin.get(f"{LIST}compare/", {"a": left, "b": left}), 422)
    unknown = text_of(admin.get(f"{LIST}compare/", {"a": left, "b": "campaign"}), 422)
    assert f"Autumn campaign ({right})" in unknown
    dynamic = groups.create(kind="dynamic")
    assert "is dynamic" in text_of(admin.post(f"{LIST}compare/add/", {"source": left, "target": dynamic}), 400)
