"""The executor's applications and their jobs: the generated ones with what clients have changed since."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from domoadmin.sandbox.catalog import READ_ONLY_DEPARTMENT, now_ms
from domoadmin.sandbox.company import subjects as topics
from domoadmin.sandbox.company import vocabulary as words
from domoadmin.sandbox.company.content import FIRST_ACCOUNT
from domoadmin.sandbox.company.people import DAY_MS, Person
from domoadmin.sandbox.errors import ApiError, not_found
from domoadmin.sandbox.store import Document

if TYPE_CHECKING:
    from domoadmin.sandbox.world import World

STORED = "executor-job"
DATASETS_PER_JOB = 50
FEWEST_JOBS = 6
MOST_JOBS = 130
TIMEOUT_MINUTES = 720
POLICIES = ("AccessTokens", "DomainWhitelist", "IPWhitelist", "OIDC", "SAML", "DirectSignOn")
BRANDS = ("halden", "halden-stores", "halden-repair", "nordfjell", "kestrel", "trailhead")
WATCHES = ("DataSets without an update for 30 days", "DataFlows that failed twice", "Cards on deprecated DataSets")
# Places among the people: whatever clients change about someone, the same ones own the jobs.
ENGINEERS, LAWYER = (0, 9, 20, 32, 44), 21
TEXT_FIELDS = ("jobName", "jobDescription")
OBJECT_FIELDS = ("executionPayload", "executionResponse", "resources")
LIST_FIELDS = ("accounts", "triggers")


class Application(NamedTuple):
    """An application of the executor. Times in epoch milliseconds; `dataset` is the place of what it fills."""

    id: str
    name: str
    description: str
    owner: Person
    created: int
    dataset: int


class Applications:
    """Made by `world.part(Applications)`."""

    def __init__(self, world: World) -> None:
        self._world = world
        department = words.DEPARTMENTS[8]
        codes = [code for code, subject in enumerate(topics.SUBJECTS) if subject.department == department]
        own = np.flatnonzero(np.isin(world.catalog.table.subject[: world.catalog.generated], codes)).tolist()
        told = [index for index in own if world.catalog.table.names[index].startswith("Domo activity")]
        self._datasets: list[int] = told + [index for index in own if index not in told] or [0]
        self._engineers = [world.company.people[place] for place in ENGINEERS]
        remote, watchdog = self._applications = self._make_applications()
        self._jobs = {remote.id: self._remote_jobs(remote), watchdog.id: self._watchdog_jobs(watchdog)}
        for jobs in self._jobs.values():
            jobs |= {job: kept for job, kept in world.store.all(STORED).items() if job in jobs}

    def _make_applications(self) -> tuple[Application, Application]:
        anchor, owner = self._world.company.anchor, self._world.directory.me
        # The id that the document's sample calls the remote DomoStats by; it is the same on all instances.
        remote = Application(
            "50e7230f-d2f2-42e2-a208-d94c8ae9f64c",
            "Remote DomoStats",
            "Collects the statistics and policies of other Domo instances",
            owner,
            anchor - 800 * DAY_MS,
            self._datasets[0],
        )
        watchdog = Application(
            self._identifier("watchdog"),
            "Watchdog",
            "Tells owners about what has gone stale or failed",
            self._engineers[-1],
            anchor - 420 * DAY_MS,
            self._datasets[-1],
        )
        return remote, watchdog

    def _identifier(self, name: str) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"halden:{self._world.company.seed}:{name}"))

    def _remote_jobs(self, application: Application) -> dict[str, Document]:
        count = min(MOST_JOBS, max(FEWEST_JOBS, self._world.catalog.generated // DATASETS_PER_JOB))
        regions = [words.REGIONS[number // len(BRANDS) % len(words.REGIONS)] for number in range(count)]
        names = [
            "-".join(filter(None, (BRANDS[number % len(BRANDS)], region.lower().replace(" ", "-")))) + ".domo.com"
            for number, region in enumerate(regions)
        ]
        jobs = {}
        for number, name in enumerate(names):
            payload = {
                "remoteInstance": name,
                "subscriberJobId": self._identifier(f"subscriber of {name}"),
                "policies": {policy: self._dataset_id(number + place) for place, policy in enumerate(POLICIES)},
                "metricsDatasetId": self._dataset_id(0),
            }
            job = self._job(application, number, name, f"Get remote stats from {name}", payload)
            jobs[str(job["jobId"])] = job
        return jobs

    def _watchdog_jobs(self, application: Application) -> dict[str, Document]:
        jobs = {}
        for number, watch in enumerate(WATCHES):
            payload = {
                "notifyUserIds": [int(self._engineers[number % len(self._engineers)].id)],
                "notifyGroupIds": [],
                "notifyEmailAddresses": [],
                "metricsDatasetId": self._dataset_id(len(self._datasets) - 1),
            }
            job = self._job(application, 100 + number, watch, f"Watchdog for {watch}", payload)
            jobs[str(job["jobId"])] = job
        return jobs

    def _dataset_id(self, number: int) -> str:
        return self._world.catalog.table.ids[self._datasets[number % len(self._datasets)]]

    def _job(self, application: Application, number: int, name: str, description: str, payload: Document) -> Document:
        anchor = self._world.company.anchor
        lawyer = self._world.company.people[LAWYER]
        owner = lawyer if number % 6 == 5 else self._engineers[number * 3 % len(self._engineers)]
        identifier = self._identifier(f"job {name}")
        trigger = {"triggerId": self._identifier(f"trigger {name}"), "jobId": identifier}
        return {
            "jobId": identifier,
            "jobName": name,
            "jobDescription": description,
            "applicationId": application.id,
            "userId": int(owner.id),
            "executionTimeout": TIMEOUT_MINUTES,
            "executionPayload": payload,
            "executionResponse": {},
            "accounts": [FIRST_ACCOUNT + number % 60],
            "resources": {"requests": {"memory": "256M"}, "limits": {"memory": "256M"}},
            "triggers": [{**trigger, "eventEntity": f"0 {number * 7 % 60} 3 ? * *", "eventType": "SCHEDULE"}],
            "created": application.created + number * DAY_MS,
            "updated": anchor - number * 11 % 300 * DAY_MS,
        }

    def all(self) -> list[Application]:
        """The applications of the instance."""
        return list(self._applications)

    def find(self, application_id: str) -> Application:
        """An application; ApiError 404."""
        found = next((each for each in self._applications if each.id == application_id.lower()), None)
        if found is None:
            raise not_found("Application", application_id)
        return found

    def record(self, application: Application) -> Document:
        """An application in the words of public clients, with what the document shows of the dataset that it fills."""
        owner = application.owner
        return {
            **self.dataset_record(application),
            "id": application.id,
            "applicationId": application.id,
            "name": application.name,
            "description": application.description,
            "owner": {"id": owner.id, "name": owner.name, "type": "USER", "group": False},
            "created": application.created,
        }

    def dataset_record(self, application: Application) -> Document:
        """The metadata of the dataset that an application fills: the document's sample answers are such."""
        return self._world.catalog.metadata(application.dataset)

    def jobs(self, application_id: str) -> list[Document]:
        """The jobs of an application; ApiError 404."""
        return list(self._jobs[self.find(application_id).id].values())

    def job(self, application_id: str, job_id: str) -> Document:
        """A job; ApiError 404."""
        job = self._jobs[self.find(application_id).id].get(job_id.lower())
        if job is None:
            raise not_found("Job", job_id)
        return job

    def update(self, application_id: str, job_id: str, body: Document) -> None:
        """Replaces the fields that are sent; the job of the path counts. ApiError 400, 403 and 404."""
        with self._world.store.lock:
            job = self.job(application_id, job_id)
            owner = next(each for each in self._world.directory.people if each.id == str(job["userId"]))
            if owner.department == READ_ONLY_DEPARTMENT:
                raise ApiError(403, f"You do not have permission to change job {job_id}")
            _check(body)
            names = (*TEXT_FIELDS, "executionTimeout", *OBJECT_FIELDS, *LIST_FIELDS)
            changed = {**job, **{name: body[name] for name in names if name in body}, "updated": now_ms()}
            self._world.store.put(STORED, job["jobId"], changed)
            self._jobs[job["applicationId"]][job["jobId"]] = changed


def _check(body: Document) -> None:
    """Refuses fields of a wrong kind; ApiError 400 naming the field."""
    if not body:
        raise ApiError(400, "The job is required")
    timeout = body.get("executionTimeout", TIMEOUT_MINUTES)
    if isinstance(timeout, bool) or not isinstance(timeout, int) or timeout < 1:
        raise ApiError(400, "executionTimeout must be a positive number")
    for names, kind, told in (
        (TEXT_FIELDS, str, "text"),
        (OBJECT_FIELDS, dict, "an object"),
        (LIST_FIELDS, list, "a list"),
    ):
        for name in names:
            if not isinstance(body.get(name, kind()), kind):
                raise ApiError(400, f"{name} must be {told}")
    if not body.get("jobName", "x").strip():
        raise ApiError(400, "jobName must not be empty")
