"""What a job's JSON must be before it is sent: the kinds of the document's fields, and what looks like a slip."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.governance.domostats.reading import FIELDS

POLICIES = ("AccessTokens", "DomainWhitelist", "IPWhitelist", "OIDC", "SAML", "DirectSignOn")
_DATASET_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DOMAIN = re.compile(r"(?=.{1,253}$)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
_MEMORY = re.compile(r"[1-9]\d*(K|M|G|Ki|Mi|Gi)?")
_WORDS = {"text": str, "an object": dict, "a list": list}
_KINDS = {
    "jobName": "text",
    "executionPayload": "an object",
    "executionResponse": "an object",
    "accounts": "a list",
    "resources": "an object",
    "triggers": "a list",
}
_PAYLOAD_KINDS = {
    "remoteInstance": "text",
    "subscriberJobId": "text",
    "policies": "an object",
    "metricsDatasetId": "text",
}


@dataclass
class Findings:
    """What was found: faults are refused, doubts are shown."""

    faults: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


def check(settings: Mapping[str, Any], job_id: str, before: Mapping[str, Any]) -> Findings:
    """Look at what shall be sent. job_id: the job of the address; before: what stands there now."""
    found = Findings()
    found.faults += _faults(settings, job_id)
    if not found.faults:
        found.doubts += _doubts(settings, before)
    return found


def _faults(settings: Mapping[str, Any], job_id: str) -> Iterator[str]:
    for name in settings:
        if name not in FIELDS:
            yield f"{name} is no field of the documented update, so it would not be sent. Remove it. {_known()}"
    if str(settings.get("jobId", job_id)) != job_id:
        yield f"jobId names another job. It has to be {job_id}."
    yield from _wrong_kinds("", settings, _KINDS)
    title = settings.get("jobName")
    if isinstance(title, str) and not title.strip():
        yield "jobName is empty. Give the job a name."
    timeout = settings.get("executionTimeout")
    if "executionTimeout" in settings and (isinstance(timeout, bool) or not isinstance(timeout, int) or timeout < 1):
        yield "executionTimeout must be a whole number from 1 on."
    accounts = settings.get("accounts")
    if isinstance(accounts, list):
        for place, account in enumerate(accounts):
            if isinstance(account, bool) or not isinstance(account, int):
                yield f"accounts[{place}] must be the id of an account, a whole number."
    triggers = settings.get("triggers")
    if isinstance(triggers, list):
        for place, trigger in enumerate(triggers):
            if not isinstance(trigger, dict):
                yield f"triggers[{place}] must be an object."
    yield from _payload_faults(settings.get("executionPayload"))
    yield from _resource_faults(settings.get("resources"))


def _payload_faults(payload: Any) -> Iterator[str]:
    if not isinstance(payload, dict):
        return
    yield from _wrong_kinds("executionPayload.", payload, _PAYLOAD_KINDS)
    policies = payload.get("policies")
    if isinstance(policies, dict):
        for name, dataset in policies.items():
            if not isinstance(dataset, str):
                yield f"executionPayload.policies.{name} must be the id of a dataset, as text."


def _resource_faults(resources: Any) -> Iterator[str]:
    if not isinstance(resources, dict):
        return
    for part in ("requests", "limits"):
        path = f"resources.{part}"
        if part not in resources:
            continue
        if not isinstance(resources[part], dict):
            yield f"{path} must be an object."
        elif not isinstance(resources[part].get("memory", ""), str):
            yield f'{path}.memory must be text, such as "256M".'


def _wrong_kinds(prefix: str, values: Mapping[str, Any], kinds: Mapping[str, str]) -> Iterator[str]:
    for name, word in kinds.items():
        if name in values and not isinstance(values[name], _WORDS[word]):
            yield f"{prefix}{name} must be {word}."


def _known() -> str:
    return f"Fields are {', '.join(FIELDS)}."


def _doubts(settings: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[str]:
    left_out = [name for name in FIELDS if name in before and name not in settings]
    if left_out:
        yield f"{', '.join(left_out)} stands there now and would not be sent: the job is replaced, so it may be lost."
    payload = settings.get("executionPayload")
    if isinstance(payload, dict):
        yield from _payload_doubts(payload)
    resources = settings.get("resources")
    for part in ("requests", "limits") if isinstance(resources, dict) else ():
        memory = settings["resources"].get(part, {}).get("memory")
        if memory is not None and not _MEMORY.fullmatch(memory):
            yield f"resources.{part}.memory is “{memory}”; the document shows a number and a unit, such as 256M."


def _payload_doubts(payload: Mapping[str, Any]) -> Iterator[str]:
    remote = payload.get("remoteInstance")
    if isinstance(remote, str) and not _DOMAIN.fullmatch(remote):
        yield f"executionPayload.remoteInstance is “{remote}”, which is no domain. An instance is name.domo.com."
    datasets = {f"policies.{name}": value for name, value in (payload.get("policies") or {}).items()}
    for name in payload.get("policies") or {}:
        if name not in POLICIES:
            yield f"executionPayload.policies.{name} is no policy of the document: {', '.join(POLICIES)}."
    if "metricsDatasetId" in payload:
        datasets["metricsDatasetId"] = payload["metricsDatasetId"]
    for name, value in datasets.items():
        if not _DATASET_ID.fullmatch(value):
            yield f"executionPayload.{name} is “{value}”, which does not look like the id of a dataset."
