"""The least call of each operation on datasets, and what its documents have in common."""

from __future__ import annotations

from typing import Any

COLUMNS = [{"name": "n", "id": "n", "type": "LONG", "visible": True, "order": 0}]
ROWS = [b"1,x\n"]
DATASET = {"dataset_id": "d1"}
PARTITION = {**DATASET, "dataset_partition_id": "2024-01"}

CALLS: dict[str, dict[str, Any]] = {
    "datasets.list_permissions": DATASET,
    "datasets.create_upload": DATASET,
    "datasets.upload_part": {**DATASET, "upload_id": 10, "part": 1, "body": lambda: iter(ROWS)},
    "datasets.commit_upload": {**DATASET, "upload_id": 10, "action": "APPEND", "index": True},
    "datasets.list_data_versions": DATASET,
    "datasets.list_partitions": DATASET,
    "datasets.search_partitions": DATASET,
    "datasets.hydrate_data_versions": DATASET,
    "datasets.delete_data_version": PARTITION,
    "datasets.delete_partition_tag": PARTITION,
    "datasets.index": DATASET,
    "datasets.reindex": DATASET,
    "datasets.index_progress": {**DATASET, "index_id": "i1"},
    "datasets.create_copy": {"name": "Orders", "columns": [{"type": "STRING", "name": "Friend"}]},
    "datasets.get_schema": DATASET,
    "datasets.alter_schema": {**DATASET, "columns": COLUMNS},
    "datasets.list_cards": DATASET,
    "datasets.change_properties": {**DATASET, "data_provider_type": "domo-jupyterdata"},
    "datasets.revoke_access": {**DATASET, "user_id": 7},
    "datasets.remove_user": {**DATASET, "user_id": 7},
    "datasets.remove_users": {**DATASET, "users": [{"id": 7, "type": "USER"}]},
    "datasets.share": {**DATASET, "permissions": [{"id": 7, "type": "USER", "accessLevel": "CO_OWNER"}]},
    "datasets.create_tag": {**DATASET, "tags": ["a"]},
}
NO_HEADER = "the example shows no authentication header"
SESSION_HEADER = "the example authenticates with x-domo-authentication"
# How the examples of these entries leave the token out, or put another in its place.
WITHOUT_TOKEN = {
    "datasets.create_upload": "CSV stages show no authentication header",
    "datasets.get_schema": SESSION_HEADER,
    "datasets.alter_schema": SESSION_HEADER,
    **{
        f"datasets.{name}": NO_HEADER
        for name in [
            "list_permissions",
            "upload_part",
            "commit_upload",
            "list_data_versions",
            "list_partitions",
            "search_partitions",
            "hydrate_data_versions",
            "delete_data_version",
            "delete_partition_tag",
            "index",
            "reindex",
            "index_progress",
            "create_copy",
            "list_cards",
            "change_properties",
        ]
    },
}
# These answer a list; an answer of the others tells nothing that has to be there.
LISTS = {
    f"datasets.{name}"
    for name in ("list_data_versions", "list_partitions", "search_partitions", "hydrate_data_versions")
}
WITHOUT_ANSWER = {
    "datasets.index": "the answer, which must carry the index id",
    **{
        f"datasets.{name}": "no answer is documented"
        for name in [
            "upload_part",
            "commit_upload",
            "list_data_versions",
            "list_partitions",
            "search_partitions",
            "hydrate_data_versions",
            "delete_data_version",
            "delete_partition_tag",
            "reindex",
            "index_progress",
            "create_copy",
            "alter_schema",
            "change_properties",
        ]
    },
}
WRAPPED = {
    f"datasets.{name}": "the example answer {"
    for name in ("revoke_access", "remove_user", "remove_users", "share", "create_tag")
}
