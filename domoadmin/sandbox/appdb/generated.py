"""The collections that were there before the first client came, and their documents."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from domoadmin.sandbox.company import vocabulary as words
from domoadmin.sandbox.company.instance import Company
from domoadmin.sandbox.company.people import DAY_MS
from domoadmin.sandbox.store import Document

NAMESPACE = uuid.UUID("c2a4a0c4-3a3e-4c55-8f2b-0f6c9f0b9d11")
Make = Callable[[Company, random.Random], dict[str, Any]]


@dataclass(frozen=True)
class CollectionKind:
    """A collection of a custom app. `owner` is a place among the people; `share` what the token's owner may do."""

    name: str
    app: str
    owner: int
    share: str | None
    documents: int
    synced: bool
    columns: tuple[tuple[str, str], ...]
    make: Make


def _person(company: Company, draw: random.Random) -> str:
    return company.people[draw.randrange(min(len(company.people), 60))].id


def _store(draw: random.Random) -> str:
    return f"{draw.choice(('DE', 'SE', 'FR', 'NL', 'US', 'NO'))}-{draw.randrange(160):04d}"


def _day(company: Company, draw: random.Random, most: int) -> str:
    moment = datetime.fromtimestamp((company.anchor - draw.randrange(most) * DAY_MS) / 1000, UTC)
    return moment.date().isoformat()


def _visit(company: Company, draw: random.Random) -> dict[str, Any]:
    return {
        "userId": _person(company, draw),
        "store": _store(draw),
        "visitedOn": _day(company, draw, 200),
        "rating": draw.randrange(1, 6),
        "note": draw.choice(
            ("Windows renewed", "Signs missing at the fitting rooms", "Shoe wall is empty", "All good")
        ),
        "photos": [f"/domo/data-files/v1/{401 + draw.randrange(20)}" for _ in range(draw.randrange(3))],
    }


def _approval(company: Company, draw: random.Random) -> dict[str, Any]:
    return {
        "article": f"{draw.choice(('TNT-3P', 'STV-GAS', 'JKT-W', 'PCK-45L'))}-{draw.randrange(900):03d}",
        "market": draw.choice(words.REGIONS[1:]),
        "discount": draw.choice((10, 15, 20, 25, 30, 40, 50)),
        "status": draw.choice(("requested", "approved", "approved", "rejected")),
        "requestedBy": _person(company, draw),
        "decision": {"by": _person(company, draw), "on": _day(company, draw, 90)},
    }


def _claim(company: Company, draw: random.Random) -> dict[str, Any]:
    return {
        "claim": f"W-{draw.randrange(10_000, 99_999)}",
        "category": draw.choice(("Tents", "Footwear", "Jackets", "Packs", "Cooking")),
        "decision": draw.choice(("repair", "replace", "refund", "open")),
        "cost": round(draw.random() * 180, 2),
        "checkedBy": _person(company, draw),
    }


def _setting(company: Company, draw: random.Random) -> dict[str, Any]:
    favourites = draw.sample(words.DEPARTMENTS, 3)
    theme = draw.choice(("light", "dark"))
    return {"userId": _person(company, draw), "theme": theme, "favourites": favourites, "pageSize": 50}


def _incident(company: Company, draw: random.Random) -> dict[str, Any]:
    return {
        "store": _store(draw),
        "till": draw.randrange(1, 9),
        "code": draw.choice(("E-17", "E-42", "PAPER", "NET", "DRAWER")),
        "minutes": draw.randrange(1, 240),
        "solved": draw.random() > 0.08,
        "day": _day(company, draw, 400),
    }


def _review(company: Company, draw: random.Random) -> dict[str, Any]:
    return {"userId": _person(company, draw), "cycle": "FY26", "stage": draw.choice(("self", "manager", "closed"))}


def _checkout(company: Company, draw: random.Random) -> dict[str, Any]:
    out = draw.randrange(120)
    taken = company.anchor - out * DAY_MS - draw.randrange(8, 18) * 3_600_000
    due = datetime.fromtimestamp((taken + draw.choice((3, 7, 14, 30)) * DAY_MS) / 1000, UTC).date()
    returned = out > 40 or draw.random() > 0.5
    item = draw.choice(
        ("Handheld scanner", "Label printer", "Demo tent Tindra 3P", "Ski boot warmer", "Projector", "Counting scale")
    )
    return {
        "asset": f"EQ-{draw.randrange(1000, 1400)}",
        "item": item,
        "store": _store(draw),
        "borrower": {
            "userId": _person(company, draw),
            "phone": f"+47 22 {draw.randrange(10, 99)} {draw.randrange(9999):04d}",
        },
        "takenOn": iso(taken),
        "dueOn": due.isoformat(),
        "returned": returned,
        "condition": draw.choice(("good", "good", "good", "worn", "damaged")) if returned else None,
        "deposit": draw.choice((0, 0, 150, 300)),
    }


def _feedback(company: Company, draw: random.Random) -> dict[str, Any]:
    score = draw.choice((1, 2, 3, 4, 4, 5, 5, 5))
    words = {
        1: "Waited twenty minutes at the till, nobody came.",
        2: "The boots that I had reserved were gone.",
        3: "Fine. The fitting rooms could be cleaner.",
        4: "Good advice on sleeping bags, thank you!",
        5: "Marta found the right pack in five minutes \U0001f44d",
    }
    feedback: dict[str, Any] = {
        "form": draw.choice(("store-visit", "online-order", "repair")),
        "score": score,
        "comment": words[score],
        "answeredOn": _day(company, draw, 60),
        "tags": draw.sample(("staff", "waiting", "stock", "price", "cleanliness", "delivery"), draw.randrange(3)),
        "followUp": {"wanted": score <= 2, "by": _person(company, draw) if score <= 2 else None},
    }
    if draw.random() < 0.1:
        # an older version of the app wrote the score as text
        feedback["score"] = str(score)
    return feedback


VISIT_COLUMNS = (
    ("userId", "STRING"),
    ("store", "STRING"),
    ("visitedOn", "DATE"),
    ("rating", "LONG"),
    ("note", "STRING"),
)
COLLECTIONS = (
    CollectionKind("StoreVisits", "Store visit notes", 0, None, 180, True, VISIT_COLUMNS, _visit),
    CollectionKind(
        "MarkdownApprovals",
        "Markdown approvals",
        0,
        None,
        96,
        True,
        (("article", "STRING"), ("market", "STRING"), ("discount", "LONG"), ("status", "STRING")),
        _approval,
    ),
    # its owner has left
    CollectionKind("WarrantyDecisions", "Warranty desk", 11, "write", 240, False, (), _claim),
    CollectionKind("UserSettings", "Store visit notes", 0, None, 40, False, (), _setting),
    # more than a list answers with
    CollectionKind("TillIncidents", "Till incidents", 3, "write", 12_400, True, (("store", "STRING"),), _incident),
    CollectionKind("AssortmentComments", "Assortment board", 6, "read", 64, False, (), _visit),
    CollectionKind("ReviewCycle", "People reviews", 8, "", 30, False, (), _review),
    CollectionKind(
        "EquipmentCheckouts",
        "Equipment check-out",
        0,
        None,
        320,
        True,
        (
            ("asset", "STRING"),
            ("item", "STRING"),
            ("store", "STRING"),
            ("takenOn", "DATETIME"),
            ("dueOn", "DATE"),
            ("returned", "STRING"),
        ),
        _checkout,
    ),
    CollectionKind("FeedbackForms", "Customer feedback", 0, None, 540, False, (), _feedback),
)


def iso(moment: int) -> str:
    """Epoch milliseconds as the text of these answers."""
    return datetime.fromtimestamp(moment / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _uuid(company: Company, text: str) -> str:
    return str(uuid.uuid5(NAMESPACE, f"{company.seed}:{text}"))


def make_collections(company: Company) -> dict[str, Document]:
    """Collections by id; `kind` is the place in COLLECTIONS."""
    collections: dict[str, Document] = {}
    for place, kind in enumerate(COLLECTIONS):
        created = company.anchor - (420 - place * 41) * DAY_MS
        collections[_uuid(company, kind.name)] = {
            "kind": place,
            "name": kind.name,
            "app": kind.app,
            "datastore": _uuid(company, f"datastore {kind.app}"),
            "owner": company.people[kind.owner].id,
            "share": kind.share,
            "columns": [{"type": type_, "name": name, "visible": True} for name, type_ in kind.columns],
            "synced": kind.synced,
            "created": created,
            "updated": created + 30 * DAY_MS,
            "updated_by": company.people[kind.owner].id,
            "permissions": {_uuid(company, f"proxy {kind.app}"): ["read", "create_content", "read_content"]},
        }
    return collections


def make_documents(company: Company, collection: Document) -> dict[str, Document]:
    """The documents of a generated collection by id, oldest first; a client's own begins empty."""
    if collection["kind"] is None:
        return {}
    kind = COLLECTIONS[collection["kind"]]
    draw = random.Random(f"{company.seed}:{kind.name}")
    span = company.anchor - collection["created"]
    documents: dict[str, Document] = {}
    for place in range(kind.documents):
        created = collection["created"] + span * place // kind.documents
        author = _person(company, draw)
        documents[_uuid(company, f"{kind.name}:{place}")] = {
            "owner": author,
            "created": created,
            "updated": created + (draw.randrange(20) * 3_600_000 if place % 3 == 0 else 0),
            "updated_by": author,
            "content": kind.make(company, draw),
        }
    return documents
