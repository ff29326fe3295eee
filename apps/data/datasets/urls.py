"""Addresses of the datasets."""

from django.urls import path

from apps.data.datasets import access, ahead, changes, dependencies, home, index, panels, tags, use_panels, views

urlpatterns = [
    path("datasets/", views.datasets_list, name="datasets_list"),
    path("datasets/export.csv", views.export, name="datasets_export"),
    path("datasets/owners/", views.owners, name="datasets_owners"),
    path("datasets/groups/", access.groups, name="datasets_groups"),
    path("datasets/health/", home.health, name="datasets_health"),
    path("datasets/<str:dataset_id>/", views.dataset_show, name="dataset_show"),
    path("datasets/<str:dataset_id>/panels/schema/", panels.schema, name="dataset_schema"),
    path("datasets/<str:dataset_id>/panels/preview/", panels.preview, name="dataset_preview"),
    path("datasets/<str:dataset_id>/panels/access/", access.access, name="dataset_access"),
    path("datasets/<str:dataset_id>/panels/versions/", panels.versions, name="dataset_versions"),
    path("datasets/<str:dataset_id>/panels/cards/", use_panels.cards, name="dataset_cards"),
    path("datasets/<str:dataset_id>/panels/jobs/", panels.jobs, name="dataset_jobs"),
    path("datasets/<str:dataset_id>/panels/columns/", panels.columns, name="dataset_columns"),
    path("datasets/<str:dataset_id>/panels/index/", index.index_panel, name="dataset_index"),
    path("datasets/<str:dataset_id>/panels/beast-modes/", use_panels.beast_modes, name="dataset_beast_modes"),
    path("datasets/<str:dataset_id>/panels/activity/", use_panels.activity, name="dataset_activity"),
    path("datasets/<str:dataset_id>/panels/records/", use_panels.records, name="dataset_records"),
    path("datasets/<str:dataset_id>/formula/<str:beast_mode_id>/", use_panels.formula, name="dataset_formula"),
    path("datasets/<str:dataset_id>/access/share/", access.share, name="dataset_share"),
    path("datasets/<str:dataset_id>/access/revoke/", access.revoke, name="dataset_revoke"),
    path("datasets/<str:dataset_id>/tags/", tags.tags, name="dataset_tags"),
    path("datasets/<str:dataset_id>/certify/", changes.certify, name="dataset_certify"),
    path("datasets/<str:dataset_id>/decertify/", changes.decertify, name="dataset_decertify"),
    path("datasets/<str:dataset_id>/index/", index.index_now, name="dataset_index_now"),
    path("datasets/<str:dataset_id>/index/progress/", index.progress, name="dataset_index_progress"),
    path("datasets/<str:dataset_id>/begun/<str:token>/<str:key>/", ahead.begun_panel, name="dataset_begun"),
    path("datasets/<str:dataset_id>/dependents/", dependencies.dependents, name="dataset_dependents"),
    path("datasets/<str:dataset_id>/dependencies/", dependencies.dependencies, name="dataset_dependencies"),
]
