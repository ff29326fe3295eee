"""Addresses of the slice ai, below /c/<connection>/data/."""

from django.urls import path

from apps.data.ai import question_views, views

urlpatterns = [
    path("ai/", views.generate, name="ai_generate"),
    path("ai/summary/", views.summarize, name="ai_summary"),
    path("ai/ask/", question_views.question, name="ai_ask"),
    path("ai/ask/datasets/", question_views.datasets, name="ai_datasets"),
    path("datasets/<str:dataset_id>/ask/", question_views.console_question, name="ai_ask_console"),
    path("datasets/<str:dataset_id>/ask/use/", question_views.use, name="ai_use_sql"),
]
