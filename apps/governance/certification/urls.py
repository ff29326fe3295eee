"""Addresses of the slice, below /c/<connection>/governance/. Certification."""

from django.urls import path

from apps.governance.certification import review_dialogs, review_views, views

urlpatterns = [
    path("certification/", views.certification_list, name="certification_list"),
    path("certification/export.csv", views.export, name="certification_export"),
    path("certification/look/", views.look, name="certification_look"),
    path("certification/home/", views.home, name="certification_home"),
    path("certification/selected/<str:kind>/", views.selected, name="certification_selected"),
    path("certification/coverage/", views.coverage, name="certification_coverage"),
    path("certification/coverage.csv", views.coverage_export, name="certification_coverage_export"),
    path("certification/ends/<str:kind>/<str:object_id>/", review_dialogs.adopt, name="certification_adopt"),
    path("certification/reviews/", review_views.review_list, name="certification_reviews"),
    path("certification/reviews/export.csv", review_views.export, name="certification_reviews_export"),
    path("certification/reviews/new/", review_dialogs.request_new, name="certification_request"),
    path("certification/reviews/<int:pk>/", review_views.review_show, name="certification_review"),
    path("certification/reviews/<int:pk>/state/", review_views.state, name="certification_review_state"),
    path("certification/reviews/<int:pk>/approve/", review_dialogs.approve, name="certification_approve"),
    path("certification/reviews/<int:pk>/decline/", review_dialogs.decline, name="certification_decline"),
    path("certification/reviews/<int:pk>/withdraw/", review_dialogs.withdraw, name="certification_withdraw"),
    path("certification/reviews/<int:pk>/assign/", review_dialogs.assign, name="certification_assign"),
    path("certification/reviews/<int:pk>/renew/", review_dialogs.renew, name="certification_renew"),
    path("certification/reviews/<int:pk>/end/", review_dialogs.end, name="certification_end"),
]
