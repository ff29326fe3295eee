"""Starts the sandbox: python -m domoadmin.sandbox --port 8900 --size medium --data-dir DIR --seed 1."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

STARTED = time.monotonic()


def main() -> int:
    """Serves until SIGINT or SIGTERM. Exit 1 when it cannot start, 2 for wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m domoadmin.sandbox", description="A simulated Domo instance.")
    parser.add_argument("--port", type=int, default=8900, help="0 chooses a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--size", choices=("small", "medium", "large"), default="medium")
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--anchor", type=int, help="what counts as now for a new company, epoch milliseconds")
    arguments = parser.parse_args()
    token = os.environ.get("DOMOADMIN_SANDBOX_TOKEN", "")
    if not token:
        sys.stderr.write("DOMOADMIN_SANDBOX_TOKEN is not set\n")
        return 2

    from domoadmin.sandbox.server import serve  # after the arguments were read, so that --help is quick
    from domoadmin.sandbox.world import DataDirectoryInUse, World

    try:
        world = World(arguments.size, arguments.seed, arguments.data_dir.resolve(), token, arguments.anchor)
    except (DataDirectoryInUse, OSError) as error:
        sys.stderr.write(f"The sandbox cannot start: {error}\n")
        return 1
    return serve(world, arguments.host, arguments.port, STARTED)


if __name__ == "__main__":
    sys.exit(main())
