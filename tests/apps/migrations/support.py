"""A Domo of other hands, written from the two documents alone: its accounts, integrations, candidates and moves."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.core.management import CommandError, call_command

from tests.services.upstream import CUT, Asked, Told, Upstream, told

BASE = "/api/query/migration"
V1 = f"{BASE}/federated/v1/to/v2"
TOE = "DM4X9GT6H5-5ERQX-MPDO6"
WHEN = "2024-03-26T16:08:27.000+00:00"
INTEGRATION = "31e0307a-cb31-4018-b824-eb04b15827e1"
ACCOUNT = "2"


@dataclass
class OtherDomo:
    """Datasources by id. ends: how a move of one goes (COMPLETE unless said); lost: "before" or "after" its effect."""

    v1: dict[str, str] = field(default_factory=dict)
    v2: dict[str, str] = field(default_factory=dict)
    migrated: set[str] = field(default_factory=set)
    collisions: set[str] = field(default_factory=set)
    ends: dict[str, str] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    # Whether one that moved to an Amplifier leaves the list of candidates, which the document leaves open.
    leaves_list: bool = False
    moves: list[tuple[str, str, Any]] = field(default_factory=list)

    def serve(self, upstream: Upstream) -> OtherDomo:
        """Answer on this server."""
        upstream.script(self.answer)
        return self

    def sent(self) -> Counter[str]:
        """Return how often a move of each datasource arrived."""
        return Counter(identifier for identifier, _, _ in self.moves)

    def answer(self, asked: Asked) -> Told:
        """Answer as the documents say."""
        path = asked.path.partition("?")[0]
        if asked.method == "GET":
            return self._read(path)
        for pattern, direction in (
            (rf"{V1}/([^/]+)/accounts/([^/]+)", "V1_TO_V2"),
            (rf"{V1}/([^/]+)/reverse", "V2_TO_V1"),
            (rf"{BASE}/federated/to/amplifier/([^/]+)/integrations/([^/]+)", "FEDERATED_TO_CLOUD_AMPLIFIER"),
            (rf"{BASE}/amplifier/to/federated/([^/]+)", "CLOUD_AMPLIFIER_TO_FEDERATED"),
        ):
            if asked.method == "POST" and (found := re.fullmatch(pattern, path)):
                return self._move(found.group(1), direction, asked)
        return told({"message": "no such page"}, 404)

    def _read(self, path: str) -> Told:
        fixed: dict[str, Any] = {
            f"{V1}/types": ["mysql-federated", "snowflake-federated"],
            f"{V1}/accounts/mysql-federated": [
                {"id": "2", "type": "mysql-federated", "name": "mysql v2 agent"},
                {"id": "1", "type": "mysql-federated", "name": "mysql v2"},
            ],
            f"{V1}/accounts/snowflake-federated": [{"id": "7", "type": "snowflake-federated", "name": "snow"}],
            f"{BASE}/integrations/types": ["BIGQUERY", "SNOWFLAKE"],
            f"{BASE}/integrations/BIGQUERY": [
                {
                    "id": INTEGRATION,
                    "name": "My BigQuery Amplifier Integration",
                    "type": "BIGQUERY",
                    "authMethod": "SERVICE_ACCOUNT",
                }
            ],
            f"{BASE}/integrations/SNOWFLAKE": [],
            "/api/social/v4/alerts": [],
        }
        if path in fixed:
            return told(fixed[path])
        if path == f"{V1}/candidates/{ACCOUNT}":
            return told([self._v1(key) for key in self.v1])
        if path == f"{BASE}/candidates/federated/to/amplifier/integrations/{INTEGRATION}":
            there = [key for key in self.v2 if not (self.leaves_list and key in self.migrated)]
            return told([self._v2(key) for key in there])
        if path == f"{BASE}/candidates/amplifier/to/federated/integrations/{INTEGRATION}":
            return told([self._v2(key) for key in self.v2 if key in self.migrated])
        return told({"message": "no such page"}, 404)

    def _v1(self, key: str) -> dict[str, Any]:
        moved = key in self.migrated
        return {"id": key, "name": self.v1[key], "migrated": moved, "migrationDate": WHEN if moved else None}

    def _v2(self, key: str) -> dict[str, Any]:
        moved, taken = key in self.migrated, key in self.collisions
        return {
            "id": key,
            "name": self.v2[key],
            "type": "bigquery-federated",
            "catalogName": "my-project",
            "schemaName": "my-schema",
            "tableName": self.v2[key],
            "collision": taken,
            "collidingDatasourceId": "other-id" if taken else None,
            "collidingDatasourceName": "The other one" if taken else None,
            "migrated": moved,
            "migrationDate": WHEN if moved else None,
        }

    def _move(self, key: str, direction: str, asked: Asked) -> Told:
        self.moves.append((key, direction, json.loads(asked.body) if asked.body else None))
        if key in self.refused:
            return told({"status": 403, "message": "Forbidden", "toe": TOE}, 403)
        lost = self.lost.pop(key, "")
        if lost == "before":
            return CUT
        state = self.ends.pop(key, "COMPLETE")
        if state == "COMPLETE":
            if direction in ("V1_TO_V2", "FEDERATED_TO_CLOUD_AMPLIFIER"):
                self.migrated.add(key)
            else:
                self.migrated.discard(key)
        answer = {
            "toe": TOE,
            "datasourceId": key,
            "direction": direction,
            "startTime": "2024-04-15T19:48:00.073+00:00",
            "state": state,
            "endTime": "2024-04-15T19:48:02.410+00:00",
        }
        if state != "COMPLETE":
            answer["errorMessage"] = f"{state} since the table can't be read"
        return CUT if lost == "after" else told(answer)


def federation(*arguments: str) -> tuple[int, str, str]:
    """Run `manage.py federation` and return its exit code, what it printed and what it complained of."""
    out, errors = io.StringIO(), io.StringIO()
    try:
        call_command("federation", *arguments, stdout=out, stderr=errors)
    except CommandError as error:
        return error.returncode, out.getvalue(), str(error)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue(), errors.getvalue()
    return 0, out.getvalue(), errors.getvalue()
