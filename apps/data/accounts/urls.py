"""Addresses of the slice accounts, below /c/<connection>/data/."""

from django.urls import path

from apps.data.accounts import views

urlpatterns = [
    path("accounts/", views.accounts_list, name="accounts_list"),
    path("accounts/export.csv", views.export, name="accounts_export"),
    path("accounts/new/", views.create, name="account_create"),
    path("accounts/<str:account_id>/", views.account_show, name="account_show"),
    path("accounts/<str:account_id>/uses/", views.uses, name="account_uses"),
]
