"""Addresses of the slice, below /c/<connection>/migrations/. Waves: run, report, history."""

from django.urls import path

from apps.migrations.waves import actions, editing, history, reports, views

urlpatterns = [
    path("waves/", views.list_waves, name="waves"),
    path("home/", views.home, name="home"),
    path("waves/<uuid:job_id>/", views.wave, name="wave"),
    path("waves/<uuid:job_id>/live/", views.live, name="wave_live"),
    path("waves/<uuid:job_id>/mapping/", editing.save_mapping, name="wave_mapping"),
    path("waves/<uuid:job_id>/mapping/file/", editing.read_file, name="wave_mapping_file"),
    path("waves/<uuid:job_id>/mapping/fill/", editing.fill, name="wave_fill"),
    path("waves/<uuid:job_id>/mapping/meant/", editing.take_as_mapped, name="wave_as_mapped"),
    path("waves/<uuid:job_id>/mapping.csv", reports.mapping_csv, name="wave_mapping_csv"),
    path("waves/<uuid:job_id>/settings/", editing.save_settings, name="wave_settings"),
    path("waves/<uuid:job_id>/start/", actions.start, name="wave_start"),
    path("waves/<uuid:job_id>/rehearse/", actions.rehearse, name="wave_rehearse"),
    path("waves/<uuid:job_id>/pause/", actions.pause, name="wave_pause"),
    path("waves/<uuid:job_id>/go-on/", actions.go_on, name="wave_go_on"),
    path("waves/<uuid:job_id>/end/", actions.end, name="wave_end"),
    path("waves/<uuid:job_id>/reverse/", actions.reverse_wave, name="wave_reverse"),
    path("waves/<uuid:job_id>/again/", actions.retry_wave, name="wave_retry"),
    path("waves/<uuid:job_id>/items/<int:item_pk>/again/", actions.again, name="wave_again"),
    path("waves/<uuid:job_id>/items/<int:item_pk>/reverse/", actions.take_back, name="wave_take_back"),
    path("waves/<uuid:job_id>/report/", reports.report, name="wave_report"),
    path("waves/<uuid:job_id>/report.pdf", reports.report_pdf, name="wave_report_pdf"),
    path("waves/<uuid:job_id>/report.csv", reports.report_csv, name="wave_report_csv"),
    path("history/", history.list_history, name="history"),
    path("history/export.csv", history.export, name="history_export"),
    path("history/<str:datasource_id>/", history.datasource, name="datasource"),
]
