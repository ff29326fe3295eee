"""Forms with a file: read back by two parsers of other hands, streamed, of known length, made anew."""

from __future__ import annotations

import string
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domoadmin.services.bodies import FileContent
from domoadmin.services.errors import InvalidArguments
from domoadmin.services.forms import bare_body, form_body
from tests.services.forms import read_with_django, read_with_werkzeug

LETTERS = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="/\\%\u2028\u2029")
NAMES = st.text(LETTERS, min_size=1, max_size=40).filter(
    # Django drops files whose name holds what it can't print.
    lambda name: name.strip() not in ("", ".", "..") and name.isprintable()
)
FIELD_NAMES = st.text(string.ascii_letters + ' _-."', min_size=1, max_size=20).map(str.strip).filter(bool)
CONTENTS = st.one_of(
    st.binary(max_size=2000),
    st.lists(st.sampled_from([b"\r\n", b"--", b"\n", b"DomoAdmin-", b"\r\n--DomoAdmin-", b"x"]), max_size=40).map(
        b"".join
    ),
)
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=200)


@given(name=NAMES, content=CONTENTS, fields=st.dictionaries(FIELD_NAMES, TEXTS, max_size=4))
def test_other_parsers_read_what_was_put_in(name: str, content: bytes, fields: dict[str, str]) -> None:
    fields.pop("file", None)
    file = FileContent(name, lambda: iter([content]), len(content), "application/x-probe")
    body = form_body("file", file, fields)
    sent = b"".join(body.factory())
    assert body.length == len(sent)
    expected = {**fields, "file": (name, "application/x-probe", content)}
    assert read_with_werkzeug(body.content_type, sent) == expected
    read = read_with_django(body.content_type, sent)
    # Django cleans names by rules of its own; what it keeps of them is tested below.
    assert {**read, "file": read["file"][1:]} == {**fields, "file": ("application/x-probe", content)}


@pytest.mark.parametrize(
    "name",
    ["plain.txt", "Überblick für März.pdf", '"quoted".csv', "a; b=c.txt", "100%20.txt", "日本.xlsx", "a'b, c.txt"],
)
def test_the_name_of_the_file_arrives(name: str) -> None:
    body = form_body("file", FileContent.from_bytes(name, b"x"))
    sent = b"".join(body.factory())
    assert read_with_werkzeug(body.content_type, sent)["file"][0] == name
    assert read_with_django(body.content_type, sent)["file"][0] == name


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("", "text/plain"),
        (" ", "text/plain"),
        ("..", "text/plain"),
        ("up/../there.txt", "text/plain"),
        ("C:\\there.txt", "text/plain"),
        ('a"\r\nX-Header: 1', "text/plain"),
        ("a\udcff.txt", "text/plain"),
        ("100%22.txt", "text/plain"),
        ("a.txt", "text/plain\r\nX-Header: 1"),
        ("a.txt", "text"),
    ],
)
def test_a_name_or_type_that_would_break_out_is_refused(name: str, content_type: str) -> None:
    file = FileContent(name, lambda: iter([b"x"]), 1, content_type)
    for make in (lambda: form_body("file", file), lambda: bare_body(file)):
        with pytest.raises(InvalidArguments) as caught:
            make()
        assert caught.value.argument == "file"


def test_each_attempt_gets_the_same_body_from_its_first_byte(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"a,b\n" * 1000)
    body = form_body("file", FileContent.from_path(path), {"note": "x"})
    first = body.factory()
    assert b"list.csv" in next(first)
    assert b"".join(body.factory()) == b"".join(body.factory())
    assert body.length == len(b"".join(body.factory()))


def test_a_large_file_never_lies_in_memory() -> None:
    block = b"x" * (256 * 1024)

    def content() -> Iterator[bytes]:
        for _ in range(400):
            yield block

    body = form_body("file", FileContent("large.bin", content, 400 * len(block)))
    tracemalloc.start()
    sent = sum(len(chunk) for chunk in body.factory())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sent == body.length
    assert peak < 4 * len(block)


def test_a_file_of_unknown_length_makes_a_form_of_unknown_length() -> None:
    body = form_body("file", FileContent("a.txt", lambda: iter([b"one", b"two"]), None, "text/plain"))
    assert body.length is None
    assert read_with_werkzeug(body.content_type, b"".join(body.factory()))["file"][2] == b"onetwo"
