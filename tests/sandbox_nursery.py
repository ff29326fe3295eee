"""Starts sandboxes for tests: forks processes that are `python -m domoadmin.sandbox` with all modules loaded before.

A hundred of them start in one run, and loading takes most of a start. Each line on the standard input is a JSON object
with arguments, the sandbox's variables, and the files for what is printed; the answer is the new process's id.
"""

from __future__ import annotations

import json
import os
import runpy
import signal
import sys
from typing import Any

import domoadmin.sandbox.server
import domoadmin.sandbox.world  # noqa: F401 - loaded for the processes to come


def main() -> None:
    """Serve until the input ends."""
    # Nobody here waits for them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        started = os.fork()
        if started == 0:
            become(json.loads(line))
        sys.stdout.write(f"{started}\n")
        sys.stdout.flush()


def become(wanted: dict[str, Any]) -> None:
    """Be the sandbox, and end with it."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number, path, flags in ((0, os.devnull, os.O_RDONLY), (1, wanted["output"], 0), (2, wanted["errors"], 0)):
        opened = os.open(path, flags or os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    for name in [name for name in os.environ if name.startswith("DOMOADMIN_SANDBOX_")]:
        del os.environ[name]
    os.environ.update(wanted["environment"])
    sys.argv = ["domoadmin.sandbox", *wanted["arguments"]]
    code = 1
    try:
        runpy.run_module("domoadmin.sandbox", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
