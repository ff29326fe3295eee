"""A Domain API written from its document alone, and what the tests ask of the sandbox itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from django.conf import LazySettings

from apps.audit.models import AuditRecord
from apps.connections.models import Connection, Environment, Kind
from tests.factories import ConnectionFactory
from tests.sandbox_process import SandboxProcess
from tests.services.upstream import Asked, Told, Upstream, told

PAGE = "/c/halden/governance/domains/"


def of(domain_id: str, rest: str = "") -> str:
    """Return an address of a domain."""
    return f"{PAGE}d/{quote(domain_id)}/{rest}"


def connect(settings: LazySettings, url: str, token: str, **values: Any) -> Connection:
    """Return a connection to a Domain API of this machine."""
    settings.UPSTREAM_HOSTS = [*settings.UPSTREAM_HOSTS, urlsplit(url).netloc]
    usual = {"name": "Halden domains", "slug": "halden", "environment": Environment.SANDBOX}
    secrets = {"token": token, "api_key": "key-of-halden"}
    return ConnectionFactory.create(kind=Kind.DOMAINS, base_url=url, secrets=secrets, **{**usual, **values})


def trail(operation: str) -> list[str]:
    """Return the outcomes that the audit trail has of an operation, oldest first."""
    found = AuditRecord.objects.filter(operation=operation).order_by("pk")
    return list(found.values_list("outcome", flat=True))


def intent() -> AuditRecord:
    """Return the last intent."""
    return AuditRecord.objects.filter(outcome="intended").latest("pk")


@dataclass
class Sandbox:
    """The sandbox beside DomoAdmin."""

    process: SandboxProcess
    made: list[str] = field(default_factory=list)

    def _client(self) -> Any:
        client = self.process.client()
        client.headers.update({"Authorization": self.process.token, "x-api-key": "key"})
        return client

    def create(self, domain_id: str, parent: str = "pilots", **values: Any) -> str:
        """Make a domain."""
        body = {"id": domain_id, "parentId": parent, "name": domain_id.title(), **values}
        with self._client() as client:
            client.post("/domains?returnDomainTree=false", json=body).raise_for_status()
        self.made.append(domain_id)
        return domain_id

    def get(self, domain_id: str) -> dict[str, Any]:
        """Return a domain; nothing for one that isn't there."""
        with self._client() as client:
            answer = client.get(f"/domains/{quote(domain_id)}")
        found: dict[str, Any] = answer.json() if answer.status_code == 200 else {}
        return found

    def update(self, domain_id: str, **values: Any) -> None:
        """Change a domain beside DomoAdmin."""
        with self._client() as client:
            client.patch(f"/domains/{quote(domain_id)}?returnDomainTree=false", json=values).raise_for_status()

    def clean_up(self) -> None:
        """Remove what was made, what lies deepest first."""
        with self._client() as client:
            for domain_id in reversed(self.made):
                client.delete(f"/domains/{quote(domain_id)}?returnDomainTree=false")


@dataclass
class OtherHands:
    """A tree of domains behind the documented calls: id -> attributes, parentId among them.

    deep: LIST_SUBDOMAINS tells everything below; hidden: out of sight; refused: operation or path -> its answer.
    """

    upstream: Upstream
    domains: dict[str, dict[str, Any]] = field(default_factory=dict)
    deep: bool = False
    size: int = 100
    hidden: set[str] = field(default_factory=set)
    refused: dict[str, Told] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.upstream.script(self._answer)

    def add(self, domain_id: str, parent: str = "", **values: Any) -> None:
        """Put a domain into the tree."""
        self.domains[domain_id] = {"id": domain_id, "parentId": parent, "name": domain_id.title(), **values}

    def count(self, path: str) -> int:
        """Return how often a path was asked for."""
        return sum(urlsplit(asked.path).path == path for asked in self.upstream.asked)

    def sent(self, method: str) -> list[Any]:
        """Return the bodies that were sent by a method."""
        return [
            json.loads(asked.body) if asked.body else None for asked in self.upstream.asked if asked.method == method
        ]

    def _answer(self, asked: Asked) -> Told:
        parts = urlsplit(asked.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        steps = [unquote(each) for each in parts.path.strip("/").split("/")]
        operation = self._operation(asked.method, steps)
        if refused := self._refusal(operation, asked.method, parts.path):
            return refused
        if operation == "domains.list":
            return told({top: self._nested(top) for top in self._tops()})
        if operation == "domains.list_top_domains":
            return self._page(self._tops(), query)
        if operation == "domains.create":
            body = asked.json
            self.add(body["id"], body["parentId"], **{name: body[name] for name in body if name != "parentId"})
            return told({body["id"]: {"name": body["name"]}})
        return self._one(asked, operation, steps[1], query)

    def _refusal(self, *names: str) -> Told | None:
        operation, method, path = names
        found = (self.refused.get(name) for name in (operation, path, f"{method} {path}"))
        return next((each for each in found if each is not None), None)

    def _one(self, asked: Asked, operation: str, domain_id: str, query: dict[str, str]) -> Told:
        if domain_id in self.hidden:
            return refusal("NOT_AUTHORIZED_DOMAIN", "parentId" if operation == "domains.get" else "id", 403)
        if domain_id not in self.domains:
            return refusal("DOMAIN_NOT_FOUND", "id", 404)
        if operation == "domains.list_subdomains":
            return self._page(list(self._below(domain_id)), query)
        domain = self.domains[domain_id]
        if asked.method == "PATCH":
            settings = domain.get("settings", {}) | asked.json.get("settings", {})
            domain.update(asked.json, settings=settings)
            return told({domain_id: {"name": domain["name"]}})
        if asked.method == "DELETE":
            del self.domains[domain_id]
            return told(None, 204)
        return told({"id": domain_id} | self._chosen(domain, query))

    @staticmethod
    def _operation(method: str, steps: list[str]) -> str:
        if method != "GET":
            return {"POST": "domains.create", "PATCH": "domains.update", "DELETE": "domains.remove"}[method]
        if len(steps) == 1:
            return "domains.list"
        if len(steps) == 3:
            return "domains.list_subdomains"
        return "domains.list_top_domains" if steps[1] == "list" else "domains.get"

    def _tops(self) -> list[str]:
        seen = [each for each in self.domains if each not in self.hidden]
        return [each for each in seen if self.domains[each]["parentId"] not in seen]

    def _below(self, domain_id: str) -> Iterator[str]:
        for each, domain in self.domains.items():
            if domain["parentId"] == domain_id and each not in self.hidden:
                yield each
                if self.deep:
                    yield from self._below(each)

    def _nested(self, domain_id: str) -> dict[str, Any]:
        domain = self.domains[domain_id]
        attributes = {name: domain[name] for name in ("name", "description", "data") if name in domain}
        children = [each for each in self.domains if self.domains[each]["parentId"] == domain_id]
        return {"attributes": attributes} | {each: self._nested(each) for each in children if each not in self.hidden}

    def parents(self, domain_id: str) -> list[str]:
        """Return the visible domains above one, the nearest first."""
        above = self.domains.get(self.domains[domain_id]["parentId"], {}).get("id", "")
        return [above, *self.parents(above)] if above and above not in self.hidden else []

    def _chosen(self, domain: dict[str, Any], query: dict[str, str]) -> dict[str, Any]:
        wanted = query.get("attributes", "").split(",")
        shown = domain | {"parents": self.parents(domain["id"])}
        return {name: shown[name] for name in wanted if name in shown}

    def _page(self, ids: list[str], query: dict[str, str]) -> Told:
        start = int(query.get("marker", "0"))
        end = start + min(self.size, int(query.get("size", "20")))
        shown = [{"id": each} | self._chosen(self.domains[each], query) for each in ids[start:end]]
        following = end < len(ids)
        info = {"itemCount": len(shown), "size": end - start, "hasNext": following, "marker": query.get("marker")}
        info["nextMarker"] = str(end) if following else None
        return told({"domains": shown, "pageInfo": info})


def refusal(key: str, param: str, status: int = 400) -> Told:
    """Return a refusal as clients of that API read it."""
    return told({"message": "said upstream", "messageKey": key, "messageParams": {"property": param}}, status)
