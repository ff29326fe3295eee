"""How a delimited text file is written: what the caller may correct."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

DELIMITERS = (",", ";", "\t", "|")
QUOTES = ('"', "'")


class Encoding(StrEnum):
    """Encodings that can be read; a byte order mark is always skipped."""

    UTF_8 = "utf-8"
    UTF_16_LE = "utf-16-le"
    UTF_16_BE = "utf-16-be"
    WINDOWS_1252 = "cp1252"

    @property
    def label(self) -> str:
        """Name for people."""
        return {
            Encoding.UTF_8: "UTF-8",
            Encoding.UTF_16_LE: "UTF-16 (little endian)",
            Encoding.UTF_16_BE: "UTF-16 (big endian)",
            Encoding.WINDOWS_1252: "Windows-1252",
        }[self]


@dataclass(frozen=True, slots=True)
class Dialect:
    r"""Delimiter, quoting, header and line end of a file.

    quote is None when quotes mean nothing in this file. line_end is "\n" (which takes "\r\n" too) or "\r".
    encoding and byte_order_mark tell what the original file had; check and transform read UTF-8 (see prepare.py).
    """

    delimiter: str = ","
    quote: str | None = '"'
    header: bool = True
    line_end: str = "\n"
    encoding: Encoding = Encoding.UTF_8
    byte_order_mark: bool = False

    def __post_init__(self) -> None:
        if len(self.delimiter) != 1 or not self.delimiter.isascii() or self.delimiter in "\r\n\0":
            raise ValueError("The delimiter must be one ASCII character.")
        if self.quote is not None and (
            len(self.quote) != 1 or not self.quote.isascii() or self.quote in ("\r", "\n", "\0", self.delimiter)
        ):
            raise ValueError("The quote must be one ASCII character other than the delimiter.")
        if self.line_end not in ("\n", "\r"):
            raise ValueError("The line end must be LF or CR.")

    @property
    def delimiter_label(self) -> str:
        """Name for people: comma, semicolon, tab, bar."""
        return {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}.get(self.delimiter, self.delimiter)

    @property
    def is_domo_format(self) -> bool:
        """Whether the bytes of records can go to Domo as they are (columns aside): comma, double quote, LF or CRLF."""
        return self.delimiter == "," and self.quote == '"' and self.line_end == "\n"

    def as_prepared(self) -> Dialect:
        """The same for the file in plain UTF-8."""
        return replace(self, encoding=Encoding.UTF_8)

    def as_json(self) -> dict[str, object]:
        """Plain values for a JSON field."""
        return {**asdict(self), "encoding": self.encoding.value}

    @classmethod
    def from_json(cls, value: Mapping[str, object]) -> Dialect:
        """The reverse of as_json(). Raises ValueError for values that are no dialect."""
        quote = value["quote"]
        return cls(
            delimiter=str(value["delimiter"]),
            quote=None if quote is None else str(quote),
            header=bool(value["header"]),
            line_end=str(value["line_end"]),
            encoding=Encoding(str(value["encoding"])),
            byte_order_mark=bool(value["byte_order_mark"]),
        )
