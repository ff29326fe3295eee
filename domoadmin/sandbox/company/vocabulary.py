"""The words that Halden Outdoor uses: departments, titles, names, subjects, regions, systems."""

from __future__ import annotations

from dataclasses import dataclass

DEPARTMENTS = (
    "Retail operations",
    "Merchandising",
    "Supply chain",
    "Finance",
    "E-commerce",
    "Marketing",
    "Customer care",
    "People",
    "IT and data",
    "Legal",
    "Product development",
    "Sustainability",
)

TITLES = {
    "Retail operations": ("Store operations analyst", "Regional manager", "Store performance lead", "Area manager"),
    "Merchandising": ("Category manager", "Assortment planner", "Merchandise analyst", "Pricing analyst"),
    "Supply chain": ("Logistics analyst", "Demand planner", "Warehouse systems lead", "Procurement analyst"),
    "Finance": ("Financial analyst", "Controller", "Treasury analyst", "Accounts payable lead"),
    "E-commerce": ("Web analyst", "Conversion manager", "E-commerce product owner", "Search specialist"),
    "Marketing": ("Campaign manager", "CRM analyst", "Brand manager", "Performance marketer"),
    "Customer care": ("Service analyst", "Contact centre lead", "Warranty specialist", "Quality coach"),
    "People": ("People analyst", "Recruiter", "Payroll specialist", "Workforce planner"),
    "IT and data": ("Data engineer", "Analytics engineer", "BI developer", "Platform administrator"),
    "Legal": ("Legal counsel", "Privacy officer", "Compliance analyst", "Contract manager"),
    "Product development": ("Product designer", "Materials engineer", "Range developer", "Quality engineer"),
    "Sustainability": ("Sustainability analyst", "Traceability lead", "Energy manager", "Reporting specialist"),
}


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST_NAMES = _words(
    "Astrid Bjorn Camille Dario Elin Fabian Greta Henrik Ingrid Jonas Katarina Lars Maja Niklas Oskar Petra Rafael "
    "Saga Theo Ulla Viktor Wilma Yara Zofia Amina Bruno Chiara Dmitri Esther Farah Gabriel Helena Ismael Julia Kofi "
    "Lena Mateo Nadia Omar Paula Quentin Ravi Sara Tobias Uma Valentina Wei Ximena Yusuf Zoe Anders Beatrix Clara "
    "David Emilia Felix Hannah Ivan Johanna Kenji Linnea Marco Noor Olivia Pavel Rosa Simon Tilda Vera William"
)

LAST_NAMES = _words(
    "Andersson Berg Carlsen Dahl Eriksen Fontaine Garcia Holm Ivanova Jensen Kowalski Larsson Moreau Nilsen Olsen "
    "Petrov Quist Rossi Schmidt Tanaka Ueda Vogel Weber Xu Yilmaz Zimmermann Abbott Bianchi Costa Dubois Ekström "
    "Fischer Grant Haugen Iqbal Johansson Keller Lindgren Martins Novak Okoye Pereira Ruiz Silva Thomsen Usman "
    "Vasquez Wagner Young Zeller Adeyemi Brandt Castillo Dietrich Engel Ferrari Gustafsson Hoffmann Isaksson Joshi "
    "Kaya Lopez Mbeki Nakamura Osei Popescu Richter Sato Torres Verhoeven Wójcik"
)

# name, department, title, left: the people whom everybody at Halden Outdoor knows
KNOWN_PEOPLE = (
    ("Marta Lindqvist", "IT and data", "Head of data platforms", False),
    ("Tomasz Wieczorek", "Retail operations", "Store performance lead", False),
    ("Priya Raman", "Finance", "Group controller", False),
    ("Ben Carver", "Supply chain", "Logistics lead", False),
    ("Luis Ferreira", "Supply chain", "Procurement lead", False),
    ("Aiko Tanabe", "Marketing", "CRM lead", False),
    ("Daniel Okafor", "E-commerce", "Digital analytics lead", False),
    ("Sofia Marchetti", "Customer care", "Service operations lead", False),
    ("Grace Mwangi", "People", "People analytics lead", False),
    ("Joel Sundström", "IT and data", "Data migration engineer", False),
    ("Hanna Becker", "Merchandising", "Category manager", True),
    ("Victor Hale", "Customer care", "Warranty specialist", True),
)

REGIONS = (
    "",
    "EU",
    "US",
    "Nordics",
    "DACH",
    "UK",
    "France",
    "Benelux",
    "Iberia",
    "Italy",
    "Poland",
    "Baltics",
    "Sweden",
    "Norway",
    "Denmark",
    "Finland",
    "Germany",
    "Austria",
    "Switzerland",
    "Netherlands",
    "Spain",
    "Canada",
    "US West",
    "US East",
    "Japan",
    "Australia",
)

# name in parentheses, provider key; the empty one is what people say in everyday talk
SYSTEMS = (
    ("", ""),
    ("Snowflake", "snowflake"),
    ("SAP HANA", "sap-hana"),
    ("cleaned", "dataflow"),
    ("archive", "amazon-s3"),
    ("staging", "dataflow"),
    ("legacy ERP", "mysql-ssh"),
    ("manual corrections", "google-sheets"),
)

GRAINS = (
    "",
    "daily",
    "weekly",
    "monthly",
    "hourly",
    "by store",
    "by category",
    "by brand",
    "year to date",
    "snapshot",
    "history",
    "FY26",
)


@dataclass(frozen=True)
class Provider:
    """Where a dataset's rows come from: the keys and names that Domo shows."""

    key: str
    name: str
    display_type: str
    transport: str
    weight: int


PROVIDERS = (
    Provider("snowflake", "Snowflake", "snowflake", "CONNECTOR", 22),
    Provider("sap-hana", "SAP HANA", "sap-hana", "CONNECTOR", 9),
    Provider("salesforce", "Salesforce", "salesforce", "CONNECTOR", 8),
    Provider("google-sheets", "Google Sheets", "google-sheets", "CONNECTOR", 10),
    Provider("webform", "Domo Webform", "webform", "WEBFORM", 5),
    Provider("dataflow", "DataFlow", "dataflow", "DATAFLOW", 20),
    Provider("file-upload", "File Upload", "file-upload", "FILE", 8),
    Provider("api", "API", "api", "API", 6),
    Provider("google-analytics", "Google Analytics", "google-analytics", "CONNECTOR", 4),
    Provider("workday", "Workday", "workday", "CONNECTOR", 2),
    Provider("zendesk", "Zendesk", "zendesk", "CONNECTOR", 2),
    Provider("amazon-s3", "Amazon S3", "amazon-s3", "CONNECTOR", 2),
    Provider("mysql-ssh", "MySQL SSH", "mysql-ssh", "CONNECTOR", 2),
)
PROVIDER_CODES = {provider.key: code for code, provider in enumerate(PROVIDERS)}

TAGS = (
    "core",
    "finance",
    "retail",
    "gdpr",
    "board",
    "daily",
    "deprecated",
    "pilot",
    "supply",
    "web",
    "crm",
    "people",
    "audit",
    "master data",
    "forecast",
    "store ops",
    "migration",
    "emea",
    "americas",
    "archive",
)

GROUPS = (
    ("Finance leads", "Finance", 34),
    ("Retail operations", "Retail operations", 212),
    ("Merchandising", "Merchandising", 41),
    ("Store managers", "Retail operations", 120),
    ("Supply chain planners", "Supply chain", 38),
    ("Marketing analysts", "Marketing", 26),
    ("Web analytics", "E-commerce", 19),
    ("Customer care leads", "Customer care", 14),
    ("People partners", "People", 12),
    ("Data engineers", "IT and data", 22),
    ("Legal and compliance", "Legal", 9),
    ("Product development", "Product development", 30),
    ("Sustainability council", "Sustainability", 11),
    ("Board reporting", "Finance", 8),
    ("Everyone at headquarters", "", 400),
)

ROLES = (
    (1, "Admin", "Full access to everything but billing and single sign-on", 68),
    (2, "Privileged", "Can create and edit most content", 41),
    (4, "Participant", "Can view and interact with shared content", 9),
    (3, "Editor", "Can edit content that is shared with them", 28),
    (5, "Social", "Can view content and take part in Buzz", 6),
    (1187425961, "Data steward", "Certifies and shares datasets", 33),
    (1204418837, "Migration engineer", "Publishes and migrates federated datasets", 57),
)
