"""The names that the search uses for what the dataset list filters, sorts and counts.

The document names only databaseId; the others are what real clients send (reference, facts.md 1.5). They stand here
alone, so that a name that changes is changed once.
"""

from __future__ import annotations

NAME = "name_sort"
ID = "databaseId"
OWNER_ID = "owned_by_id"
OWNER_NAME = "owned_by_name"
TYPE = "dataprovidername_facet"
KIND = "type"
TAG = "tags"
CERTIFICATION = "certification.state"
ROWS = "row_count"
CARDS = "card_count"
UPDATED = "last_updated"
CREATED = "create_date"

# Facets: groupings with counts. Asked for by the names on the left, answered under them.
FACET_TYPE = "DATAPROVIDERNAME"
FACET_KIND = "DATASET_TYPE"
FACET_TAG = "TAGS"
FACET_CERTIFICATION = "CERTIFICATION"
FACETS = [FACET_TYPE, FACET_KIND, FACET_TAG, FACET_CERTIFICATION]
FACET_LIMIT = 100
