"""Reading the CSV of people, and every kind of mistake in a row, named by field."""

from __future__ import annotations

import pytest

from apps.governance.users.csv_checks import CREATE, FAULTY, SAME, UPDATE, Row, RowCheck
from apps.governance.users.csv_columns import read_header, unknown_words
from apps.governance.users.csv_file import MOST_BYTES, MOST_ROWS, FileRefused, read_csv
from apps.governance.users.rows import PersonRow
from domoadmin.services.results import UpstreamRole

ROLES = [
    UpstreamRole.from_raw({"id": number, "name": name})
    for number, name in ((1, "Admin"), (4, "Participant"), (5, "Editor"), (8, "Buyer"), (9, "buyer"))
]
PEOPLE = [
    PersonRow("11", "Ada Lindgren", "ada@halden.example", "Participant", "4", "Buyer", "Range", "+47 69 11", "Halden"),
    PersonRow("12", "Bo Dahl", "bo@halden.example", "Editor", "5", active=False),
    PersonRow("13", "Cy Moe", "twice@halden.example", "Editor", "5"),
    PersonRow("14", "Cy Noe", "Twice@halden.example", "Editor", "5"),
]


def rows_of(text: str | bytes) -> list[Row]:
    read = read_csv(text.encode() if isinstance(text, str) else text)
    return RowCheck(read_header(read.header), ROLES, PEOPLE, lambda identifier: None).rows(read.records)


def only(text: str) -> Row:
    (row,) = rows_of(text)
    return row


def said(row: Row) -> str:
    return " | ".join(map(str, row.faults))


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("email,name,role\nnew@halden.example,New Person,Editor", CREATE),
        ("email;name;role\nnew@halden.example;New Person;5", CREATE),
        ("email,name,role,,\nnew@halden.example,New Person,5,,", CREATE),
        ("E-Mail Address\tDisplay_Name\tROLE\nnew@halden.example\tNew\teditor", CREATE),
        ("email,role\nADA@halden.example,Editor", UPDATE),
        ("id,role\n11,Editor", UPDATE),
        ("id,email,name,role,title,department,phone,location\n"
         "11,ada@halden.example,Ada  Lindgren,Editor,Buyer,Range,'+47 69 11,Halden", UPDATE),
        ("id,role,role id\n11,Participant,5", UPDATE),
        ("id,role\n11,Participant", SAME),
        ("id,role\n11,", SAME),
        ("id,role,state\n12,Editor,Inactive", SAME),
        ("Line,Reason,id,role,Last seen,Created\n7,no role,11,Editor,2026-01-01,x", UPDATE),
    ],
)  # fmt: skip
def test_what_a_row_comes_to(text: str, action: str) -> None:
    row = only(text)
    assert (row.action, said(row)) == (action, "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("email,name,role\n,New Person,Editor", "email: It is missing"),
        ("email,name,role\nnew@,New Person,Editor", "email: “new@” is no e-mail address."),
        ("email,name,role\nnew@halden.example,,Editor", "name: It is missing"),
        ("email,name,role\nnew@halden.example,New,", "role: It is missing"),
        ("email,name,role\nnew@halden.example,New,Editr", "role: There is no role “Editr”. Is “Editor” meant?"),
        ("email,name,role\nnew@halden.example,New,buyer", "2 roles are called buyer: give the id of one (8, 9)"),
        ("email,name,role id\nnew@halden.example,New,77", "role id: There is no role “77”."),
        ("email,name,role,role id\nnew@halden.example,New,Editor,4", "role: It says Editor, and role id says Partic"),
        (f"email,name,role\nnew@halden.example,{'x' * 201},Editor", "name: It has 201 letters"),
        ('email,name,role\nnew@halden.example,"New\nPerson",Editor', "name: It holds a line break"),
        ("email,role\ntwice@halden.example,Editor", "email: 2 people have twice@halden.example"),
        ("id,role\n99,Editor", "id: Domo has nobody with the id 99"),
        ("id,role\neleven,Editor", "id: “eleven” is no id"),
        ("id,email,role\n11,bo@halden.example,Editor", "email: bo@halden.example belongs to another person: Bo Dahl"),
        ("id,email,role\n11,ada.l@halden.example,Editor", "email: Domo has ada@halden.example, and no documented call"),
        ("id,name,role\n11,Ada Berg,Editor", "name: Domo has “Ada Lindgren”, and no documented call"),
        ("id,role,title\n11,Editor,Chief", "title: Domo has “Buyer”, and no documented call"),
        ("id,role,phone\n11,Editor,call me", "phone: “call me” is no phone number"),
        ("id,role,locale\n11,Editor,english", "locale: “english” is no language code"),
        ("id,role,time zone\n11,Editor,Europe/Halden", "time zone: “Europe/Halden” is no time zone"),
        ("id,role,time zone\n11,Editor,Europe/Oslo", "time zone: Domo doesn’t tell what it has"),
        ("id,role,state\n12,Editor,active", "state: Domo has “inactive”"),
        ("id,role,state\n12,Editor,asleep", "state: “asleep” is no state"),
        ("email,name,role,department\nnew@halden.example,New,Editor,Range", "department: A new person gets a name"),
        ("email,name,role\nnew@halden.example,New", "2 values, but the file has 3 columns."),
        ("email,name,role\nnew@halden.example,New,Editor,x", "4 values, but the file has 3 columns."),
        ('email,name,role\nnew@halden.example,"New,Editor', "A quotation mark opens here and is not closed"),
    ],
)
def test_each_mistake_is_named_with_its_field(text: str, words: str) -> None:
    row = only(text)
    assert row.action == FAULTY
    assert words in said(row)


def test_several_mistakes_of_a_row_are_all_named() -> None:
    row = only("email,name,role,phone\nnew@,,Editr,x")
    assert [each.column for each in row.faults] == ["email", "role", "name", "phone"]


def test_the_same_person_twice_names_the_other_lines() -> None:
    text = "id,email,name,role\n,new@halden.example,New,Editor\n,NEW@halden.example,New,Editor\n11,,,Editor\n"
    rows = rows_of(text + ",ada@halden.example,,Admin\n12,,,Admin")
    assert [row.action for row in rows] == [FAULTY, FAULTY, FAULTY, FAULTY, UPDATE]
    assert said(rows[0]) == "email: The same person stands in line 3 too."
    assert said(rows[3]) == "id: The same person stands in line 4 too."


def test_a_broken_row_does_not_hide_the_ones_below() -> None:
    rows = rows_of('email,role\n"ada@halden.example,Editor\nbo@halden.example,Admin\n\n"x" y,Editor\n11\n')
    assert [(row.record.line, row.action) for row in rows] == [(2, FAULTY), (3, UPDATE), (5, FAULTY), (6, FAULTY)]


def test_bytes_that_are_not_utf_8_are_named_by_their_row() -> None:
    rows = rows_of("email,name,role\nnew@halden.example,Åse,Editor\nada@halden.example,,Editor".encode("cp1252"))
    assert "is not in UTF-8" in said(rows[0])
    assert rows[1].action == UPDATE


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\r\n \r\n", "is empty"),
        (b"email,role\r\n", "nobody below them"),
        ("email,role\na@b.example,Editor".encode("utf-16"), "is in UTF-16"),
        (b"PK\x03\x04" + b"x" * 50, "an Excel workbook"),
        (b'"email,role\na,b', "Line 1, the names of the columns"),
        (b"email,role\n" + b"a@b.example,Editor\n" * (MOST_ROWS + 1), "the limit is 5,000"),
        (b"x" * (MOST_BYTES + 1), "the limit is 5 MB"),
    ],
)
def test_a_file_that_is_none_is_refused_as_a_whole(content: bytes, words: str) -> None:
    with pytest.raises(FileRefused, match=words):
        read_csv(content)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["email", "", "role"], "Column 2 has no name"),
        (["email", "e-mail", "role"], "“e-mail” means the same column as “email”"),
        (["name", "role"], "neither a column id nor a column email"),
        (["email", "name"], "no column role"),
    ],
)
def test_columns_that_are_not_clear_are_named(names: list[str], words: str) -> None:
    assert words in " ".join(read_header(names).problems)


def test_an_unknown_column_is_named_with_what_may_be_meant() -> None:
    header = read_header(["email", "rolle", "nickname", "role"])
    assert header.unknown == ("rolle", "nickname")
    assert unknown_words("rolle") == "The column “rolle” is not known. Is “role” meant?"
    assert unknown_words("nickname") == "The column “nickname” is not known."
