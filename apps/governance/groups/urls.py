"""Addresses of the slice, below /c/<connection>/governance/. Groups."""

from django.urls import path

from apps.governance.groups import changing, comparing, list_views, views

urlpatterns = [
    path("groups/", views.groups_list, name="groups_list"),
    path("groups/export.csv", views.export, name="groups_export"),
    path("groups/new/", changing.create, name="group_create"),
    path("groups/people/", views.people_suggested, name="group_people"),
    path("groups/suggestions/", views.groups_suggested, name="group_suggestions"),
    path("groups/compare/", comparing.compare, name="groups_compare"),
    path("groups/compare/add/", comparing.add_missing, name="groups_add_missing"),
    path("groups/<str:group_id>/", views.group_show, name="group_show"),
    path("groups/<str:group_id>/about/", views.about, name="group_about"),
    path("groups/<str:group_id>/removals/", views.removals_panel, name="group_removals"),
    path("groups/<str:group_id>/put-back/", changing.put_back, name="group_put_back"),
    path("groups/<str:group_id>/members.csv", views.members_export, name="group_members_export"),
    path("groups/<str:group_id>/add/", changing.add, name="group_add"),
    path("groups/<str:group_id>/list/", list_views.group_list, name="group_list"),
    path("groups/<str:group_id>/remove/", changing.remove_selected, name="group_remove_selected"),
    path("groups/<str:group_id>/remove/<str:user_id>/", changing.remove, name="group_remove"),
]
