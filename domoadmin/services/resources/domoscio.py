"""Domoscio API. Its document describes one operation and gives no path: that comes from its public clients.

The base URL of the connection ends with /v2/instances/{instance id}, or whatever stands before the resources.
"""

from __future__ import annotations

from typing import Annotated

from domoadmin.services.arguments import Between
from domoadmin.services.base_client import Resource
from domoadmin.services.operations import RetrySafety, operation
from domoadmin.services.paging import Paging
from domoadmin.services.places import Query
from domoadmin.services.request import Expects, Request
from domoadmin.services.results import KnowledgeGraph, Listing
from domoadmin.services.results.fields import number
from domoadmin.services.roles import Role


class Domoscio(Resource):
    """Knowledge graphs."""

    @operation(
        id="domoscio.list_knowledge_graphs",
        method="GET",
        path="/knowledge_graphs",
        heading="Domoscio: resources",
        documented=False,
        # Its gem asks for 2,000 a page.
        paging=Paging(size="per_page", place="page", style="page", usual=500, most=2000),
    )
    def list_knowledge_graphs(
        self,
        page: Annotated[int | None, Between(1)] = None,
        per_page: Annotated[int | None, Between(1), Query("per_page")] = None,
        sort_by: Annotated[str | None, Query("sort_by")] = None,
    ) -> Request[Listing[KnowledgeGraph]]:
        """Return a page of knowledge graphs with the total. `sort_by` is an attribute with .asc or .desc."""
        # The total comes in a header.
        return Request(
            parse=lambda answer: KnowledgeGraph.listing(
                answer, "knowledge_graphs", total=number(answer.headers, "total")
            )
        )

    @operation(
        id="domoscio.create_knowledge_graph",
        method="POST",
        path="/knowledge_graphs",
        heading="Create KnowledgeGraph",
        role=Role.ADMIN,
        # No way back is documented. The list tells by the uid whether it happened.
        retry_safety=RetrySafety.VERIFIABLE,
    )
    def create_knowledge_graph(self, name: str | None = None, uid: str | None = None) -> Request[KnowledgeGraph]:
        """Add a knowledge graph, the top of all nodes and edges; it can't be undone.

        Which field is required isn't documented; an absent one may be refused (400). A uid that exists already is
        refused as Unprocessable (422). The answer isn't documented: what it doesn't tell is empty.
        """
        return Request(parse=KnowledgeGraph.created_by, expects=Expects.ANYTHING)
