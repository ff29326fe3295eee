"""Addresses of the slice, below /c/<connection>/governance/. Users."""

from django.urls import path

from apps.governance.users import changes, copy_views, import_views, panels, plan_views, role_difference, views

urlpatterns = [
    path("users/", views.users_list, name="users_list"),
    path("users/export.csv", views.export, name="users_export"),
    path("users/suggest/", views.suggest, name="users_suggest"),
    path("users/new/", changes.create, name="users_create"),
    path("users/import/", import_views.choose, name="users_import"),
    path("users/import/sample.csv", import_views.sample, name="users_import_sample"),
    path("users/plans/<uuid:job_id>/", plan_views.plan, name="users_plan"),
    path("users/plans/<uuid:job_id>/progress/", plan_views.progress, name="users_plan_progress"),
    path("users/plans/<uuid:job_id>/start/", plan_views.start, name="users_plan_start"),
    path("users/plans/<uuid:job_id>/again/", plan_views.again, name="users_plan_again"),
    path("users/plans/<uuid:job_id>/leave-out/", plan_views.leave_out_one, name="users_plan_leave_out"),
    path("users/plans/<uuid:job_id>/set-aside.csv", plan_views.set_aside, name="users_import_set_aside"),
    path("users/<str:user_id>/", views.show, name="users_show"),
    path("users/<str:user_id>/role/", changes.change_role, name="users_role"),
    path("users/<str:user_id>/role/difference/", role_difference.show, name="users_role_difference"),
    path("users/<str:user_id>/copy/", copy_views.choose, name="users_copy"),
    path("users/<str:user_id>/panels/attributes/", panels.attributes, name="users_attributes"),
    path("users/<str:user_id>/panels/groups/", panels.groups, name="users_groups"),
    path("users/<str:user_id>/panels/owned/", panels.owned, name="users_owned"),
    path("users/<str:user_id>/panels/activity/", panels.activity, name="users_activity"),
]
