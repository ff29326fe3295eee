"""Columns of the generated datasets and the DuckDB expressions that fill them, row by row, from the row number."""

from __future__ import annotations

from typing import NamedTuple


class Column(NamedTuple):
    """A column: name, Domo type, and how a row's value is made. {h} is a hash of row and column, {i} the row."""

    name: str
    type: str
    expression: str


def _pick(*values: str) -> str:
    listed = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
    return f"list_extract([{listed}], CAST({{h}} % {len(values)} AS INTEGER) + 1)"


DAY = "DATE '{day}' - CAST({h} % 730 AS INTEGER)"
MOMENT = "TIMESTAMP '{day} 00:00:00' - to_seconds(CAST({h} % 63072000 AS BIGINT))"
STORE = "list_extract(['DE-','SE-','FR-','NL-','US-','NO-'], CAST({h} % 6 AS INTEGER) + 1) || lpad(CAST({h} // 6 % 160 AS VARCHAR), 4, '0')"  # noqa: E501
SKU = "list_extract(['TNT-3P','STV-GAS','JKT-W','SOK-MER','BTL-1L','MAP-ALP','PCK-45L','BOT-TRK'], CAST({h} % 8 AS INTEGER) + 1) || '-' || lpad(CAST({h} // 8 % 900 AS VARCHAR), 3, '0')"  # noqa: E501
CURRENCY = _pick("EUR", "SEK", "USD", "GBP", "NOK", "CHF")
AMOUNT = "round(CAST({h} % 400000 AS DOUBLE) / 100, 2)"
LARGE_AMOUNT = "round(CAST({h} % 90000000 AS DOUBLE) / 100 - 120000, 2)"
SMALL = "CAST(1 + {h} % 6 AS BIGINT)"
COUNT = "CAST({h} % 5000 AS BIGINT)"
SHARE = "round(CAST({h} % 10000 AS DOUBLE) / 10000, 4)"
KEY = "CAST(100000 + {i} AS BIGINT)"
LOYALTY = "CASE WHEN {h} % 100 < 63 THEN NULL ELSE 'L-' || lpad(CAST({h} % 9999 AS VARCHAR), 4, '0') || '-' || lpad(CAST({h} // 7 % 99 AS VARCHAR), 2, '0') END"  # noqa: E501
COUNTRY = _pick("DE", "SE", "FR", "NL", "US", "NO", "PL", "CH")
CATEGORY = _pick("Tents", "Footwear", "Jackets", "Packs", "Cooking", "Climbing", "Cycling", "Travel")
BRAND = _pick("Halden", "Nordfjell", "Kestrel", "Trailhead", "Varg", "Alpin 1884")
NOTE = "CASE WHEN {h} % 5 = 0 THEN 'Checked, “see note ' || CAST({h} % 90 AS VARCHAR) || '”' ELSE NULL END"

SCHEMAS: dict[str, tuple[Column, ...]] = {
    "sales": (
        Column("sale_date", "DATE", DAY),
        Column("store_id", "STRING", STORE),
        Column("receipt_id", "LONG", KEY),
        Column("sku", "STRING", SKU),
        Column("net_amount", "DECIMAL", AMOUNT),
        Column("currency", "STRING", CURRENCY),
        Column("quantity", "LONG", SMALL),
        Column("loyalty_id", "STRING", LOYALTY),
        Column("sold_at", "DATETIME", MOMENT),
        Column("category", "STRING", CATEGORY),
        Column("discount_share", "DOUBLE", SHARE),
        Column("promo_code", "STRING", _pick("", "SPRING", "TRAIL10", "MEMBER", "OUTLET")),
        Column("payment_type", "STRING", _pick("Card", "Cash", "Gift card", "Invoice")),
        Column("country", "STRING", COUNTRY),
    ),
    "product": (
        Column("sku", "STRING", SKU),
        Column("article_id", "LONG", KEY),
        Column("brand", "STRING", BRAND),
        Column("category", "STRING", CATEGORY),
        Column("season", "STRING", _pick("SS25", "AW25", "SS26", "AW26")),
        Column("list_price", "DECIMAL", AMOUNT),
        Column("currency", "STRING", CURRENCY),
        Column("valid_from", "DATE", DAY),
        Column("status", "STRING", _pick("active", "planned", "phasing out", "ended")),
        Column("supplier_id", "LONG", COUNT),
    ),
    "inventory": (
        Column("snapshot_date", "DATE", DAY),
        Column("warehouse", "STRING", _pick("Halden DC", "Venlo", "Katowice", "Reno", "Lyon")),
        Column("sku", "STRING", SKU),
        Column("on_hand", "LONG", COUNT),
        Column("reserved", "LONG", SMALL),
        Column("unit_cost", "DECIMAL", AMOUNT),
        Column("supplier_id", "LONG", COUNT),
        Column("days_of_cover", "DOUBLE", "round(CAST({h} % 1800 AS DOUBLE) / 10, 1)"),
        Column("category", "STRING", CATEGORY),
    ),
    "finance": (
        Column("posting_date", "DATE", DAY),
        Column("cost_center", "STRING", "'CC' || lpad(CAST({h} % 480 AS VARCHAR), 4, '0')"),
        Column("account", "STRING", "CAST(400000 + {h} % 9000 AS VARCHAR)"),
        Column("amount", "DECIMAL", LARGE_AMOUNT),
        Column("currency", "STRING", CURRENCY),
        Column("company_code", "STRING", _pick("HO10", "HO20", "HO30", "HO44")),
        Column("document_id", "LONG", KEY),
        Column("text", "STRING", NOTE),
    ),
    "web": (
        Column("visit_date", "DATE", DAY),
        Column("landing_page", "STRING", _pick("/", "/tents", "/sale", "/jackets", "/stores", "/repair")),
        Column("sessions", "LONG", COUNT),
        Column("bounces", "LONG", SMALL),
        Column("conversion_rate", "DOUBLE", SHARE),
        Column("revenue", "DECIMAL", AMOUNT),
        Column("device", "STRING", _pick("mobile", "desktop", "tablet", "app")),
        Column("country", "STRING", COUNTRY),
        Column("order_id", "LONG", KEY),
    ),
    "marketing": (
        Column("day", "DATE", DAY),
        Column("channel", "STRING", _pick("Email", "Paid search", "Social", "Affiliate", "Display", "Print")),
        Column("campaign", "STRING", _pick("Spring trails", "Winter camp", "Member week", "Repair, do not replace")),
        Column("cost", "DECIMAL", AMOUNT),
        Column("clicks", "LONG", COUNT),
        Column("orders", "LONG", SMALL),
        Column("market", "STRING", COUNTRY),
        Column("member_id", "STRING", LOYALTY),
    ),
    "support": (
        Column("ticket_id", "LONG", KEY),
        Column("opened_at", "DATETIME", MOMENT),
        Column("channel", "STRING", _pick("Phone", "Email", "Chat", "Store")),
        Column("topic", "STRING", _pick("Delivery", "Return", "Warranty", "Product advice", "Invoice")),
        Column("minutes_to_answer", "LONG", COUNT),
        Column("satisfaction", "LONG", SMALL),
        Column("country", "STRING", COUNTRY),
        Column("sku", "STRING", SKU),
        Column("comment", "STRING", NOTE),
    ),
    "people": (
        Column("month", "DATE", "CAST(date_trunc('month', " + DAY + ") AS DATE)"),
        Column("department", "STRING", _pick("Stores", "Warehouse", "Head office", "Web shop", "Workshop")),
        Column("site", "STRING", STORE),
        Column("contract", "STRING", _pick("Full time", "Part time", "Seasonal", "Apprentice")),
        Column("headcount", "LONG", SMALL),
        Column("hours", "DOUBLE", "round(CAST({h} % 1700 AS DOUBLE) / 10, 1)"),
        Column("cost", "DECIMAL", AMOUNT),
    ),
    "operations": (
        Column("record_id", "LONG", KEY),
        Column("recorded_at", "DATETIME", MOMENT),
        Column("system", "STRING", _pick("Till", "ERP", "Web shop", "Warehouse", "Domo")),
        Column("state", "STRING", _pick("open", "in progress", "done", "refused")),
        Column("priority", "LONG", SMALL),
        Column("due_date", "DATE", DAY),
        Column("owner", "STRING", _pick("Service desk", "Data platform", "Store IT", "Privacy office")),
        Column("remark", "STRING", NOTE),
    ),
    "energy": (
        Column("reading_at", "DATETIME", MOMENT),
        Column("store_id", "STRING", STORE),
        Column("meter", "STRING", _pick("electricity", "heat", "gas", "solar")),
        Column("kilowatt_hours", "DOUBLE", "round(CAST({h} % 90000 AS DOUBLE) / 100, 2)"),
        Column("carbon_kg", "DOUBLE", "round(CAST({h} % 20000 AS DOUBLE) / 100, 2)"),
        Column("estimated", "STRING", _pick("no", "no", "no", "yes")),
    ),
}

LOAD_COLUMNS = (
    Column("source_system", "STRING", _pick("SAP", "Till", "Web", "Sheet")),
    Column("batch_id", "LONG", "CAST({i} // 5000 AS BIGINT)"),
)

BY_TYPE = {
    "STRING": "'v' || CAST({h} % 1000 AS VARCHAR)",
    "LONG": COUNT,
    "DOUBLE": SHARE,
    "DECIMAL": AMOUNT,
    "DATE": DAY,
    "DATETIME": MOMENT,
}


def columns_of(schema: str, with_load_columns: bool) -> tuple[Column, ...]:
    """The columns of a generated dataset."""
    return SCHEMAS[schema] + (LOAD_COLUMNS if with_load_columns else ())
