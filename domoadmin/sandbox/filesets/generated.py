"""The FileSets that were there before the first client came, and the files in them."""

from __future__ import annotations

import uuid

from domoadmin.sandbox.company import vocabulary as words
from domoadmin.sandbox.company.documents import CompanyDocument, make_document
from domoadmin.sandbox.company.instance import Company
from domoadmin.sandbox.company.people import DAY_MS
from domoadmin.sandbox.store import Document

NAMESPACE = uuid.UUID("5f1c7f0e-6f2b-4a35-9a0b-6d1a2f3c4b5e")
MOST_OWNERS = 60
# name with {department}, what it holds
THEMES = (
    ("{department} Assets", "Contains {topic} for campaigns and stores"),
    ("{department} Reports", "{department} analysis and reports"),
    ("{department} policies", "Policies in force and their earlier versions"),
    ("{department} contracts", "Signed agreements with partners and suppliers"),
    ("{department} handbook", "How {department} works, for new colleagues and for the assistant"),
)
DIRECTORIES = ("", "reports/quarterly", "reports", "guides", "guides/stores", "archive/2024")
# what the token's owner may do with the FileSets of others
SHARES: tuple[str | None, ...] = ("WRITE", "READ", "READ", None)
CONNECTORS = ("DOMO", "DOMO", "DOMO", "S3", "GOOGLE_DRIVE", "CONFLUENCE")


def fileset_count(company: Company) -> int:
    """How many FileSets there are: about one for every seven people."""
    return company.size.people * 3 // 20


def document_of(company: Company, fileset: int, number: int) -> CompanyDocument:
    """The content of a generated file."""
    return make_document(fileset * 7 + number, company.seed, f"fileset-{fileset}")


def make_filesets(company: Company) -> dict[str, Document]:
    """FileSets by id, each with the `number` that its files are made from."""
    return {_uuid(company, f"{number}"): _fileset(company, number) for number in range(fileset_count(company))}


def _uuid(company: Company, text: str) -> str:
    return str(uuid.uuid5(NAMESPACE, f"{company.seed}:{text}"))


def _fileset(company: Company, number: int) -> Document:
    owner = company.people[0 if number % 2 == 0 else (number * 5 + 4) % min(len(company.people), MOST_OWNERS)]
    # The first ones are Marketing's, whose name the document's example looks for.
    department = words.DEPARTMENTS[(5 + number // 2) % len(words.DEPARTMENTS)]
    name, description = THEMES[number % len(THEMES)]
    created = company.anchor - (number * 53 % 700 + 20) * DAY_MS
    connector = CONNECTORS[number % len(CONNECTORS)]
    context = None if connector == "DOMO" else {"connector": connector, "relativePath": f"halden/{department.lower()}"}
    topic = document_of(company, number, 0).topic
    return {
        "number": number,
        "name": name.format(department=department),
        "description": description.format(department=department, topic=topic),
        "ai": number % 3 != 2,
        "connector": connector,
        "context": context,
        "account": 0 if context is None else 40 + number % 60,
        "created": created,
        "created_by": owner.id,
        "updated": created + (number * 17 % 19) * DAY_MS,
        "updated_by": owner.id,
        "owner": owner.id,
        "share": SHARES[number // 2 % len(SHARES)],
    }


def make_fileset_files(company: Company, fileset: Document) -> dict[str, Document]:
    """The generated files of a FileSet by id."""
    number = fileset["number"]
    files: dict[str, Document] = {}
    taken: set[str] = set()
    for place in range(5 + number * 13 % 31):
        document = document_of(company, number, place)
        directory = DIRECTORIES[(place + number) % len(DIRECTORIES)]
        path = f"{directory}/{document.name}" if directory else document.name
        if path in taken:
            continue
        taken.add(path)
        files[_uuid(company, f"{number}:{place}")] = {
            "path": path,
            "content_type": document.content_type,
            "created": fileset["created"] + place * DAY_MS // 3,
            "created_by": fileset["created_by"],
            "made": [number, place],
        }
    return files
