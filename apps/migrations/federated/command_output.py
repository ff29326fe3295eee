"""Waves and candidates as plain JSON, for `manage.py federation --json`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from apps.jobs.models import Job
from apps.jobs.reporting import summary_of
from apps.migrations.federated.jobs import counts_of
from apps.migrations.federated.outcomes import Attempt
from apps.migrations.federated.upstream import Candidate
from apps.migrations.federated.waves import Wave
from apps.migrations.federated.ways import Way


def wave_facts(job: Job) -> dict[str, Any]:
    """Return a wave as plain JSON: the job's summary, what it does, and each datasource with its outcome."""
    wave = Wave(job)
    return summary_of(job) | {
        "family": wave.way.family,
        "direction": wave.way.direction,
        "target": wave.target.params,
        "rehearsal": wave.rehearsal,
        "halted": wave.halted,
        "stop_rule": wave.settings.stop_rule,
        "problems": [
            {"datasource_id": problem.key, "part": problem.part, "problem": problem.text}
            for problem in (wave.blocking if not job.has_ended else [])
        ],
        "outcomes": counts_of(job),
        "datasources": [Attempt.of(item).facts for item in job.items.order_by("stage", "position")],
    }


def with_ids(facts: dict[str, Any], ids: Sequence[str] | None) -> dict[str, Any]:
    """Return the facts of a wave with these datasources alone; None for all."""
    if ids is None:
        return facts
    return {**facts, "datasources": [each for each in facts["datasources"] if each["datasource_id"] in ids]}


def candidate_facts(each: Candidate, way: Way) -> dict[str, Any]:
    """Return a candidate as plain JSON."""
    return {
        "datasource_id": each.id,
        "name": each.name,
        "type": each.type or None,
        "catalog": each.catalog or None,
        "schema": each.schema or None,
        "table": each.table or None,
        "check": str(each.check(way)),
        "why_not": each.why_not(way),
        "collision": each.collision,
        "colliding_id": each.colliding_id or None,
        "colliding_name": each.colliding_name or None,
        "migrated": each.migrated,
        "migrated_at": each.migrated_at.isoformat() if each.migrated_at else None,
    }
