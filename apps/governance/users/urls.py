"""Addresses of the slice, below /c/<connection>/governance/. Users."""

from django.urls import path

from apps.governance.users import changes, panels, views

urlpatterns = [
    path("users/", views.users_list, name="users_list"),
    path("users/export.csv", views.export, name="users_export"),
    path("users/suggest/", views.suggest, name="users_suggest"),
    path("users/new/", changes.create, name="users_create"),
    path("users/<str:user_id>/", views.show, name="users_show"),
    path("users/<str:user_id>/role/", changes.change_role, name="users_role"),
    path("users/<str:user_id>/panels/attributes/", panels.attributes, name="users_attributes"),
    path("users/<str:user_id>/panels/groups/", panels.groups, name="users_groups"),
    path("users/<str:user_id>/panels/owned/", panels.owned, name="users_owned"),
    path("users/<str:user_id>/panels/activity/", panels.activity, name="users_activity"),
]
