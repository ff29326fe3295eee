"""What Halden Outdoor runs as workflows: the processes with a step for people, and the automatic ones."""

from __future__ import annotations

from typing import NamedTuple


class Variable(NamedTuple):
    """A variable of a task: name, type, whether it goes in, out or both, and values it usually has."""

    name: str
    type: str
    direction: str
    samples: tuple[object, ...] = ()
    required: bool = True

    @property
    def label(self) -> str:
        """What stands beside the field."""
        return self.name.replace("_", " ")


class Process(NamedTuple):
    """A process whose human step stands in a queue."""

    name: str
    department: str
    queue: str
    description: str
    form: str
    title: str
    variables: tuple[Variable, ...]


class Automation(NamedTuple):
    """A process without people: start parameters as name, type and whether a list is expected."""

    name: str
    department: str
    description: str
    inputs: tuple[tuple[str, str, bool, bool], ...]


DUE = Variable("Decision_due", "date", "in")
APPROVED = Variable("Approved", "boolean", "out", (True, True, False))
COMMENT = Variable("Comment", "text", "out", ("Checked with the team lead", "Within budget", "See the mail"), False)

PROCESSES: tuple[Process, ...] = (
    Process(
        "Return approval",
        "Retail operations",
        "Returns above limit",
        "Returns worth more than 250 EUR that a store manager must decide.",
        "Return approval form",
        "Please decide on this return",
        (
            Variable("Store", "text", "in", ("DE-0012", "SE-0101", "NO-0007", "US-0044", "FR-0031")),
            Variable("Article", "text", "in", ("TNT-3P-114", "JKT-W-208", "PCK-45L-077")),
            Variable("Amount", "number", "in", (289.0, 412.5, 1120.0, 355.9)),
            Variable("Reason", "text", "both", ("Zip broken on first use", "Wrong size delivered", "Seam leaks")),
            DUE,
            APPROVED,
            COMMENT,
        ),
    ),
    Process(
        "Price change",
        "Merchandising",
        "Price change approvals",
        "Price changes of more than 15 percent before they go to the stores.",
        "Price change form",
        "Please check the new price",
        (
            Variable("Article", "text", "in", ("STV-GAS-310", "BOT-TRK-042", "SOK-MER-009")),
            Variable("Old_price", "number", "in", (129.0, 89.9, 24.5)),
            Variable("New_price", "number", "both", (99.0, 69.9, 19.5)),
            DUE,
            APPROVED,
        ),
    ),
    Process(
        "Supplier onboarding",
        "Supply chain",
        "New suppliers",
        "Suppliers whose papers are complete and whose terms have to be agreed.",
        "Supplier form",
        "Please complete the supplier's terms",
        (
            Variable("Supplier", "text", "in", ("Trollhätte Textil AB", "Karpaty Gear", "Blue Ridge Metals")),
            Variable("Country", "text", "in", ("SE", "PL", "US")),
            DUE,
            Variable("Payment_days", "number", "out", (30, 45, 60)),
            APPROVED,
        ),
    ),
    Process(
        "Warranty claim",
        "Customer care",
        "Warranty claims to review",
        "Claims that the rules could not decide.",
        "Warranty claim form",
        "Please review the claim",
        (
            Variable("Claim", "text", "in", ("W-20881", "W-20914", "W-21007", "W-21120")),
            Variable("Fault", "text", "both", ("Pole snapped in wind", "Sole came loose", "Burner leaks")),
            DUE,
            Variable("Repair_instead", "boolean", "out", (True, False)),
            APPROVED,
        ),
    ),
    Process(
        "Campaign budget",
        "Marketing",
        "Marketing budget requests",
        "Requests for money beyond the plan of the quarter.",
        "Budget request form",
        "Please decide on the budget",
        (
            Variable("Campaign", "text", "in", ("Spring trails", "Winter camp", "Member week")),
            Variable("Requested_amount", "number", "in", (12000, 4500, 38000)),
            DUE,
            Variable("Granted_amount", "number", "out", (12000, 3000, 30000)),
            APPROVED,
        ),
    ),
    Process(
        "Data quality exception",
        "IT and data",
        "Data quality exceptions",
        "Rows that a check held back until someone looks at them.",
        "Exception form",
        "Please judge the rows that were held back",
        (
            Variable("Dataset", "dataset", "in"),
            Variable("Finding", "text", "both", ("214 rows without a store", "Currency changed from SEK to NOK")),
            DUE,
            Variable("Load_anyway", "boolean", "out", (True, False)),
        ),
    ),
    Process(
        "Headcount request",
        "People",
        "Headcount requests",
        "New positions that need an approval.",
        "Headcount form",
        "Please decide on the position",
        (
            Variable("Position", "text", "in", ("Store assistant", "Demand planner", "Repair technician")),
            Variable("Requested_by", "person", "in"),
            DUE,
            APPROVED,
            COMMENT,
        ),
    ),
    Process(
        "Product text review",
        "E-commerce",
        "Generated product texts to check",
        "Human review of texts that were generated for the web shop.",
        "Product text review form",
        "Please review the generated text",
        (
            Variable(
                "Suggested_text",
                "text",
                "both",
                (
                    "A tent for three that stands in four minutes and in strong wind.",
                    "Wool socks that stay dry on long days.",
                    "A stove that boils a litre in three minutes.",
                ),
            ),
            DUE,
            Variable("Publish", "boolean", "out", (True, False)),
        ),
    ),
    Process(
        "Energy anomaly",
        "Sustainability",
        "Store energy anomalies",
        "Meters that read much more than the weather explains.",
        "Energy anomaly form",
        "Please find the cause",
        (
            Variable("Store", "text", "in", ("DE-0077", "SE-0018", "NL-0102")),
            Variable("Excess_kilowatt_hours", "number", "in", (418.2, 96.0, 1203.7)),
            DUE,
            Variable("Cause", "text", "out", ("Ventilation ran at night", "Meter was replaced", "Door heater on")),
        ),
    ),
    Process(
        "Payment release",
        "Finance",
        "Supplier payments to release",
        "Payments above the limit of a single approver.",
        "Payment release form",
        "Please release the payment",
        (
            Variable("Supplier", "text", "in", ("Karpaty Gear", "Nordfjell AS", "Varg Outdoor GmbH")),
            Variable("Amount", "number", "in", (48200.0, 112900.5, 76010.0)),
            DUE,
            APPROVED,
        ),
    ),
    Process(
        "Contract renewal",
        "Legal",
        "Contract renewals",
        "Contracts that end within 90 days.",
        "Contract renewal form",
        "Please decide whether to renew",
        (
            Variable("Contract", "text", "in", ("C-1180 freight", "C-0932 licences", "C-1207 lease Lyon")),
            DUE,
            Variable("Renew", "boolean", "out", (True, False)),
        ),
    ),
    Process(
        "Confidential report",
        "Legal",
        "Confidential reports",
        "Reports to the compliance office.",
        "Report form",
        "Please take up the report",
        (Variable("Report", "text", "in", ("R-41", "R-42")), DUE, Variable("Outcome", "text", "out", ("Closed",))),
    ),
    Process(
        "Stock take",
        "Retail operations",
        "Holiday stock take 2024",
        "Differences found in the stock take between the years.",
        "Stock take form",
        "Please explain the difference",
        (
            Variable("Store", "text", "in", ("DE-0003", "NO-0015")),
            Variable("Difference", "number", "in", (-12, 4, -3)),
            DUE,
            Variable("Explanation", "text", "out", ("Counted twice", "Theft reported", "Moved to another store")),
        ),
    ),
)
READ_ONLY = "Contract renewal"
HIDDEN = "Confidential report"
ARCHIVED = "Stock take"

AUTOMATIONS: tuple[Automation, ...] = (
    Automation(
        "AddTwoNumbers",
        "IT and data",
        "Adds two numbers; used to check the connection.",
        (("parameter1", "number", True, False), ("parameter2", "number", True, False)),
    ),
    Automation(
        "Refresh store extracts",
        "Retail operations",
        "Loads the extracts of the stores anew from a day on.",
        (("from_day", "date", True, False), ("stores", "text", False, True), ("full", "boolean", False, False)),
    ),
    Automation(
        "Tell owners of stale datasets",
        "IT and data",
        "Writes to the owner of each dataset that is older than the limit.",
        (("datasets", "dataset", True, True), ("limit", "duration", False, False), ("copy_to", "person", False, False)),
    ),
    Automation(
        "Nightly price export",
        "Merchandising",
        "Exports the prices of the day for the tills.",
        (("valid_at", "dateTime", False, False), ("minimum_margin", "decimal", False, False)),
    ),
    Automation(
        "Archive contracts",
        "Legal",
        "Moves contracts that ended into the archive.",
        (("settings", "object", False, False), ("readers", "group", False, False), ("at", "time", False, False)),
    ),
)
