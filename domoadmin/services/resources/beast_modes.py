"""Beast Modes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from domoadmin.services.answers import Answer
from domoadmin.services.arguments import Between, Digits, Identifier, Keys, Length
from domoadmin.services.base_client import Resource
from domoadmin.services.errors import InvalidArguments
from domoadmin.services.operations import RetrySafety, operation
from domoadmin.services.paging import Paging
from domoadmin.services.places import Query
from domoadmin.services.request import Expects, Request
from domoadmin.services.results.base import Done, Listing
from domoadmin.services.results.beast_modes import BeastMode, BeastModeStatistics
from domoadmin.services.results.fields import number
from domoadmin.services.roles import Role

BeastModeId = Annotated[Identifier, Digits()]
MOST_RESULTS = 5000
MOST_AT_ONCE = 100
# The only filter that the document shows; without it variables come as well.
NO_VARIABLES: Sequence[Mapping[str, Any]] = ({"field": "notvariable"},)
BY_NAME: Mapping[str, Any] = {"field": "name", "ascending": True}


def _found(answer: Answer) -> Listing[BeastMode]:
    total = number(answer.data, "totalHits", "total") if isinstance(answer.data, dict) else None
    return BeastMode.listing(answer, "results", total=total)


class BeastModes(Resource):
    """Formulas that cards compute over the columns of datasets."""

    @operation(
        id="beast_modes.statistics",
        method="GET",
        path="/api/query/v1/functions/statistics",
        heading="Get Statistics",
    )
    def statistics(self) -> Request[BeastModeStatistics]:
        """Return how many there are, and how many are locked, archived, invalid or have broken links."""
        return Request(parse=BeastModeStatistics.from_answer)

    @operation(
        id="beast_modes.search",
        method="POST",
        path="/api/query/v1/functions/search",
        heading="Get All Beast Modes",
        mutates=False,  # reads, although it is a POST
        paging=Paging(size="limit", place="offset", usual=500, most=MOST_RESULTS),
    )
    def search(
        self,
        name: str | None = None,
        filters: Annotated[Sequence[Mapping[str, Any]], Keys({"field": str})] = NO_VARIABLES,
        sort: Annotated[Mapping[str, Any], Keys({"field": str, "ascending": bool})] = BY_NAME,
        limit: Annotated[int, Between(1, MOST_RESULTS)] = 100,
        offset: Annotated[int, Between(0)] = 0,
    ) -> Request[Listing[BeastMode]]:
        """Return a page of those whose name holds a text, with the total.

        Filters, sort and limit are required upstream, so they are always sent. The expression is not among the
        fields: `get` gives it.
        """
        return Request(parse=_found)

    @operation(
        id="beast_modes.get",
        # The endpoint line lacks the leading slash; the example has it.
        method="GET",
        path="/api/query/v1/functions/template/{beastmode_id}",
        heading="Get Beast Mode by Id",
    )
    def get(self, beastmode_id: BeastModeId) -> Request[BeastMode]:
        """Return one with its expression and what follows from it."""
        return Request(parse=BeastMode.from_answer)

    @operation(
        id="beast_modes.update",
        # The document says PUT and its example of the formula POST: the lock beside it is a PUT in both.
        method="PUT",
        path="/api/query/v1/functions/template/{beastmode_id}",
        heading="Update a Beast Mode",
        reverse="beast_modes.update",
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
        aliases=("beast_modes.update_formula", "beast_modes.lock"),
        presets={"beast_modes.update_formula": {"strict": False}},
    )
    def update(
        self,
        beastmode_id: BeastModeId,
        expression: Annotated[str | None, Length()] = None,
        locked: bool | None = None,
        strict: Annotated[bool | None, Query()] = None,
    ) -> Request[BeastMode]:
        """Change the formula, or lock (True) and unlock (False); return the Beast Mode as it is then.

        Only one of the two at a time. A locked one cannot be altered: unlock it first. `strict` is not described; a
        formula is changed with strict=false, as the document does, unless said otherwise.
        """
        if (expression is None) == (locked is None):
            # Both stand in one PUT: sending what isn't to change could undo what someone else has just done.
            raise InvalidArguments("give either expression or locked", argument="expression")
        lax = False if expression is not None and strict is None else strict
        return Request(parse=BeastMode.from_answer, query={"strict": lax})

    @operation(
        id="beast_modes.bulk_update",
        method="POST",
        path="/api/query/v1/functions/bulk/template",
        heading="Beast modes: POST query/v1/functions/bulk/template",
        documented=False,
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def bulk_update(
        self,
        update: Annotated[Sequence[Mapping[str, Any]], Length(1, MOST_AT_ONCE), Keys({"id": Identifier}, ("id",))],
    ) -> Request[Done]:
        """Write up to 100 templates, e.g. with another owner: send what `search` or `get` gave, changed."""
        return Request(parse=Done.from_answer, expects=Expects.ANYTHING)
