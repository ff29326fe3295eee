"""Addresses of the slice, below /c/<connection>/governance/. Pages."""

from django.urls import path

from apps.governance.pages import changes, panels, views

urlpatterns = [
    path("pages/", views.tree, name="pages_tree"),
    path("pages/list/", views.pages_list, name="pages_list"),
    path("pages/export.csv", views.export, name="pages_export"),
    path("pages/create/", changes.create, name="page_create"),
    path("pages/targets/", views.targets, name="pages_targets"),
    path("pages/people/", views.people, name="pages_people"),
    path("pages/<str:page_id>/", views.page_show, name="page_show"),
    path("pages/<str:page_id>/branch/", views.branch, name="pages_branch"),
    path("pages/<str:page_id>/move/", changes.move, name="page_move"),
    path("pages/<str:page_id>/panels/cards/", panels.cards, name="page_cards"),
    path("pages/<str:page_id>/panels/subpages/", panels.subpages, name="page_subpages"),
    path("pages/<str:page_id>/panels/access/", panels.access, name="page_access"),
]
