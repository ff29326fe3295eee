"""Realistic sales CSV of any size: quoted line breaks, unicode, doubled quotes, empty fields."""

from __future__ import annotations

import random
from pathlib import Path

HEADER = (
    "sale_date,sold_at,store_id,sku,product,quantity,unit_price,net_amount,currency,"
    "loyalty_id,cashier_note,returned,margin,channel"
)
SCHEMA = [
    ("DATE", "sale_date"), ("DATETIME", "sold_at"), ("STRING", "store_id"), ("STRING", "sku"), ("STRING", "product"),
    ("LONG", "quantity"), ("DECIMAL", "unit_price"), ("DECIMAL", "net_amount"), ("STRING", "currency"),
    ("STRING", "loyalty_id"), ("STRING", "cashier_note"), ("LONG", "returned"), ("DOUBLE", "margin"),
    ("STRING", "channel"),
]  # fmt: skip
PRODUCTS = ["Tent, 3 persons", "Gas stove", "Jacke Größe M", "Sock merino", "Bottle 1 l", "地図 アルプス", "Sac à dos"]
NOTES = ["", "", "", "", "called back", "zurückgegeben,\nVerpackung offen", 'said ""fine""', "ご来店\nありがとう"]


def _row(random_source: random.Random, number: int) -> str:
    quantity = random_source.randint(1, 9)
    price = random_source.randint(199, 99999) / 100
    note = random_source.choice(NOTES)
    day = f"2026-{random_source.randint(1, 12):02d}-{random_source.randint(1, 28):02d}"
    product = random_source.choice(PRODUCTS)
    return (
        f"{day},{day}T{number % 24:02d}:{number % 60:02d}:00,DE-{number % 5000:04d},SKU-{number % 40000:05d},"
        f'"{product}",{quantity},{price:.2f},{quantity * price:.2f},EUR,'
        f"{'' if number % 3 else f'L-{number:08d}'},{chr(34) + note + chr(34) if note else ''},0,0.{number % 997:03d},"
        f"{'web' if number % 7 else 'store'}\n"
    )


def write_csv(path: Path, size: int, seed: int = 1) -> int:
    """Write about `size` bytes of CSV to `path`; returns the number of rows below the header.

    A block of distinct rows is made once and repeated, so that gigabytes are written at the disk's speed.
    """
    random_source = random.Random(seed)
    rows = [_row(random_source, number) for number in range(100_000)]
    block = "".join(rows).encode()
    header = f"{HEADER}\n".encode()
    count = 0
    with path.open("wb") as file:
        file.write(header)
        written = len(header)
        while written + len(block) <= size:
            file.write(block)
            written += len(block)
            count += len(rows)
        for row in rows:
            content = row.encode()
            if written + len(content) > size:
                break
            file.write(content)
            written += len(content)
            count += 1
    return count
