"""AppDB: documents and collections. Their shapes aren't documented; public clients show the fields named here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from domoadmin.services.answers import Answer
from domoadmin.services.results.base import Listing, Result
from domoadmin.services.results.fields import Raw, flag, identifier, mapping, mappings, moment, number, text


@dataclass(frozen=True, kw_only=True)
class Document(Result):
    """A document: `content` is the JSON of the app, everything else is kept by AppDB."""

    id: str
    collection_id: str
    datastore_id: str
    content: Raw
    owner_id: str
    created: datetime | None
    updated: datetime | None
    updated_by: str
    sync_required: bool | None

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read a document."""
        return cls(
            id=identifier(raw, "id", "documentId"),
            collection_id=identifier(raw, "collectionId"),
            datastore_id=identifier(raw, "datastoreId"),
            content=mapping(raw, "content"),
            owner_id=identifier(raw, "owner", "createdBy"),
            created=moment(raw, "createdOn"),
            updated=moment(raw, "updatedOn"),
            updated_by=identifier(raw, "updatedBy"),
            sync_required=flag(raw, "syncRequired"),
            raw=raw,
            request_id=request_id,
        )

    @classmethod
    def tolerant(cls, answer: Answer) -> Self:
        """Read a document from an answer that may be empty, since none is documented."""
        return cls.from_raw(_object(answer), answer.request_id)

    @classmethod
    def documents(cls, answer: Answer) -> Listing[Self]:
        """Read documents: a list, a list inside an object, one document, or nothing."""
        if not answer.data:
            return Listing(request_id=answer.request_id)
        # The query is said to retrieve "a specific document": one alone would be no surprise.
        if isinstance(answer.data, Mapping) and "content" in answer.data:
            return Listing([cls.from_answer(answer)], request_id=answer.request_id)
        return cls.listing(answer, "documents", "data")


@dataclass(frozen=True, kw_only=True)
class Collection(Result):
    """A collection of documents. `columns` are (name, type) of the dataset that it is synchronised to."""

    id: str
    name: str
    datastore_id: str
    owner_id: str
    sync_enabled: bool | None
    columns: tuple[tuple[str, str], ...]
    created: datetime | None
    updated: datetime | None

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read a collection."""
        return cls(
            id=identifier(raw, "id", "collectionId"),
            name=text(raw, "name", "collectionName"),
            datastore_id=identifier(raw, "datastoreId"),
            owner_id=identifier(raw, "owner"),
            sync_enabled=flag(raw, "syncEnabled"),
            columns=tuple(
                (text(column, "name"), text(column, "type")) for column in mappings(mapping(raw, "schema"), "columns")
            ),
            created=moment(raw, "createdOn"),
            updated=moment(raw, "updatedOn"),
            raw=raw,
            request_id=request_id,
        )

    @classmethod
    def tolerant(cls, answer: Answer) -> Self:
        """Read a collection from an answer that may be empty, since none is documented."""
        return cls.from_raw(_object(answer), answer.request_id)


@dataclass(frozen=True, kw_only=True)
class Deletion(Result):
    """What a bulk delete did. `deleted` is how many documents went; None when the answer doesn't say."""

    deleted: int | None

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read the number of deleted documents."""
        return cls(deleted=number(raw, "Deleted", "deleted"), raw=raw, request_id=request_id)

    @classmethod
    def tolerant(cls, answer: Answer) -> Self:
        """Read an answer that may be empty, since none is documented."""
        return cls.from_raw(_object(answer), answer.request_id)


def _object(answer: Answer) -> Raw:
    data: Any = answer.data
    return data if isinstance(data, Mapping) else {}
