"""Addresses of the slice, below /c/<connection>/governance/. Beast Modes."""

from django.urls import path

from apps.governance.beast_modes import changes, detail, group, views

urlpatterns = [
    path("beast-modes/", views.beast_modes_list, name="beast_modes_list"),
    path("beast-modes/export.csv", views.export, name="beast_modes_export"),
    path("beast-modes/statistics/", views.statistics, name="beast_modes_statistics"),
    path("beast-modes/statistics/figures/", views.figures, name="beast_modes_figures"),
    path("beast-modes/duplicates/", views.duplicates, name="beast_modes_duplicates"),
    path("beast-modes/duplicates/export.csv", views.duplicates_export, name="beast_modes_duplicates_export"),
    path("beast-modes/duplicates/look/", views.look, name="beast_modes_look"),
    path("beast-modes/duplicates/<slug:fingerprint>/", group.group, name="beast_modes_group"),
    path("beast-modes/<str:beast_mode_id>/", detail.beast_mode_show, name="beast_mode_show"),
    path("beast-modes/<str:beast_mode_id>/panels/links/", detail.links, name="beast_mode_links"),
    path("beast-modes/<str:beast_mode_id>/lock/", changes.lock, name="beast_mode_lock"),
    path("beast-modes/<str:beast_mode_id>/unlock/", changes.unlock, name="beast_mode_unlock"),
    path("beast-modes/<str:beast_mode_id>/edit/", changes.edit, name="beast_mode_edit"),
    path("beast-modes/<str:beast_mode_id>/edit/send/", changes.edit_send, name="beast_mode_edit_send"),
]
