"""Small but valid files of several types, made from a title and lines of text."""

from __future__ import annotations

import csv
import io
import json
import random
import struct
import zlib

LINES_PER_PAGE = 44


def text_file(title: str, lines: list[str]) -> bytes:
    """Plain text with a heading."""
    return "\n".join([title, "=" * len(title), "", *lines, ""]).encode()


def json_file(title: str, lines: list[str], draw: random.Random) -> bytes:
    """A list of entries under a title."""
    entries = [{"position": place, "text": line, "valid": draw.random() > 0.1} for place, line in enumerate(lines, 1)]
    return json.dumps({"title": title, "entries": entries}, ensure_ascii=False, indent=2).encode()


def csv_file(lines: list[str], draw: random.Random) -> bytes:
    """A table with a few hundred rows."""
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(["store", "day", "item", "quantity", "amount", "note"])
    for row in range(draw.randrange(120, 700)):
        store = f"{draw.choice(('DE', 'SE', 'FR', 'NL', 'US', 'NO'))}-{draw.randrange(160):04d}"
        day = f"2026-{draw.randrange(1, 13):02d}-{draw.randrange(1, 29):02d}"
        item = draw.choice(("TNT-3P", "STV-GAS", "JKT-W", "SOK-MER", "PCK-45L", "BOT-TRK"))
        amount = f"{draw.randrange(500, 90_000) / 100:.2f}"
        writer.writerow(
            [store, day, item, draw.randrange(1, 40), amount, lines[row % len(lines)] if row % 9 == 0 else ""]
        )
    return output.getvalue().encode()


def png_file(draw: random.Random) -> bytes:
    """A drawing of coloured fields, like a floor plan."""
    width, height, field = 320, 200, 40
    fields = [
        [bytes(draw.randrange(120, 250) for _ in range(3)) for _ in range(width // field)]
        for _ in range(height // field)
    ]
    rows = (b"\0" + b"".join(colour * field for colour in fields[y // field]) for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"".join(rows))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pdf_file(title: str, lines: list[str]) -> bytes:
    """A PDF with a heading and one line of text under the other."""
    pages = [lines[start : start + LINES_PER_PAGE] for start in range(0, len(lines), LINES_PER_PAGE)] or [[]]
    count = len(pages)
    kids = " ".join(f"{4 + 2 * place} 0 R" for place in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for place, page in enumerate(pages):
        font = "/Resources << /Font << /F1 3 0 R >> >>"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] {font} /Contents {5 + 2 * place} 0 R >>".encode()
        )
        shown = [f"BT /F1 16 Tf 56 780 Td ({_pdf_text(title)}) Tj ET"] if place == 0 else []
        shown += [
            f"BT /F1 10 Tf 56 {750 - 15 * number} Td ({_pdf_text(line)}) Tj ET" for number, line in enumerate(page)
        ]
        content = "\n".join(shown).encode("cp1252", "replace")
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content))
    return _pdf(objects)


def _pdf_text(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _pdf(objects: list[bytes]) -> bytes:
    body = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    start = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    body += b"".join(b"%010d 00000 n \n" % place for place in places)
    body += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(body)
