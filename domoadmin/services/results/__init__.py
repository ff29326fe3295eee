"""Typed results. Each keeps the raw answer, so that a field without a name here can still be read."""

from domoadmin.services.results.base import Done, Listing, Result
from domoadmin.services.results.certification import Certification
from domoadmin.services.results.datasets import Card, Column, Dataset, Owner, Permission, Schema
from domoadmin.services.results.domains import Domain, DomainPage
from domoadmin.services.results.domoscio import KnowledgeGraph
from domoadmin.services.results.people import Authority, Group, MissingAuthority, UpstreamRole, User, WhoAmI
from domoadmin.services.results.search import SearchHit, SearchPage
from domoadmin.services.results.uploads import DataVersion, IndexRequest, IndexStatus, QueryResult, Upload

__all__ = [
    "Authority",
    "Card",
    "Certification",
    "Column",
    "DataVersion",
    "Dataset",
    "Domain",
    "DomainPage",
    "Done",
    "Group",
    "IndexRequest",
    "IndexStatus",
    "KnowledgeGraph",
    "Listing",
    "MissingAuthority",
    "Owner",
    "Permission",
    "QueryResult",
    "Result",
    "Schema",
    "SearchHit",
    "SearchPage",
    "Upload",
    "UpstreamRole",
    "User",
    "WhoAmI",
]
