"""Changing the role of many people: selected, by query, what is told, and the undo."""

from __future__ import annotations

import pytest
from django.conf import LazySettings

from apps.connections.models import Connection
from apps.jobs import service
from apps.jobs.bulk import Selection, create_bulk_job
from apps.jobs.models import Job
from apps.jobs.states import ItemState, JobState
from tests.apps.governance.users.support import People
from tests.factories import UserFactory
from tests.services.upstream import Asked, Told, Upstream, told

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_broker")]


def changed(connection: Connection, selection: Selection, role: str) -> Job:
    """Plan and run the change in the name of an admin."""
    admin = UserFactory.create(role="admin")
    return service.run_inline(create_bulk_job("change-role", connection, selection, {"role": role}, admin))


def test_people_get_a_role_and_the_undo_gives_back_each_ones_own(people: People) -> None:
    made = [people.create("Ada Lindgren", 4), people.create("Bo Dahl", 3), people.create("Cy Moe", 5)]
    ids = tuple(str(each["id"]) for each in made)
    job = changed(people.connection, Selection(ids=ids), "5")
    assert (job.state, job.counts) == (JobState.SUCCEEDED, {"succeeded": 2, "skipped": 1})
    assert [people.get(each)["roleId"] for each in ids] == [5, 5, 5]
    assert job.actor is not None
    undone = service.run_inline(service.undo(job, job.actor))
    assert undone.state == JobState.SUCCEEDED
    assert [people.get(each)["roleId"] for each in ids] == [4, 3, 5]


def test_all_that_match_are_evaluated_again(people: People) -> None:
    made = people.create("Query Person", 4)
    query = {"q": made["emailAddress"], "role": "4"}
    job = changed(people.connection, Selection(query=query), "3")
    assert list(job.items.values_list("key", flat=True)) == [str(made["id"])]
    assert people.get(made["id"])["roleId"] == 3


def test_without_the_undocumented_search_the_documented_calls_do(
    other_hands: Connection, upstream: Upstream, settings: LazySettings
) -> None:
    roles = {"10": 4, "11": 5}

    def script(asked: Asked) -> Told:
        path = asked.path.partition("?")[0]
        identifier = path.rpartition("/")[2]
        if path == "/api/authorization/v1/roles":
            return told([{"id": 4, "name": "Participant"}, {"id": 5, "name": "Editor"}])
        if asked.method == "PATCH":
            roles[identifier] = asked.json["roleId"]
        if identifier in roles:
            person = {"id": int(identifier), "displayName": f"P{identifier}", "roleId": roles[identifier]}
            return told(person if asked.method == "PATCH" else {"users": [person]})
        return told({"status": 404, "message": "No such path"}, 404)

    upstream.script(script)
    job = changed(other_hands, Selection(ids=("10", "11")), "5")
    assert job.count_of(ItemState.SUCCEEDED) == 1
    assert job.count_of(ItemState.SKIPPED) == 1
    assert roles == {"10": 5, "11": 5}
    assert job.items.get(key="10").before == {"role_id": "4", "role": "Participant"}
