"""Addresses of the slice domains, below /c/<connection>/governance/. Ids stand behind d/, apart from words."""

from django.urls import path

from apps.governance.domains import creating, editing, limits_below, moving, removing, views

urlpatterns = [
    path("domains/", views.domains_list, name="domains_list"),
    path("domains/tree/", views.tree, name="domains_tree"),
    path("domains/tree/top/", views.top_branch, name="domains_top"),
    path("domains/found/", views.found, name="domains_found"),
    path("domains/topmost/", views.top_panel, name="domains_topmost"),
    # First, since two of its parts are called as panels are.
    path("domains/d/<path:domain_id>/edit/<slug:section>/", editing.edit, name="domain_edit"),
    path("domains/d/<path:domain_id>/tree/", views.tree, name="domain_tree"),
    path("domains/d/<path:domain_id>/branch/", views.branch, name="domain_branch"),
    path("domains/d/<path:domain_id>/below/", views.below, name="domain_below"),
    path("domains/d/<path:domain_id>/below/more/", views.below_more, name="domain_below_more"),
    path("domains/d/<path:domain_id>/limits/", views.limits, name="domain_limits"),
    path("domains/d/<path:domain_id>/limits-below/", limits_below.limits_below, name="domain_limits_below"),
    path("domains/d/<path:domain_id>/export.csv", views.export, name="domain_export"),
    path("domains/d/<path:domain_id>/new/", creating.create, name="domain_create"),
    path("domains/d/<path:domain_id>/move/", moving.move, name="domain_move"),
    path("domains/d/<path:domain_id>/move/places/", moving.places, name="domain_places"),
    path("domains/d/<path:domain_id>/remove/", removing.remove, name="domain_remove"),
    # Last: an id may hold what looks like further steps.
    path("domains/d/<path:domain_id>/", views.domain_show, name="domain_show"),
]
