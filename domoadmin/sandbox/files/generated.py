"""The files that were there before the first client came."""

from __future__ import annotations

from domoadmin.sandbox.company.documents import CompanyDocument, make_document
from domoadmin.sandbox.company.instance import Company
from domoadmin.sandbox.company.people import DAY_MS, Person
from domoadmin.sandbox.files.grants import FULL, grant_entry
from domoadmin.sandbox.store import Document

FIRST_FILE = 401
FIRST_REVISION = 430
MOST_REVISIONS = 4
MOST_OWNERS = 60


def file_count(company: Company) -> int:
    """How many files there are: about one for every three people."""
    return company.size.people * 3 // 10


def document_of(company: Company, number: int) -> CompanyDocument:
    """The content of the generated file of this number."""
    return make_document(number, company.seed, "file")


def make_files(company: Company) -> dict[str, Document]:
    """Files by id. The token's owner has every third; some owners have left; some files are private."""
    return {str(FIRST_FILE + number): _file(company, number) for number in range(file_count(company))}


def _file(company: Company, number: int) -> Document:
    people = company.people
    owner = people[0] if number % 3 == 0 else people[(number * 7 + 3) % min(len(people), MOST_OWNERS)]
    created = company.anchor - (number * 37 % 900 + 12) * DAY_MS
    document = document_of(company, number)
    return {
        "name": document.name,
        "description": f"{document.department}: {document.topic}",
        "owner": owner.id,
        "created": created,
        "public": number % 5 != 4,
        "entries": _entries(company, number, owner),
        "revisions": [_revision(company, number, turn, owner, created) for turn in range(1 + number % MOST_REVISIONS)],
    }


def _entries(company: Company, number: int, owner: Person) -> list[Document]:
    entries = [grant_entry("USER", owner.id)]
    colleague = company.people[(number * 11 + 5) % len(company.people)]
    if number % 2 and colleague.id not in (owner.id, company.people[0].id):
        entries.append(grant_entry("USER", colleague.id, "READ_WRITE"))
    if number % 7 == 2:
        entries.append(grant_entry("GROUP", company.groups[number % len(company.groups)].id, "READ"))
    if number % 15 == 14:  # shared with the token's owner, for reading and writing
        entries.append(grant_entry("USER", company.people[0].id, FULL if number % 2 else "READ_WRITE"))
    return entries


def _revision(company: Company, number: int, turn: int, owner: Person, created: int) -> Document:
    # The name of a file tells its content type, which its revisions share.
    return {
        "id": FIRST_REVISION + number * MOST_REVISIONS + turn,
        "content_type": document_of(company, number).content_type,
        "user": owner.id,
        "took": 90 + (number * 53 + turn * 31) % 300,
        "uploaded": created + turn * 5 * DAY_MS // 2,
        # one file of the company never passed the scan
        "scan": "UNSAFE" if number == 11 and turn == 3 else "SAFE",
        "made": [number, turn],
    }
