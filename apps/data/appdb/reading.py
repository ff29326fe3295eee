"""Reading the documents that a question asks for, by the list or the query that Domo documents.

Neither has paging in the document, and the list ends at 10,000. So a page of documents is cut out of the one answer
here, and whoever has more is told to narrow the question down.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from apps.data.appdb.fields import holds_words
from apps.data.appdb.meeting import can_tell, meets
from apps.data.appdb.question import Question
from domoadmin.services.client import Client
from domoadmin.services.errors import BadRequest, NotFound, Unprocessable, UpstreamError
from domoadmin.services.resources.appdb import MOST_DOCUMENTS
from domoadmin.services.results.appdb import Document

# What an upstream answers that knows no such operator, or no query at all.
REFUSALS = (BadRequest, NotFound, Unprocessable)


@dataclass(frozen=True)
class Found:
    """Documents that meet a question. read: how many came; complete: whether there can be no more upstream.

    refused: the upstream's words when it refused the query, so that its list was searched instead; left_out: how many
    it gave that do not meet the conditions; untold: an operator that could not be checked here.
    """

    documents: Sequence[Document]
    read: int
    complete: bool
    refused: str = ""
    left_out: int = 0
    untold: str = ""
    request_id: str | None = None

    @property
    def notes(self) -> list[str]:
        """Return in sentences what a person should know of how these were found."""
        found = []
        if self.refused:
            found.append(
                f"The upstream refused the query (“{self.refused}”): DomoAdmin searched its list of documents instead."
            )
        if self.left_out:
            found.append(
                f"The upstream also gave {self.left_out:,} that do not meet the conditions. They are left out here."
            )
        if self.untold:
            found.append(
                f"DomoAdmin does not know {self.untold}: it shows what the upstream found, without checking it."
            )
        if not self.complete:
            found.append(
                f"The answer ends at {MOST_DOCUMENTS:,} documents, Domo’s limit: there may be more. "
                "Narrow the query down to be sure of all."
            )
        return found


def find_documents(client: Client, collection_id: str, question: Question) -> Found:
    """Return all documents that meet the question. Raises UpstreamError."""
    conditions, untold = question.conditions, can_tell(question.conditions)
    refused = ""
    if conditions:
        try:
            listing = client.appdb.query_documents(collection_id, conditions)
        except REFUSALS as error:
            if untold:
                raise
            # NotFound may mean the collection: then the list says so too, and that is raised.
            listing, refused = client.appdb.list_documents(collection_id), _words(error)
    else:
        listing = client.appdb.list_documents(collection_id)
    met = [each for each in listing if untold or meets(each.raw, conditions)]
    documents = [each for each in met if not question.words or holds_words(each.raw, question.words)]
    left_out = 0 if refused else len(listing) - len(met)
    complete = len(listing) < MOST_DOCUMENTS
    return Found(documents, len(listing), complete, refused, left_out, untold, listing.request_id)


@contextmanager
def opened_documents(client: Client, collection_id: str, question: Question) -> Iterator[Iterator[Document]]:
    """Give the same documents one by one while they come, in flat memory. Raises UpstreamError."""
    untold = can_tell(question.conditions)
    conditions = question.conditions or None
    with ExitStack() as stack:
        try:
            documents = stack.enter_context(client.appdb.opened_documents(collection_id, conditions))
        except REFUSALS:
            if not conditions or untold:
                raise
            documents = stack.enter_context(client.appdb.opened_documents(collection_id))
        yield _narrowed(documents, question, untold)


def _narrowed(documents: Iterator[Document], question: Question, untold: str) -> Iterator[Document]:
    for document in documents:
        if not untold and not meets(document.raw, question.conditions):
            continue
        if not question.words or holds_words(document.raw, question.words):
            yield document


def _words(error: UpstreamError) -> str:
    return error.message or str(error)
