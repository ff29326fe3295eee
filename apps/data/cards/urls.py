"""Addresses of the slice cards, below /c/<connection>/data/."""

from django.urls import path

from apps.data.cards import booklet_views, changes, panels, views

urlpatterns = [
    path("cards/", views.cards_list, name="cards_list"),
    path("cards/export.csv", views.export, name="cards_export"),
    path("cards/selected/", booklet_views.selected, name="cards_selected"),
    path("cards/booklet/", booklet_views.compose, name="booklet_create"),
    path("cards/booklets/<uuid:job_id>.pdf", booklet_views.download, name="booklet_download"),
    path("datasets/<str:dataset_id>/booklet/", booklet_views.of_dataset, name="dataset_booklet"),
    path("cards/<str:card_id>/", views.card_show, name="card_show"),
    path("cards/<str:card_id>/picture/", views.picture, name="card_picture"),
    path("cards/<str:card_id>/download/", views.download, name="card_download"),
    path("cards/<str:card_id>/title/", changes.edit_title, name="card_title"),
    path("cards/<str:card_id>/certify/", changes.certify, name="card_certify"),
    path("cards/<str:card_id>/decertify/", changes.decertify, name="card_decertify"),
    path("cards/<str:card_id>/panels/picture/", panels.picture, name="card_picture_panel"),
    path("cards/<str:card_id>/panels/certification/", panels.certification, name="card_certification"),
    path("cards/<str:card_id>/panels/dataset/", panels.dataset, name="card_dataset"),
]
