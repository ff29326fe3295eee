"""Domoscio: the one operation of its document, and the reads of its public clients.

Its base URL ends with the number of the instance; /domoscio stands for the same instance without a number.
"""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.http.message import Request, json_response
from domoadmin.sandbox.learning.graphs import SORTABLE, KnowledgeGraphs
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.world import World

INSTANCE = "1"
INSTANCE_PATH = "/v2/instances/{instance_id}"
instances = Router("domoscio", mounts=("/domoscio",))
router = Router("domoscio", mounts=("/domoscio", INSTANCE_PATH))
USUAL_PAGE, LARGEST_PAGE = 25, 2000


def _check(instance_id: str) -> None:
    if instance_id != INSTANCE:
        raise ApiError(404, "Instance not found")


@instances.add("domoscio.get_instance", "GET", INSTANCE_PATH)
def get_instance(world: World, request: Request, instance_id: str) -> Any:
    """The instance itself."""
    _check(instance_id)
    return {"id": int(instance_id), "name": "Halden Outdoor learning", "uid": "halden-outdoor"}


router.routes.extend(instances.routes)


@router.add("domoscio.list_knowledge_graphs", "GET", "/knowledge_graphs")
def list_knowledge_graphs(world: World, request: Request, instance_id: str = INSTANCE) -> Any:
    """A page of knowledge graphs; the total stands in a header."""
    _check(instance_id)
    graphs = world.part(KnowledgeGraphs).all()
    wanted = _wanted(request)
    field, _, order = wanted.get("sort_by", "id.asc").partition(".")
    if field not in SORTABLE or order.lower() not in ("", "asc", "desc"):
        raise ApiError(400, "sort_by is not an attribute with .asc or .desc")
    graphs = sorted(graphs, key=lambda graph: graph[field], reverse=order.lower() == "desc")
    page, size = _number(wanted, "page", 1), min(_number(wanted, "per_page", USUAL_PAGE), LARGEST_PAGE)
    response = json_response(graphs[(page - 1) * size : page * size])
    response.headers |= {"Total": str(len(graphs)), "Per-Page": str(size)}
    return response


def _wanted(request: Request) -> dict[str, str]:
    """Page and order from the query; its gem sends them in a JSON body, even with GET."""
    body = request.json() if request.body else {}
    return {name: str(value) for name, value in (body if isinstance(body, dict) else {}).items()} | dict(request.query)


def _number(wanted: dict[str, str], name: str, default: int) -> int:
    text = wanted.get(name) or str(default)
    if not text.isdecimal() or int(text) < 1:
        raise ApiError(400, f"{name} must be a number from 1")
    return int(text)


@router.add("domoscio.get_knowledge_graph", "GET", "/knowledge_graphs/{graph_id}")
def get_knowledge_graph(world: World, request: Request, graph_id: str, instance_id: str = INSTANCE) -> Any:
    """One knowledge graph."""
    _check(instance_id)
    return world.part(KnowledgeGraphs).find(graph_id)


@router.add("domoscio.create_knowledge_graph", "POST", "/knowledge_graphs")
def create_knowledge_graph(world: World, request: Request, instance_id: str = INSTANCE) -> Any:
    """Create KnowledgeGraph."""
    _check(instance_id)
    body = request.json_object()
    for name in ("name", "uid"):
        value = body.get(name)
        if not isinstance(value, str) or not value.strip():
            raise ApiError(400, f"Parameter {name} is required")
    return world.part(KnowledgeGraphs).create(body["name"], body["uid"])
