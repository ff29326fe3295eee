"""The log as the sandbox has it, asked beside DomoAdmin."""

from __future__ import annotations

import html
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from tests.sandbox_process import SandboxProcess

PAGE = "/c/halden/governance/activity/"


def month(sandbox: SandboxProcess) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the range of about a month as the page takes it, and its entries, the latest first."""
    found = entries_of(sandbox, timedelta(days=30))
    if len(found) % 10 == 0:
        # A page of a round size may be all that an upstream allows, and is followed by further calls.
        found.pop()
    oldest = datetime.fromtimestamp(found[-1]["time"] // 1000, UTC)
    # Begins with an entry, not so many days ago, so that nothing falls out while a test runs.
    return {"since": f"{timezone.localtime(oldest):%Y-%m-%dT%H:%M:%S}"}, found


def entries_of(sandbox: SandboxProcess, span: timedelta) -> list[dict[str, Any]]:
    """Return the entries of the last so many days, the latest first; nothing is counted of it."""
    now = round(time.time() * 1000)
    found: list[dict[str, Any]] = []
    with sandbox.client() as client:
        while True:
            period = {"start": now - span // timedelta(milliseconds=1), "end": now}
            asked = {**period, "offset": len(found), "limit": 1000}
            page = client.get("/api/audit/v1/user-audits", params=asked).json()
            found += page
            if len(page) < 1000:
                break
    sandbox.reset()
    return found


def shown(text: str) -> list[str]:
    """Return the sentences of the entries that a list shows, in order."""
    return [html.unescape(each) for each in re.findall(r'id="entry-[^"]*"[^>]* title="([^"]*)">', text)]
