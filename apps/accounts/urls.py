"""Addresses of sign-in, preferences and people."""

from django.urls import path

from apps.accounts import person_views, saved_view_views, views

app_name = "accounts"

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("preferences/", views.preferences, name="preferences"),
    path("preferences/password/", views.change_password, name="change_password"),
    path("preferences/theme/", views.set_theme, name="set_theme"),
    path("views/add/", saved_view_views.add, name="view_add"),
    path("views/<int:pk>/", saved_view_views.edit, name="view_edit"),
    path("views/<int:pk>/delete/", saved_view_views.delete, name="view_delete"),
    path("settings/people/", person_views.people, name="people"),
    path("settings/people/add/", person_views.person_create, name="person_create"),
    path("settings/people/<int:pk>/", person_views.person_edit, name="person_edit"),
    path("settings/people/<int:pk>/active/", person_views.person_active, name="person_active"),
    path("settings/people/<int:pk>/password/", person_views.person_password, name="person_password"),
]
