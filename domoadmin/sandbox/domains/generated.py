"""The domains that Halden Outdoor began with: its stores, warehouses and offices, and those of its partners."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

HOME = "halden"
STORE_FIELDS = [
    {"id": "lang", "label": "Language", "type": "text"},
    {"id": "floor_area", "label": "Floor area in square metres", "type": "number"},
]
SITE_FIELDS = [
    {"id": "lang", "label": "Language", "type": "text"},
    {"id": "contact", "label": "Contact", "type": "text"},
]

# region id and name, language, cities
REGIONS = (
    ("nordics", "Nordics", "nb", ("Oslo", "Bergen", "Gothenburg", "Aarhus", "Tampere")),
    ("dach", "DACH", "de", ("Hamburg", "Munich", "Graz", "Zurich", "Leipzig")),
    ("us", "US", "en", ("Reno", "Denver", "Portland", "Boise", "Burlington")),
    ("uk", "UK", "en", ("Leeds", "Bristol", "Edinburgh", "Sheffield", "Cardiff")),
    ("france", "France", "fr", ("Lyon", "Grenoble", "Annecy", "Nantes", "Toulouse")),
    ("benelux", "Benelux", "nl", ("Venlo", "Utrecht", "Ghent", "Liege", "Arnhem")),
    ("iberia", "Iberia", "es", ("Bilbao", "Porto", "Granada", "Zaragoza", "Braga")),
    ("italy", "Italy", "it", ("Turin", "Bolzano", "Trento", "Bergamo", "Verona")),
    ("poland", "Poland", "pl", ("Krakow", "Gdansk", "Wroclaw", "Poznan", "Zakopane")),
    ("canada", "Canada", "en", ("Calgary", "Quebec", "Whistler", "Halifax", "Ottawa")),
    ("japan", "Japan", "ja", ("Sapporo", "Nagano", "Sendai", "Kyoto", "Matsumoto")),
)
STREETS = (
    "Harbour Street",
    "Market Square",
    "Station Road",
    "Mill Lane",
    "North Gate",
    "River Walk",
    "Castle Hill",
    "Park Avenue",
    "Old Bridge",
    "Church Street",
    "South Mall",
    "Ring Road Centre",
)
AREAS = ("Sales floor", "Stockroom", "Tills", "Repair bench")
# of each size: cities of a region, stores of a city, areas of a store
BREADTHS = {"small": (3, 0, 0), "medium": (5, 4, 1), "large": (5, 12, 4)}
WAREHOUSES = ("Venlo", "Reno", "Halden", "Gothenburg")
DOCKS = ("Inbound", "Outbound", "Cold store", "Returns")
OFFICES = (("halden-hq", "Halden headquarters", 46), ("hamburg", "Hamburg office", 18), ("reno", "Reno office", 9))
DEVICES = (
    ("tills", "Tills", 3),
    ("door-counters", "Door counters", 2),
    ("energy-meters", "Energy meters", 4),
    ("handhelds", "Handheld scanners", 1),
)
PARTNERS = (
    ("repair", "partners", "Repair partners"),
    ("repair.bergen", "repair", "Fjell Repair, Bergen"),
    ("repair.bergen.bench", "repair.bergen", "Ski bench"),
    ("repair.lyon", "repair", "Atelier Rhone, Lyon"),
    ("franchise", "partners", "Franchise partners"),
    ("franchise.baltics", "franchise", "Baltics"),
    ("courier", "partners", "Couriers"),
)


@dataclass
class Node:
    """One domain with what is attached to it directly. `parent` is empty at the top."""

    id: str
    parent: str
    name: str
    description: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    metadata: list[dict[str, Any]] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    things: int = 0
    users: int = 0
    thing_types: int = 0


def make_domains(size: str) -> Iterator[Node]:
    """Every domain, parents first: about 80 in a small company, 3,600 in a large one."""
    theme = {"theme": {"primaryColor": "#1f5f4a"}}
    settings = {**theme, "max_users": 5_000, "max_things": 250_000, "max_thingtypes": 200}
    yield Node(HOME, "", "Halden Outdoor", "The whole group", {"lang": "en"}, SITE_FIELDS, settings, users=4)
    yield from _stores(*BREADTHS[size])
    yield from _sites()
    yield Node("partners", "", "Partner organisations", "Run by partners on their own account")
    for identifier, parent, name in PARTNERS:
        yield Node(identifier, parent, name, f"{name} of Halden Outdoor", {"lang": "en"}, SITE_FIELDS)
    yield Node("cascade", "", "Cascade Sports", "Acquired, not yet joined to the group", users=31)
    yield Node("cascade.boulder", "cascade", "Boulder store", things=12)


def _slug(name: str) -> str:
    return name.lower().replace(" ", "-")


def _stores(cities: int, stores: int, areas: int) -> Iterator[Node]:
    yield Node("stores", HOME, "Stores", "All stores by region", {"lang": "en"}, STORE_FIELDS, {"max_things": 200_000})
    for region, title, language, names in REGIONS:
        above = f"stores.{region}"
        # Japan was given up in 2023; its devices still report.
        closed = " Closed in 2023, devices not yet taken down." if region == "japan" else ""
        text = f"Stores in {title}.{closed}"
        yield Node(above, "stores", f"Stores {title}", text, {"lang": language}, STORE_FIELDS, {"max_users": 400})
        for number, city in enumerate(names[:cities]):
            place = f"{above}.{_slug(city)}"
            data = {"lang": language, "floor_area": 380 + 45 * number}
            yield Node(place, above, city, f"Stores in {city}", data, STORE_FIELDS, things=0 if stores else 24, users=3)
            for street in STREETS[:stores]:
                store = f"{place}.{_slug(street)}"
                size = {"lang": language, "floor_area": 210 + 7 * len(street) * (number + 1)}
                yield Node(store, place, f"{city} {street}", "", size, STORE_FIELDS, things=18, users=2)
                for area in AREAS[:areas]:
                    yield Node(f"{store}.{_slug(area)}", store, area, f"{area} of {city} {street}", things=6)


def _sites() -> Iterator[Node]:
    yield Node("warehouses", HOME, "Warehouses", "Where goods are kept and shipped from", {"lang": "en"}, SITE_FIELDS)
    for city in WAREHOUSES:
        site = f"warehouses.{_slug(city)}"
        yield Node(site, "warehouses", city, f"Warehouse {city}", {"lang": "en"}, SITE_FIELDS, users=5)
        for dock in DOCKS:
            yield Node(f"{site}.{_slug(dock)}", site, dock, f"{dock} at {city}", things=40)
    yield Node("offices", HOME, "Offices", "Where people work who don't sell", {"lang": "en"}, SITE_FIELDS)
    for identifier, name, users in OFFICES:
        yield Node(f"offices.{identifier}", "offices", name, name, {"lang": "en"}, SITE_FIELDS, users=users)
    yield Node("devices", HOME, "Device catalogue", "Thing types that all sites share")
    for identifier, name, types in DEVICES:
        yield Node(f"devices.{identifier}", "devices", name, f"Types of {name.lower()}", thing_types=types)
    yield Node("pilots", HOME, "Pilots", "Trials that may be thrown away", {"lang": "en"}, SITE_FIELDS)
    yield Node("pilots.smart-shelf", "pilots", "Smart shelf", "Shelves that weigh what stands on them")
    yield Node("pilots.smart-shelf.oslo", "pilots.smart-shelf", "Smart shelf Oslo", "First of two trial stores")
