"""Addresses of the slice, below /c/<connection>/governance/. Roles and authorities."""

from django.urls import path

from apps.governance.roles import changing, editing, matrix, views

urlpatterns = [
    path("roles/", views.roles_list, name="roles_list"),
    path("roles/export.csv", views.export, name="roles_export"),
    path("roles/matrix/", matrix.matrix, name="roles_matrix"),
    path("roles/matrix.csv", matrix.matrix_export, name="roles_matrix_export"),
    path("roles/compare/", views.compare, name="roles_compare"),
    path("roles/new/", changing.create, name="role_create"),
    path("roles/<str:role_id>/", views.role_show, name="role_show"),
    path("roles/<str:role_id>/authorities/", views.authorities, name="role_authorities"),
    path("roles/<str:role_id>/people-panel/", views.people_panel, name="role_people_panel"),
    path("roles/<str:role_id>/history/", views.history, name="role_history"),
    path("roles/<str:role_id>/people/", views.people, name="role_people"),
    path("roles/<str:role_id>/people.csv", views.people_export, name="role_people_export"),
    path("roles/<str:role_id>/edit/", editing.edit, name="role_edit"),
    path("roles/<str:role_id>/back/<int:record_id>/", editing.put_back, name="role_put_back"),
    path("roles/<str:role_id>/delete/", changing.delete, name="role_delete"),
]
