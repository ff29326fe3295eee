"""Addresses of the jobs."""

from django.urls import path

from apps.jobs import actions, downloads, views
from apps.jobs.bulk import views as bulk

app_name = "jobs"

urlpatterns = [
    path("", views.list_jobs, name="list"),
    path("tray/", views.tray, name="tray"),
    path("<uuid:pk>/", views.show, name="show"),
    path("<uuid:pk>/progress/", views.progress, name="progress"),
    path("<uuid:pk>/items/", views.items, name="items"),
    path("<uuid:pk>/results.csv", downloads.results_csv, name="results_csv"),
    path("<uuid:pk>/results.json", downloads.results_json, name="results_json"),
    path("<uuid:pk>/retry-unknown/", actions.retry_unknown, name="retry_unknown"),
    path("<uuid:pk>/confirm/", actions.confirm, name="confirm"),
    path("<uuid:pk>/pause/", actions.pause, name="pause"),
    path("<uuid:pk>/resume/", actions.resume, name="resume"),
    path("<uuid:pk>/cancel/", actions.cancel, name="cancel"),
    path("<uuid:pk>/undo/", actions.undo, name="undo"),
    path("<uuid:pk>/run-again/", actions.run_again, name="run_again"),
    path("<uuid:pk>/retry/", actions.retry, name="retry"),
    path("<uuid:pk>/read-back/", actions.read_back, name="read_back"),
    path("bulk/<slug:connection>/", bulk.start, name="bulk_start"),
    path("<uuid:pk>/preview/overlaps/", bulk.overlaps, name="bulk_overlaps"),
    path("<uuid:pk>/preview/plan-again/", bulk.plan_anew, name="bulk_plan_again"),
    path("<uuid:pk>/preview/leave-out/", bulk.leave_these_out, name="bulk_leave_out"),
    path("<uuid:pk>/preview/plan.csv", bulk.plan_csv, name="bulk_csv"),
    path("<uuid:pk>/ids.txt", bulk.selected_ids, name="bulk_ids"),
    path("<uuid:pk>/items/<int:item_pk>/decide/", actions.decide, name="decide"),
]
