"""What Halden Outdoor's datasets are about: name, department, kind of schema, and a sentence on the content."""

from __future__ import annotations

from typing import NamedTuple


class Subject(NamedTuple):
    """A thing that is measured or listed somewhere in the company."""

    name: str
    department: str
    schema: str
    description: str


def _of(department: str, schema: str, *lines: str) -> tuple[Subject, ...]:
    subjects = []
    for line in lines:
        name, _, description = line.partition(": ")
        subjects.append(Subject(name, department, schema, description))
    return tuple(subjects)


SUBJECTS: tuple[Subject, ...] = (
    *_of(
        "Retail operations",
        "sales",
        "Store sales: Every sale of the stores with amount, currency and loyalty number",
        "POS transactions: Till transactions as they leave the stores",
        "Returns by reason: Goods brought back, with the reason given at the till",
        "Gift card liabilities: Open balances of gift cards sold in stores",
        "Basket size: Items and value per till receipt",
        "Store traffic counters: Visitors counted at the doors",
    ),
    *_of(
        "Merchandising",
        "product",
        "Product master: Articles with brand, category, season and status",
        "Price list: Valid prices per article and market",
        "Markdown plan: Planned price reductions by article and week",
        "Assortment depth: Sizes and colours carried per store cluster",
        "Sell-through rate: Share of bought stock sold at full price",
        "Size curve: How sales spread over sizes",
    ),
    *_of(
        "Supply chain",
        "inventory",
        "Inventory snapshot by warehouse: Stock on hand at the end of the day",
        "Purchase orders open: Orders placed with suppliers and not yet received",
        "Demand forecast: Expected units per article and week",
        "Supplier scorecard: Punctuality and quality of suppliers",
        "Freight cost by lane: What each transport lane costs per kilogram",
        "Warehouse throughput: Lines picked, packed and shipped",
        "Container arrivals: Expected and actual arrival of sea freight",
        "Stock transfers: Moves of goods between stores and warehouses",
    ),
    *_of(
        "Finance",
        "finance",
        "GL balances by cost center: Closing balances of the general ledger",
        "FX rates: Exchange rates that the group reports with",
        "Budget by department: Approved budget and commitments",
        "Accounts payable ageing: Open supplier invoices by due date",
        "Intercompany postings: Bookings between companies of the group",
        "Margin bridge: From list price to contribution margin",
        "Cash position: Bank balances and planned payments",
        "Capital expenditure: Spend on stores, warehouses and systems",
    ),
    *_of(
        "E-commerce",
        "web",
        "Web orders: Orders placed on the web shop and in the app",
        "Web visits by landing page: Sessions, bounces and conversions per page",
        "Onsite search terms: What visitors look for and whether they find it",
        "Cart abandonment: Carts left behind with value and step",
        "App sessions: Use of the mobile app by version and market",
        "Click and collect: Web orders picked up in stores",
    ),
    *_of(
        "Marketing",
        "marketing",
        "Marketing spend by channel: Cost, clicks and orders per channel",
        "Email campaign results: Sent, opened, clicked and bought per campaign",
        "Loyalty members: Members with tier, points and last purchase",
        "Paid search keywords: Cost and revenue per keyword",
        "Affiliate orders: Orders and commission by partner",
        "Brand tracker survey: Answers of the quarterly brand survey",
        "Social engagement: Reach and reactions per post",
    ),
    *_of(
        "Customer care",
        "support",
        "Customer care tickets: Requests with channel, topic and time to answer",
        "Warranty claims: Claims by article, fault and decision",
        "Repair parts: Parts used in the repair workshops",
        "Call centre queues: Calls offered, answered and lost per interval",
        "Customer satisfaction: Scores given after a contact",
    ),
    *_of(
        "People",
        "people",
        "Headcount: Employees by department, site and contract",
        "Absence days: Days away from work by reason group",
        "Recruiting pipeline: Candidates by stage and source",
        "Training completions: Courses finished per team",
        "Shift plan: Planned and worked hours per store",
    ),
    *_of(
        "IT and data",
        "operations",
        "Data pipeline runs: Runs of the nightly loads with duration and rows",
        "Service desk incidents: Incidents by system, priority and time to fix",
        "Licence usage: Seats bought and used per product",
        "Device inventory: Tills, handhelds and notebooks by site",
        "Domo activity: What people open and change in Domo",
    ),
    *_of(
        "Legal",
        "operations",
        "Contract register: Contracts with partner, term and notice period",
        "Data subject requests: Requests under privacy law and their state",
        "Trademark portfolio: Marks, classes and renewal dates",
        "Litigation reserves: Open cases and the amounts set aside",
    ),
    *_of(
        "Product development",
        "product",
        "Range plan: Articles planned per season and category",
        "Material test results: Tear, water column and colour tests",
        "Sample tracking: Where each sample is on its way",
        "Cost of goods: Cost per article by component",
    ),
    *_of(
        "Sustainability",
        "energy",
        "Store energy meters: Electricity and heat readings per store and hour",
        "Carbon footprint by product: Emissions per article and life-cycle stage",
        "Packaging weight: Packaging material per order",
        "Supplier audits: Findings of social and environmental audits",
    ),
)

# name, owner, certification, rows, cards, minutes since the last update, provider: what the company talks about
KNOWN_DATASETS: tuple[tuple[str, str, str, int, int, int, str], ...] = (
    ("Store sales daily", "Tomasz Wieczorek", "CERTIFIED", 49_418_425, 86, 12, "snowflake"),
    ("Product master", "Hanna Becker", "CERTIFIED", 184_220, 74, 5 * 60, "sap-hana"),
    ("GL balances by cost center", "Priya Raman", "CERTIFIED", 9_402_118, 61, 24 * 60, "sap-hana"),
    ("Inventory snapshot by warehouse", "Luis Ferreira", "", 31_077_402, 58, 3 * 60, "snowflake"),
    ("POS transactions EU", "Ben Carver", "", 612_480_113, 52, 26, "snowflake"),
    ("Marketing spend by channel", "Aiko Tanabe", "REQUESTED", 1_288_640, 47, 7 * 60, "google-analytics"),
    ("Demand forecast weekly", "Tomasz Wieczorek", "", 4_630_512, 44, 2 * 1440, "dataflow"),
    ("Loyalty members", "Daniel Okafor", "CERTIFIED", 2_918_774, 41, 6 * 60, "salesforce"),
    ("Purchase orders open", "Luis Ferreira", "", 96_318, 39, 60, "sap-hana"),
    ("Returns by reason", "Victor Hale", "", 771_905, 36, 143 * 1440, "dataflow"),
    ("Supplier scorecard", "Luis Ferreira", "EXPIRED", 12_480, 35, 3 * 1440, "google-sheets"),
    ("Web visits by landing page", "Daniel Okafor", "", 88_214_090, 33, 4 * 60, "google-analytics"),
    ("Freight cost by lane", "Ben Carver", "", 402_771, 31, 9 * 60, "snowflake"),
    ("Price list US", "Sofia Marchetti", "CERTIFIED", 61_204, 30, 12 * 60, "sap-hana"),
    ("Headcount monthly", "Grace Mwangi", "CERTIFIED", 38_112, 28, 18 * 1440, "workday"),
    ("Customer care tickets", "Sofia Marchetti", "", 5_120_366, 27, 40, "zendesk"),
    ("Store traffic counters", "Luis Ferreira", "", 3_640_288, 25, 97 * 1440, "api"),
    ("Gift card liabilities", "Priya Raman", "", 1_004_817, 24, 1440, "dataflow"),
    ("FX rates daily", "Priya Raman", "CERTIFIED", 214_655, 24, 8 * 60, "api"),
    ("Email campaign results", "Aiko Tanabe", "", 7_311_902, 22, 2 * 60, "salesforce"),
    ("Warranty claims", "Victor Hale", "", 233_418, 21, 11 * 1440, "file-upload"),
    ("Budget by department FY26", "Priya Raman", "CERTIFIED", 18_904, 20, 22 * 1440, "webform"),
    ("Store energy meters", "Hanna Becker", "", 18_402_551, 19, 201 * 1440, "api"),
    ("Web orders", "Daniel Okafor", "REQUESTED", 14_290_337, 19, 15, "snowflake"),
    ("Markdown plan", "Aiko Tanabe", "", 8_812, 18, 118 * 1440, "file-upload"),
)
