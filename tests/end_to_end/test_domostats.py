"""Remote DomoStats from the service layer over HTTP to the sandbox and back."""

from __future__ import annotations

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import Forbidden, NotFound


def test_a_job_is_found_changed_and_put_back(domo: Client) -> None:
    application = domo.domostats.list_applications()[0]
    jobs = list(domo.walk("domostats.list_jobs", application_id=application.id))
    assert len(jobs) == domo.domostats.list_jobs(application.id).total
    before = jobs[1]
    assert before.name == before.remote_instance
    domo.domostats.update_job(application.id, before.id, **{**before.as_arguments(), "execution_timeout": 15})
    changed = domo.domostats.get_job(application.id, before.id)
    assert (changed.timeout, changed.payload, changed.accounts) == (15, before.payload, before.accounts)
    domo.domostats.update_job(application.id, before.id, **before.as_arguments())
    assert domo.domostats.get_job(application.id, before.id).timeout == before.timeout


def test_refusals_say_why(domo: Client) -> None:
    application = domo.domostats.list_applications()[0].id
    with pytest.raises(NotFound, match="Job nothing") as caught:
        domo.domostats.update_job(application, "nothing", job_name="Mine")
    assert caught.value.request_id
    legal = {user.id for user in domo.users.list("DETAILED") if user.department == "Legal"}
    theirs = next(job for job in domo.domostats.list_jobs(application) if job.owner_id in legal)
    with pytest.raises(Forbidden, match="do not have permission"):
        domo.domostats.update_job(application, theirs.id, job_name="Mine")
