"""Addresses of the slice appdb, below /c/<connection>/data/."""

from django.urls import path

from apps.data.appdb import creating, documents, editing, job_pages, permissions, schema_views, views

urlpatterns = [
    path("appdb/", views.collections, name="appdb_collections"),
    path("appdb/open/", views.open_collection, name="appdb_open"),
    path("appdb/new/", creating.create_collection, name="appdb_create_collection"),
    path("appdb/jobs/<uuid:job_id>/", job_pages.check, name="appdb_job"),
    path("appdb/jobs/<uuid:job_id>/progress/", job_pages.progress, name="appdb_job_progress"),
    path("appdb/jobs/<uuid:job_id>/start/", job_pages.start, name="appdb_job_start"),
    path("appdb/jobs/<uuid:job_id>/copy.jsonl", job_pages.copy, name="appdb_job_copy"),
    path("appdb/<str:collection_id>/", views.documents, name="appdb_documents"),
    path("appdb/<str:collection_id>/export.jsonl", views.export, name="appdb_export"),
    path("appdb/<str:collection_id>/export.csv", views.export_csv, name="appdb_export_csv"),
    path("appdb/<str:collection_id>/delete/", job_pages.begin_delete, name="appdb_delete_documents"),
    path("appdb/<str:collection_id>/import/", job_pages.import_documents, name="appdb_import"),
    path("appdb/<str:collection_id>/schema/", schema_views.schema, name="appdb_schema"),
    path("appdb/<str:collection_id>/schema/sync/", schema_views.sync, name="appdb_sync"),
    path("appdb/<str:collection_id>/permissions/", permissions.permissions, name="appdb_permissions"),
    path("appdb/<str:collection_id>/permissions/edit/", permissions.edit, name="appdb_permissions_edit"),
    path("appdb/<str:collection_id>/documents/new/", editing.create, name="appdb_document_create"),
    path("appdb/<str:collection_id>/documents/<str:document_id>/", documents.show, name="appdb_document"),
    path("appdb/<str:collection_id>/documents/<str:document_id>/edit/", editing.edit, name="appdb_document_edit"),
    path(
        "appdb/<str:collection_id>/documents/<str:document_id>/delete/",
        documents.delete,
        name="appdb_document_delete",
    ),
]
