"""Addresses of the slice, below /c/<connection>/governance/. When somebody leaves."""

from django.urls import path

from apps.governance.leavers import record, views

urlpatterns = [
    path("leavers/", views.leavers, name="leavers"),
    path("leavers/people/", views.suggestions, name="leaver_people"),
    path("leavers/records/<uuid:job_id>/", record.record, name="leaver_record"),
    path("leavers/records/<uuid:job_id>/record.csv", record.record_csv, name="leaver_record_csv"),
    path("leavers/records/<uuid:job_id>/record.json", record.record_json, name="leaver_record_json"),
    path("leavers/records/<uuid:job_id>/delete-user/", record.delete_user, name="leaver_delete"),
    path("leavers/plans/<uuid:job_id>/leave-out/", views.leave_kind, name="leaver_leave_kind"),
    path("leavers/<str:user_id>/", views.start, name="leaver_start"),
    path("leavers/<str:user_id>/count/<str:kind>/", views.count, name="leaver_count"),
]
