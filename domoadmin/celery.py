"""Celery application. A message says only "look": the database is the queue."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "domoadmin.settings")

app = Celery("domoadmin")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Named one by one: an area called "tasks" would otherwise be taken for Celery's tasks module.
app.conf.imports = (
    "apps.jobs.celery_tasks",
    "apps.audit.celery_tasks",
    "apps.notifications.celery_tasks",
    "apps.schedules.celery_tasks",
    "apps.governance.certification.celery_tasks",
)
