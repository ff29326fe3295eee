"""The papers of Halden Outdoor: handbooks, price lists, contracts, plans. Contents are made when they are asked for."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from functools import lru_cache

from domoadmin.sandbox.company import vocabulary as words
from domoadmin.sandbox.company.document_formats import csv_file, json_file, pdf_file, png_file, text_file

CONTENT_TYPES = {
    "csv": "text/csv",
    "json": "application/json",
    "pdf": "application/pdf",
    "png": "image/png",
    "txt": "text/plain",
}
# file name (with {when} and {where}), department, what it is about
SUBJECTS: tuple[tuple[str, str, str], ...] = (
    ("Store opening hours {where} {when}.csv", "Retail operations", "opening hours and holidays of the stores"),
    ("Visual merchandising guide {when}.pdf", "Merchandising", "window displays, tables and signs in the stores"),
    ("Supplier code of conduct {where}.pdf", "Sustainability", "working conditions and audits at suppliers"),
    ("Warranty decision tree {where}.pdf", "Customer care", "when a claim is repaired, replaced or refunded"),
    ("Price list {where} {when}.csv", "Merchandising", "prices and markdowns by article and market"),
    ("Return label {where}.png", "E-commerce", "labels for goods that customers send back"),
    ("Store floor plan {where}.png", "Retail operations", "where categories stand in the store"),
    ("Loyalty terms {where}.pdf", "Marketing", "points, tiers and vouchers of loyalty members"),
    ("Campaign brief {when} {where}.txt", "Marketing", "target group, channels and budget of the campaign"),
    ("Budget template {when}.csv", "Finance", "cost centres and accounts for the yearly budget"),
    ("Onboarding checklist {where}.txt", "People", "first weeks of new colleagues in store and office"),
    ("Tax code mapping {where}.json", "Finance", "tax codes of the ledger by country and article group"),
    ("Freight lane rates {when} {where}.csv", "Supply chain", "rates per kilogram of the transport lanes"),
    ("Size chart {where}.json", "Product development", "body measures and sizes of jackets, boots and packs"),
    ("Data sharing agreement {where}.pdf", "Legal", "which personal data partners may process and for how long"),
    ("Quarterly sales {when} {where}.pdf", "Finance", "quarterly sales, margin and stock by category"),
    ("Material test report {when}.pdf", "Product development", "tear strength and water column of fabrics"),
    ("Service level targets {when}.txt", "IT and data", "targets for loads, dashboards and support requests"),
)
QUARTERS = tuple(f"{year} Q{quarter}" for year in (2026, 2025, 2024) for quarter in (1, 2, 3, 4))
SENTENCES = (
    "This part is about {topic}.",
    "{department} checks it before the start of every quarter.",
    "Exceptions for {where} need the approval of the country manager.",
    "Figures without a source are not used in reports on {topic}.",
    "Changes take effect two weeks after {department} has published them.",
    "Questions go to the {department} mailbox and are answered within two working days.",
    "Stores keep a printed copy beside the till.",
    "The version before this one stays valid for orders that were placed earlier.",
    "Everything on {topic} that is older than three years is archived.",
    "{where} reports its numbers by the fifth working day.",
)


@dataclass(frozen=True)
class CompanyDocument:
    """One document. `key` and the number of the revision decide its content."""

    key: str
    name: str
    department: str
    topic: str
    where: str

    @property
    def content_type(self) -> str:
        return CONTENT_TYPES[self.name.rpartition(".")[2]]

    def lines(self, revision: int) -> list[str]:
        """The text of the document."""
        draw = random.Random(f"{self.key}:{revision}:text")
        told = {"topic": self.topic, "department": self.department, "where": self.where}
        lines = [draw.choice(SENTENCES).format_map(told) for _ in range(draw.randrange(12, 70))]
        return [f"{number}. {line[0].upper()}{line[1:]}" for number, line in enumerate(lines, start=1)]


@dataclass(frozen=True)
class ContentFacts:
    """Size in bytes and hashes in upper-case hex of a content."""

    size: int
    md5: str
    sha256: str


def make_document(number: int, seed: int, kind: str) -> CompanyDocument:
    """The document of this number; the same for the same seed. `kind` keeps series apart."""
    template, department, topic = SUBJECTS[number % len(SUBJECTS)]
    turn = number // len(SUBJECTS)
    where = words.REGIONS[1 + (turn + number * 5) % (len(words.REGIONS) - 1)]
    when = QUARTERS[(turn + number) % len(QUARTERS)]
    return CompanyDocument(f"{kind}:{seed}:{number}", template.format(when=when, where=where), department, topic, where)


def content_of(document: CompanyDocument, revision: int) -> bytes:
    """The bytes of a revision, made anew on each call."""
    title, lines = document.name.rpartition(".")[0], document.lines(revision)
    draw = random.Random(f"{document.key}:{revision}")
    makers = {
        "csv": lambda: csv_file(lines, draw),
        "json": lambda: json_file(title, lines, draw),
        "pdf": lambda: pdf_file(title, lines),
        "png": lambda: png_file(draw),
        "txt": lambda: text_file(title, lines),
    }
    return makers[document.name.rpartition(".")[2]]()


@lru_cache(maxsize=20_000)
def facts_of(document: CompanyDocument, revision: int) -> ContentFacts:
    """What metadata says of a revision's content."""
    content = content_of(document, revision)
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest().upper()
    return ContentFacts(len(content), md5, hashlib.sha256(content).hexdigest().upper())
