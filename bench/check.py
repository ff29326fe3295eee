"""How fast a whole file is checked, beside Python's csv module reading the same file.

    python -m bench.check [--megabytes 400] [--file PATH] [--runs 3]

Prints MB/s of both, their ratio, and how far the memory rose above import.
"""

from __future__ import annotations

import argparse
import csv
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path

from domoadmin.tabular.check import check_file
from domoadmin.tabular.column_types import ColumnType
from domoadmin.tabular.dialect import Dialect
from domoadmin.tabular.problems import MEGABYTE
from domoadmin.tabular.results import FileCheck
from domoadmin.tabular.sources import LocalFileSource

COLUMNS = {
    "sale_date": ColumnType.DATE,
    "store_id": ColumnType.STRING,
    "sku": ColumnType.STRING,
    "net_amount": ColumnType.DECIMAL,
    "currency": ColumnType.STRING,
    "quantity": ColumnType.LONG,
    "loyalty_id": ColumnType.STRING,
    "promo_code": ColumnType.STRING,
    "city": ColumnType.STRING,
    "receipt": ColumnType.LONG,
    "sold_at": ColumnType.DATETIME,
    "note": ColumnType.STRING,
    "discount": ColumnType.DOUBLE,
    "margin": ColumnType.DECIMAL,
}
CITIES = ("Göteborg", "Lyon", "Zürich", "Århus", "Kraków", "東京", "Gent", "Porto")
NOTES = ("", "", "", "", "", "paid cash", "gift", 'said "later"', "first line\nsecond line", "a, b")
BATCH_ROWS = 20_000


def sale(chance: random.Random, number: int) -> list[object]:
    """One believable row of about 90 bytes."""
    day = f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
    return [
        day,
        f"DE-{chance.randint(1, 400):04}",
        f"TNT-{chance.randint(1, 99)}",
        f"{chance.random() * 900:.2f}",
        "EUR",
        chance.randint(1, 9),
        f"L-{chance.randint(1, 9999)}" if chance.random() < 0.36 else "",
        "",
        chance.choice(CITIES),
        number,
        f"{day} {chance.randint(8, 20):02}:{chance.randint(0, 59):02}:{chance.randint(0, 59):02}",
        chance.choice(NOTES),
        f"{chance.random():.3f}",
        f"{chance.random() * 90 - 20:.2f}",
    ]


def generate(path: Path, megabytes: int) -> None:
    """Write a file of this size: batches of random rows, repeated."""
    chance = random.Random(20261118)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        batches = [[sale(chance, batch * BATCH_ROWS + row) for row in range(BATCH_ROWS)] for batch in range(4)]
        turn = 0
        while file.tell() < megabytes * MEGABYTE:
            writer.writerows(batches[turn % len(batches)])
            turn += 1


def best_seconds(runs: int, work: object) -> tuple[float, object]:
    """The quickest of several runs, and what the last returned."""
    assert callable(work)
    best, answer = float("inf"), None
    for _ in range(runs):
        begin = time.perf_counter()
        answer = work()
        best = min(best, time.perf_counter() - begin)
    return best, answer


def count_with_csv(path: Path) -> int:
    """Rows by Python's csv module, header left out."""
    with path.open(encoding="utf-8", newline="") as file:
        rows: Iterator[list[str]] = csv.reader(file)
        return sum(1 for _ in rows) - 1


def peak_megabytes() -> float:
    """The highest memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MEGABYTE


def main() -> int:
    """Run the benchmark; 1 when the row counts differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=400, help="size of the generated file")
    parser.add_argument("--file", type=Path, help="an own file in UTF-8 with comma and header, all columns as text")
    parser.add_argument("--runs", type=int, default=3, help="the best of so many runs counts")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="domoadmin-bench-") as folder:
        path = options.file or Path(folder) / "sales.csv"
        if options.file is None:
            # In a process of its own, so that its memory does not hide that of the check.
            writing = get_context("spawn").Process(target=generate, args=(path, options.megabytes))
            writing.start()
            writing.join()
        types = None if options.file else list(COLUMNS.values())
        size = path.stat().st_size / MEGABYTE
        before = peak_megabytes()
        seconds, check = best_seconds(options.runs, lambda: check_file(LocalFileSource(path), Dialect(), types))
        risen = peak_megabytes() - before
        csv_seconds, csv_rows = best_seconds(options.runs, lambda: count_with_csv(path))
    assert isinstance(check, FileCheck)
    if check.fatal is not None:
        print(check.fatal.message)
        return 1
    print(f"file         {size:,.0f} MB, {check.row_count:,} rows, {check.quoted_line_breaks:,} quoted line breaks")
    print(f"check_file   {size / seconds:,.0f} MB/s (types, encoding, quotes, fields, parts), memory +{risen:.0f} MB")
    print(f"csv module   {size / csv_seconds:,.0f} MB/s (splitting into fields only)")
    print(f"ratio        {csv_seconds / seconds:.1f}")
    if csv_rows != check.row_count:
        print(f"The csv module counts {csv_rows} rows.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
