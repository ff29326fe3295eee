"""Celery application. A message says only "look": the database is the queue."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init

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


@worker_init.connect
def load_addresses(**_: Any) -> None:
    """Load the addresses of all pages, which notices name, before the worker's processes are forked: each, also one
    that takes a dead one's place, would spend half a second on it."""
    from django.urls import get_resolver

    _ = get_resolver().reverse_dict
