"""How long a dataset's page and the list of datasets take when each upstream call takes 50 ms.

    .venv/bin/python bench/pages.py [--runs 15] [--latency 50] [--role admin] [--no-browser]

Starts DomoAdmin as `make up` does, with a sandbox upstream that waits before each answer, signs in, and loads the
pages as a browser does: the page, then what its panels ask for by themselves, over six connections. Prints

- the page of a dataset: from the first byte sent to the last panel there, in upstream calls (mark 2.5);
- the list: what it adds to its upstream call (mark 40 ms);
- the same page in real Chromium, with scripts, styles and drawing, for comparison;
- the upstream calls of each.

Exits 1 when a mark is missed. The median of the runs counts, of a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from statistics import median
from subprocess import CalledProcessError
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.embedded import Embedded, free_port, running

PAGE_MARK, LIST_MARK = 2.5, 40.0
CONNECTIONS = 6
NAME = "Store sales daily"
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
# An element that loads its content by itself, as the kit writes panels and the parts in them.
LOADS = re.compile(r'<[a-z]+[^>]*\bhx-get="([^"]+)"[^>]*\bhx-trigger="load\b[^>]*>')
BUSY_GONE = """
window.__busyGone = 0;
new MutationObserver(() => {
  if (document.body && !document.querySelector("[aria-busy=true]")) window.__busyGone ||= performance.now();
  else window.__busyGone = 0;
}).observe(document, {subtree: true, childList: true, attributes: true, attributeFilter: ["aria-busy"]});
"""


class Visitor:
    """Somebody who is signed in, with as many connections as a browser opens to one host."""

    def __init__(self, address: str, role: str) -> None:
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
        self.client = httpx.Client(base_url=address, timeout=60, limits=limits, follow_redirects=True)
        form = {"username": role, "password": f"{role}-demo-2026"}
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.client.get("/sign-in/").text)
        assert token is not None
        answer = self.client.post("/sign-in/", data={**form, "csrfmiddlewaretoken": token[1]})
        assert "/sign-in/" not in str(answer.url), "the demo account can't sign in"
        self._threads = ThreadPoolExecutor(CONNECTIONS)

    def load(self, path: str) -> int:
        """Load a page and everything that loads itself in it, level by level; return how many requests it took."""
        waiting = _asked(self.client.get(path).raise_for_status().text)
        requests = 1
        while waiting:
            requests += len(waiting)
            answers = list(self._threads.map(lambda each: self.client.get(each, headers=HTMX), waiting))
            waiting = [url for answer in answers for url in _asked(answer.text)]
        return requests


def _asked(html: str) -> list[str]:
    # The bell and the tray belong to the shell: they ask no upstream, and no page waits for them.
    return [unescape(url) for url in LOADS.findall(html) if url.startswith("/c/")]


def milliseconds(runs: int, work: Callable[[], Any]) -> list[float]:
    """Return how long each of several runs took, after one that warms up."""
    work()
    taken = []
    for _ in range(runs):
        begin = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begin) * 1000)
    return taken


def upstream_times(upstream: Embedded, dataset_id: str, runs: int) -> tuple[float, float]:
    """Return the median milliseconds of one upstream call of the page, and of the list's search."""
    search = {"count": 25, "query": "*", "entityList": [["dataset"]], "facetValueLimit": 100}
    search["facetValuesToInclude"] = ["DATAPROVIDERNAME", "TAGS", "CERTIFICATION"]
    search["sort"] = {"fieldSorts": [{"field": "name_sort", "sortOrder": "ASC"}], "isRelevance": False}
    headers = {"X-DOMO-Developer-Token": upstream.token}
    with httpx.Client(base_url=upstream.sandbox_url, headers=headers, timeout=60) as client:
        one = milliseconds(runs, lambda: client.get(f"/api/data/v3/datasources/{dataset_id}").raise_for_status())
        listed = milliseconds(runs, lambda: client.post("/api/search/v1/query", json=search).raise_for_status())
    return median(one), median(listed)


def find_dataset(upstream: Embedded) -> str:
    """Return the id of the dataset that the whole company uses."""
    headers = {"X-DOMO-Developer-Token": upstream.token}
    body = {"count": 1, "query": "*", "entityList": [["dataset"]]}
    body["filters"] = [{"filterType": "term", "field": "name", "value": NAME}]
    answer = httpx.post(f"{upstream.sandbox_url}/api/search/v1/query", json=body, headers=headers).raise_for_status()
    return str(answer.json()["searchObjects"][0]["databaseId"])


@contextmanager
def counted(upstream: Embedded, latency: float) -> Iterator[dict[str, int]]:
    """Give the upstream calls that were received meanwhile, by operation; filled in at the end."""
    control = {"X-Sandbox-Control": upstream.token}
    httpx.post(f"{upstream.sandbox_url}/_control/reset", headers=control)
    upstream.control(latency_ms=latency)
    found: dict[str, int] = {}
    yield found
    found |= httpx.get(f"{upstream.sandbox_url}/_control/stats", headers=control).json()["received"]


def in_chromium(address: str, role: str, path: str, runs: int) -> list[float]:
    """Return the milliseconds from navigation until no panel is loading any more; nothing without Chromium."""
    from playwright.sync_api import sync_playwright

    from tests.browser.support import installed_chromium, launch, sign_in_by_form

    try:
        installed_chromium()
    except CalledProcessError:
        print("There is no Chromium to measure in.")
        return []
    taken = []
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900}).new_page()
        page.add_init_script(BUSY_GONE)
        sign_in_by_form(page, role, f"{role}-demo-2026")
        for number in range(runs + 1):
            page.goto(path)
            while not (gone := page.evaluate("document.querySelector('[aria-busy=true]') ? 0 : window.__busyGone")):
                page.wait_for_timeout(20)
            if number:
                taken.append(float(gone))
        browser.close()
    return taken


def main() -> int:
    """Run the benchmark; 1 when a mark is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--latency", type=float, default=50.0, help="milliseconds before each upstream answer")
    parser.add_argument("--role", default="admin", help="whose panels: viewer, steward, support or admin")
    parser.add_argument("--no-browser", action="store_true", help="leave Chromium out")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="domoadmin-bench-") as scratch:
        port, directory = free_port(), Path(scratch)
        with running(directory, port, DOMOADMIN_SEARCH_PER_MINUTE="100000"):
            return measure(Embedded.at(directory, port), options)


def measure(app: Embedded, options: argparse.Namespace) -> int:
    """Measure the pages of a DomoAdmin that runs; 1 when a mark is missed."""
    dataset_id = find_dataset(app)
    app.control(latency_ms=options.latency)
    call, search = upstream_times(app, dataset_id, options.runs)
    visitor = Visitor(app.address, options.role)
    listed, shown = "/c/sandbox/data/datasets/", f"/c/sandbox/data/datasets/{dataset_id}/"
    page = milliseconds(options.runs, lambda: visitor.load(shown))
    rows = milliseconds(options.runs, lambda: visitor.load(listed))
    with counted(app, options.latency) as page_calls:
        requests = visitor.load(shown)
    with counted(app, options.latency) as list_calls:
        visitor.load(listed)
    ratio, added = median(page) / call, median(rows) - search
    print(f"one upstream call {call:.1f} ms, the list's search {search:.1f} ms")
    print(
        f"page of a dataset: {median(page):.0f} ms (best {min(page):.0f}, worst {max(page):.0f}) = {ratio:.2f} upstream"
        f" calls, mark {PAGE_MARK}; {requests} requests, {sum(page_calls.values())} upstream calls"
    )
    print(
        f"list of datasets: {median(rows):.0f} ms (best {min(rows):.0f}) = {added:.0f} ms more than its upstream call,"
        f" mark {LIST_MARK:.0f} ms; {sum(list_calls.values())} upstream calls"
    )
    for operation, count in sorted(page_calls.items()):
        print(f"  {count} {operation}")
    if not options.no_browser:
        drawn = in_chromium(app.address, options.role, shown, min(options.runs, 7))
        if drawn:
            print(f"the page in Chromium: {median(drawn):.0f} ms = {median(drawn) / call:.2f} upstream calls, no mark")
    return int(ratio > PAGE_MARK or added > LIST_MARK)


if __name__ == "__main__":
    sys.exit(main())
