"""The formulas that Halden Outdoor writes again and again, by the kind of schema that they need."""

from __future__ import annotations

from typing import NamedTuple


class Formula(NamedTuple):
    """A formula that many datasets share: name, Domo type of its value, expression."""

    name: str
    data_type: str
    expression: str


def _recent(day: str, amount: str) -> str:
    return f"SUM(CASE WHEN DATEDIFF(CURRENT_DATE(), `{day}`) < 28 THEN `{amount}` ELSE 0 END)"


def _share(amount: str, condition: str) -> str:
    return f"SUM(CASE WHEN {condition} THEN `{amount}` ELSE 0 END) / NULLIF(SUM(`{amount}`), 0)"


FORMULAS: dict[str, tuple[Formula, ...]] = {
    "sales": (
        Formula("Net sales", "DOUBLE", "SUM(`net_amount`)"),
        Formula("Average basket", "DOUBLE", "SUM(`net_amount`) / NULLIF(COUNT(DISTINCT `receipt_id`), 0)"),
        Formula("Net sales, last 28 days", "DOUBLE", _recent("sale_date", "net_amount")),
        Formula("Member share", "DOUBLE", "COUNT(`loyalty_id`) / COUNT(*)"),
        Formula(
            "Discounted or full price",
            "STRING",
            "CASE WHEN `discount_share` > 0.05 THEN 'Discounted' ELSE 'Full price' END",
        ),
        Formula("Sale month", "STRING", "DATE_FORMAT(`sale_date`, '%Y-%m')"),
        Formula("Card payments share", "DOUBLE", _share("net_amount", "`payment_type` = 'Card'")),
    ),
    "product": (
        Formula("Average list price", "DOUBLE", "AVG(`list_price`)"),
        Formula("Articles", "LONG", "COUNT(DISTINCT `article_id`)"),
        Formula("Brand and category", "STRING", "CONCAT(`brand`, ' / ', `category`)"),
        Formula("Still sold", "STRING", "CASE WHEN `status` IN ('active', 'phasing out') THEN 'yes' ELSE 'no' END"),
        Formula("Days on the list", "LONG", "DATEDIFF(CURRENT_DATE(), `valid_from`)"),
    ),
    "inventory": (
        Formula("Stock value", "DOUBLE", "SUM(`on_hand` * `unit_cost`)"),
        Formula("Free stock", "LONG", "SUM(`on_hand`) - SUM(`reserved`)"),
        Formula("Running low", "STRING", "CASE WHEN `days_of_cover` < 14 THEN 'order now' ELSE 'fine' END"),
        Formula("Average cover in days", "DOUBLE", "AVG(`days_of_cover`)"),
        Formula("Share of stock in Venlo", "DOUBLE", _share("on_hand", "`warehouse` = 'Venlo'")),
    ),
    "finance": (
        Formula("Amount in thousands", "DOUBLE", "SUM(`amount`) / 1000"),
        Formula("Bookings", "LONG", "COUNT(DISTINCT `document_id`)"),
        Formula("Posting quarter", "STRING", "CONCAT(YEAR(`posting_date`), '-Q', QUARTER(`posting_date`))"),
        Formula("Cost or revenue", "STRING", "CASE WHEN `amount` < 0 THEN 'cost' ELSE 'revenue' END"),
        Formula("Amount, last 28 days", "DOUBLE", _recent("posting_date", "amount")),
    ),
    "web": (
        Formula("Bounce rate", "DOUBLE", "SUM(`bounces`) / NULLIF(SUM(`sessions`), 0)"),
        Formula("Revenue per session", "DOUBLE", "SUM(`revenue`) / NULLIF(SUM(`sessions`), 0)"),
        Formula("Mobile share", "DOUBLE", _share("sessions", "`device` IN ('mobile', 'app')")),
        Formula("Weekday of visit", "STRING", "DAYNAME(`visit_date`)"),
        Formula("Sessions, last 28 days", "LONG", _recent("visit_date", "sessions")),
    ),
    "marketing": (
        Formula("Cost per order", "DOUBLE", "SUM(`cost`) / NULLIF(SUM(`orders`), 0)"),
        Formula("Cost per click", "DOUBLE", "SUM(`cost`) / NULLIF(SUM(`clicks`), 0)"),
        Formula("Paid or owned", "STRING", "CASE WHEN `channel` IN ('Email', 'Print') THEN 'owned' ELSE 'paid' END"),
        Formula("Spend, last 28 days", "DOUBLE", _recent("day", "cost")),
    ),
    "support": (
        Formula("Hours to answer", "DOUBLE", "AVG(`minutes_to_answer`) / 60"),
        Formula("Tickets", "LONG", "COUNT(DISTINCT `ticket_id`)"),
        Formula("Answered within a day", "STRING", "CASE WHEN `minutes_to_answer` <= 1440 THEN 'yes' ELSE 'no' END"),
        Formula("Happy customers", "DOUBLE", "SUM(CASE WHEN `satisfaction` >= 4 THEN 1 ELSE 0 END) / COUNT(*)"),
    ),
    "people": (
        Formula("Cost per head", "DOUBLE", "SUM(`cost`) / NULLIF(SUM(`headcount`), 0)"),
        Formula("Hours per head", "DOUBLE", "SUM(`hours`) / NULLIF(SUM(`headcount`), 0)"),
        Formula("Seasonal share", "DOUBLE", _share("headcount", "`contract` = 'Seasonal'")),
    ),
    "operations": (
        Formula("Overdue", "STRING", "CASE WHEN `due_date` < CURRENT_DATE() THEN 'overdue' ELSE 'in time' END"),
        Formula("Open records", "LONG", "SUM(CASE WHEN `state` = 'done' THEN 0 ELSE 1 END)"),
        Formula("Share done", "DOUBLE", "SUM(CASE WHEN `state` = 'done' THEN 1 ELSE 0 END) / COUNT(*)"),
        Formula("Recorded month", "STRING", "DATE_FORMAT(`recorded_at`, '%Y-%m')"),
    ),
    "energy": (
        Formula("Carbon per kilowatt hour", "DOUBLE", "SUM(`carbon_kg`) / NULLIF(SUM(`kilowatt_hours`), 0)"),
        Formula("Megawatt hours", "DOUBLE", "SUM(`kilowatt_hours`) / 1000"),
        Formula("Estimated share", "DOUBLE", _share("kilowatt_hours", "`estimated` = 'yes'")),
    ),
}

# name, Domo type, value: chosen by whoever looks at a card
VARIABLES: tuple[Formula, ...] = (
    Formula("Reporting currency", "STRING", "'EUR'"),
    Formula("Comparison period in weeks", "LONG", "52"),
    Formula("Margin target", "DOUBLE", "0.41"),
    Formula("Days of cover wanted", "LONG", "28"),
)
