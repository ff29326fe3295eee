"""Each kind of bad file gets its own sentence with the right place."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from domoadmin.tabular.check import Limits, check_file
from domoadmin.tabular.column_types import ColumnType
from domoadmin.tabular.dialect import Dialect, Encoding
from domoadmin.tabular.problems import Problem, Refused, Stopped
from domoadmin.tabular.sources import BytesSource, LocalFileSource

GOOD_LINE = b'%d,"Store, north",2026-11-18,12.50,"said ""yes""",\n'
HEADER = b"id,store,day,amount,note,extra\n"
MEGABYTE = 1 << 20
ROOT = Path(__file__).resolve().parents[2]


class GeneratedSource:
    """A file that exists only while it is read: a header, lines made by number, and a tail."""

    def __init__(self, line: bytes, count: int, tail: bytes) -> None:
        self._line, self._count, self._tail = line, count, tail
        self.size = len(HEADER) + len(line) * count + len(tail)

    def open(self, start: int = 0) -> Iterator[bytes]:
        return self.read_range(start, self.size)

    def read_range(self, start: int, end: int) -> Iterator[bytes]:
        step = max(1, MEGABYTE // len(self._line))
        position = 0
        pieces = (self._line * min(step, self._count - done) for done in range(0, self._count, step))
        for piece in (HEADER, *pieces, self._tail):
            low, high = max(start - position, 0), min(end - position, len(piece))
            if low < high:
                yield piece[low:high]
            position += len(piece)


def fatal_of(content: bytes, dialect: Dialect | None = None, limits: Limits | None = None) -> Problem:
    """The fatal problem of a file."""
    problem = check_file(BytesSource(content), dialect or Dialect(), limits=limits).fatal
    assert problem is not None
    return problem


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n\n"])
def test_empty_file(content: bytes) -> None:
    assert fatal_of(content).message == "The file is empty. Choose a file that has rows."


@pytest.mark.parametrize("content", [b"a,b", b"a,b\n", b"\xef\xbb\xbfa,b\r\n\r\n"])
def test_only_a_header(content: bytes) -> None:
    problem = fatal_of(content)
    assert problem.code == "no_rows"
    assert problem.message == "The file holds only a header and no rows. There is nothing to send."


def test_quote_opened_in_line_one_million_and_never_closed() -> None:
    line = GOOD_LINE % 1
    source = GeneratedSource(
        line, 999_998, b'7,"never closed,2026-11-18,1,x,\n' + b"8,plain,2026-11-18,1,x,\n" * 2_000_000
    )
    problem = check_file(source, Dialect()).fatal
    assert problem is not None
    assert (problem.code, problem.line, problem.column) == ("unclosed_quote", 1_000_000, "store")
    assert problem.message.startswith('Line 1,000,000, column "store": a quote is opened and never closed')


def test_quote_left_open_in_line_one_million_is_found_at_the_next_quote() -> None:
    line = GOOD_LINE % 1
    source = GeneratedSource(line, 999_998, b'7,"left open,2026-11-18,1,x,\n' + line * 1_000)
    problem = check_file(source, Dialect()).fatal
    assert problem is not None
    assert (problem.code, problem.line, problem.column) == ("broken_quote", 1_000_000, "store")
    assert "the next single quote, in line 1,000,001, is followed by text" in problem.message


def test_quote_inside_an_unquoted_value() -> None:
    problem = fatal_of(b'a,note\n1,ok\n2,5" pipe\n3,x\n')
    assert (problem.code, problem.line, problem.column) == ("broken_quote", 3, "note")
    assert "a quote stands inside a value" in problem.message
    assert check_file(BytesSource(b'a,note\n2,5" pipe\n'), Dialect(quote=None)).fatal is None


def test_text_after_a_closing_quote() -> None:
    problem = fatal_of(b'a,note\n1,"x" y\n')
    assert (problem.code, problem.line, problem.column) == ("broken_quote", 2, "note")
    assert "text follows a closing quote" in problem.message


def test_lines_are_physical_lines() -> None:
    problem = fatal_of(b'a,note\n1,"two\nlines"\n\n2,\0\n')
    assert (problem.code, problem.line, problem.column) == ("nul_byte", 5, "note")


def test_nul_byte() -> None:
    assert fatal_of(b"a,note\n1,x\n2,y\0\n").message.startswith('Line 3, column "note": there is a NUL byte.')


def test_wrong_encoding() -> None:
    problem = fatal_of("a,city\n1,x\n2,Göteborg\n".encode("cp1252"))
    assert (problem.code, problem.line, problem.column) == ("wrong_encoding", 3, "city")
    with pytest.raises(ValueError, match="prepare"):
        check_file(BytesSource(b"a"), Dialect(encoding=Encoding.WINDOWS_1252))


def test_ragged_rows_are_counted_with_their_lines() -> None:
    check = check_file(BytesSource(b'a,b,c\n1,2,3\n1,2\n"x\n",2,3\n\n1,2,3,4\n'), Dialect())
    assert check.fatal is None
    assert check.row_count == 4
    assert check.ragged_count == 2
    assert [(row.line, row.record, row.found) for row in check.ragged_rows] == [(3, 2, 2), (7, 4, 4)]
    assert check.blank_lines == 1
    assert check.ragged_problem is not None
    assert check.ragged_problem.message.startswith("2 rows do not have 3 fields. First: line 3 has 2.")


def test_blank_lines_are_values_where_there_is_one_column() -> None:
    check = check_file(BytesSource(b"a\n1\n\n2\n"), Dialect())
    assert (check.row_count, check.blank_lines, check.empty_records) == (3, 0, 1)


def test_lone_carriage_return() -> None:
    problem = fatal_of(b"a,note\n1,x\ry\n")
    assert (problem.code, problem.line, problem.column) == ("lone_line_end", 2, "note")
    assert check_file(BytesSource(b'a,note\n1,"x\ry"\n'), Dialect()).fatal is None


def test_files_whose_lines_end_with_cr_are_read() -> None:
    check = check_file(BytesSource(b'a,b\r1,"x\ry"\r2,z\r'), Dialect(line_end="\r"))
    assert (check.fatal, check.row_count, check.quoted_line_breaks) == (None, 2, 1)


def test_limits() -> None:
    limits = Limits(columns=3, record_bytes=20)
    assert fatal_of(b"a,b,c,d\n", limits=limits).message.startswith("The first row has 4 columns; at most 3")
    problem = fatal_of(b"a,b\n1,2\n1," + b"x" * 30 + b"\n", limits=limits)
    assert problem.message == "Line 3: the row is longer than 20 bytes. Check the delimiter and the quotes."
    assert fatal_of(b'a,b\n1,2\n1,"' + b"x" * 30 + b"\n", limits=limits).message.startswith(
        'Line 3, column "b": a quote is opened and never closed in the next 20 bytes.'
    )


def test_header_names() -> None:
    check = check_file(BytesSource(b"a,,a, b \n1,2,3,4\n"), Dialect())
    assert check.column_names == ("a", "", "a", "b")
    assert [problem.message for problem in check.header_problems] == [
        "Line 1: column 2 has no name. Name it, or match it by position.",
        'Line 1: the column name "a" stands 2 times. Only the first is matched by name.',
    ]


def test_wrong_values_are_named() -> None:
    content = b'day,net\n2026-11-18,1\n18.11.2026,12.5\n2026-11-19,"12,50 EUR"\n'
    check = check_file(BytesSource(content), Dialect(), [ColumnType.DATE, ColumnType.DECIMAL])
    day, net = check.columns
    assert day.problem is not None
    assert net.problem is not None
    assert day.problem.message == (
        'Column "day": 1 value is not a date, first in line 3: “18.11.2026”. Expected: YYYY-MM-DD, such as 2026-11-18.'
    )
    assert (net.bad_values[0].line, net.bad_values[0].excerpt) == (4, "12,50 EUR")


def test_the_caller_can_watch_and_stop() -> None:
    source = GeneratedSource(GOOD_LINE % 1, 50_000, b"")
    seen: list[int] = []
    check_file(source, Dialect(), progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == source.size
    with pytest.raises(Stopped):
        check_file(source, Dialect(), should_stop=lambda: True)


MEMORY_PROBE = """
import resource, sys
from domoadmin.tabular.check import check_file
from domoadmin.tabular.column_types import ColumnType
from domoadmin.tabular.dialect import Dialect
from domoadmin.tabular.sources import LocalFileSource
types = [ColumnType.LONG, *[ColumnType.STRING] * 4, ColumnType.LONG]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
check = check_file(LocalFileSource(sys.argv[1]), Dialect(), types)
assert check.fatal is None, check.fatal
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize(
    ("line", "count", "tail"),
    [
        (GOOD_LINE % 1, 1_000_000, b""),
        (GOOD_LINE % 1, 10, b'1,"' + b"x\n" * 5_000_000 + b'",2026-11-18,1,x,\n'),
        (b",,,,,\n", 3_000_000, b""),
        (b"x,x,x,x,x,x\n", 700_000, b""),
        (GOOD_LINE % 1, 10, b"," * 10_000_000 + b"\n"),
        ("é,東京,💶,x,x,1\n".encode(), 700_000, b""),
    ],
    ids=["usual", "ten_megabyte_value", "only_delimiters", "bad_values", "ten_million_fields", "unicode"],
)
def test_memory_stays_bounded(tmp_path: Path, line: bytes, count: int, tail: bytes) -> None:
    path = tmp_path / "big.csv"
    with path.open("wb") as file:
        file.writelines(GeneratedSource(line, count, tail).open())
    answer = subprocess.run(
        [sys.executable, "-c", MEMORY_PROBE, str(path)], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert int(answer.stdout) * 1024 < 60_000_000


def test_refusals_carry_their_place() -> None:
    refused = Refused("nul_byte", "Line 3: bad.", 3, "note")
    assert (refused.code, refused.message, refused.line, refused.column) == ("nul_byte", "Line 3: bad.", 3, "note")
    assert refused.problem.as_json() == {"code": "nul_byte", "message": "Line 3: bad.", "line": 3, "column": "note"}


def test_local_files_are_read_in_ranges(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_bytes(b"a,b\n1,2\n3,4\n")
    source = LocalFileSource(path, chunk_bytes=5)
    assert list(source.open()) == [b"a,b\n1", b",2\n3,", b"4\n"]
    assert b"".join(source.read_range(4, 8)) == b"1,2\n"
    assert check_file(source, Dialect()).row_count == 2
