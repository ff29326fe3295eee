"""The kinds of things that the search finds: the twelve that the document names, and whatever else an instance has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entity:
    """One kind. object_kind: what its page here and in Domo is registered under."""

    name: str
    label: str
    plural: str
    icon: str
    object_kind: str


ENTITIES = {
    each.name: each
    for each in (
        Entity("dataset", "Dataset", "Datasets", "database", "dataset"),
        Entity("card", "Card", "Cards", "chart-bar", "card"),
        Entity("page", "Page", "Pages", "layout-dashboard", "page"),
        Entity("dataflow", "Dataflow", "Dataflows", "route", "dataflow"),
        Entity("user", "Person", "People", "user", "user"),
        Entity("group", "Group", "Groups", "users-group", "group"),
        Entity("account", "Account", "Accounts", "key", "account"),
        Entity("alert", "Alert", "Alerts", "bell", "alert"),
        Entity("beast_mode", "Beast Mode", "Beast Modes", "sparkles", "beast_mode"),
        Entity("connector", "Connector", "Connectors", "plug", "connector"),
        Entity("app", "App", "Apps", "stack-2", "app"),
        Entity("data_app", "Data app", "Data apps", "device-desktop", "data_app"),
    )
}
# Others may be there, says the document; these are in use and have pages or icons of their own.
_FURTHER = {
    "queue": ("Queue", "list-details", "queue"),
    "workflow_model": ("Workflow", "route", "workflow"),
    "fileset": ("File set", "folder", "fileset"),
    "package": ("Code package", "code", "package"),
    "app_card": ("App card", "layout-cards", "card"),
}


def entity_of(name: str) -> Entity:
    """Return a kind by its name; one that is not known has its own name and a plain icon."""
    known = ENTITIES.get(name)
    if known is not None:
        return known
    label, icon, kind = _FURTHER.get(name, (name.replace("_", " ").capitalize() or "Something", "file", name))
    return Entity(name, label, f"{label}s", icon, kind)
