"""What browser tests share: Chromium, a page that watches for trouble, axe, screenshots, sign-in."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, ViewportSize, expect

FIND_CHROMIUM = Path(__file__).resolve().parents[2] / "tools" / "browser"
# How long a page may take to do what was asked, in milliseconds.
PATIENCE = 20_000
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
WIDE = ViewportSize(width=1280, height=900)
NARROW = ViewportSize(width=390, height=844)

# A violation of the policy is an event of the page, not an error of any script: it has to be listened for.
LISTEN = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.__violations.push(`${event.violatedDirective}: ${event.blockedURI || event.sourceFile}`);
});
"""


def installed_chromium() -> str:
    """Return the path of the Chromium that `make test` would use; CalledProcessError where there is none."""
    return subprocess.run([FIND_CHROMIUM, "--installed"], check=True, capture_output=True, text=True).stdout.strip()


# What reaches over the right edge, outside of what scrolls by itself.
TOO_WIDE = """
() => [...document.querySelectorAll("main *, header *")]
  .filter((each) => each.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5
    && !each.closest(".table-responsive, [hidden], [popover]"))
  .map((each) => each.outerHTML.slice(0, 120)).slice(-5)
"""


def launch(playwright: Playwright) -> Browser:
    """Start the Chromium of this machine without a window."""
    return playwright.chromium.launch(executable_path=installed_chromium(), args=CHROMIUM_ARGUMENTS)


@dataclass
class Watch:
    """What went wrong in a page without anyone asking: script errors, policy violations, failed requests of ours."""

    troubles: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()

    def attach(self, page: Page) -> None:
        """Begin to listen."""
        page.add_init_script(LISTEN)
        page.on("pageerror", lambda error: self.troubles.append(f"script error: {error}"))
        page.on("console", self._console)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.troubles.append(f"console: {message.text}")

    def left(self, page: Page) -> list[str]:
        """Return what was not expected (texts that are part of `expected` are), policy violations included."""
        violations = [] if page.is_closed() else page.evaluate("window.__violations || []")
        found = [*self.troubles, *(f"policy: {violation}" for violation in violations)]
        return [trouble for trouble in found if not any(text in trouble for text in self.expected)]


@contextmanager
def open_page(
    browser: Browser, base_url: str, viewport: ViewportSize = WIDE, theme: str = "light", **options: Any
) -> Iterator[tuple[Page, Watch]]:
    """Open a page in a context of its own; theme is the device's ("light" or "dark").

    Fails when the page had script errors or broke the security policy, unless the test put them into watch.expected.
    """
    context = browser.new_context(
        base_url=base_url,
        viewport=viewport,
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
        **options,
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    watch = Watch()
    watch.attach(page)
    try:
        yield page, watch
        assert watch.left(page) == []
    finally:
        context.close()


def sign_in(page: Page, username: str, password: str) -> None:
    """Sign in by a session made here, in the database of the test; the next page is this person's."""
    from apps.accounts.models import User  # benchmarks use this module where no Django is set up

    # The form has tests of its own; for each of a hundred others it would cost two pages.
    client = Client()
    person = User.objects.get(username=username)
    assert person.check_password(password)
    client.force_login(person)
    name = settings.SESSION_COOKIE_NAME
    session = client.cookies[name].value
    page.context.add_cookies([{"name": name, "value": session, "domain": "localhost", "path": "/"}])


def sign_in_by_form(page: Page, username: str, password: str) -> None:
    """Sign in through the form and wait for the page behind it."""
    page.goto("/sign-in/")
    page.get_by_label("Name", exact=False).first.fill(username)
    page.get_by_label("Password", exact=False).first.fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)


def settled(page: Page) -> None:
    """Wait until every panel has answered and htmx is idle."""
    page.wait_for_load_state("load")
    # page.wait_for_function() would need eval, which the page's policy forbids.
    expect(page.locator("[aria-busy=true], .htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)


# Colours follow the theme and places the width: these two looks hold both themes and both widths. The last is how a
# page is opened, so that a test goes on as it began.
CHECKED_LOOKS: tuple[tuple[Literal["light", "dark"], ViewportSize], ...] = (("dark", NARROW), ("light", WIDE))
LOOKS = (("light", NARROW), ("dark", WIDE), *CHECKED_LOOKS)


def assert_fit(page: Page, name: str) -> None:
    """Look at the page as it stands in both themes and both widths: axe is content, nothing scrolls sideways.

    A page that is made narrow or dark where it stands needs no second load. Pictures are called NAME-THEME-WIDTH.
    """
    settled(page)
    for theme, viewport in LOOKS if pictures() else CHECKED_LOOKS:
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size(viewport)
        expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
        look = f"{name}-{theme}-{viewport['width']}"
        screenshot(page, look)
        found = axe_findings(page) if (theme, viewport) in CHECKED_LOOKS else []
        pixels = sideways(page)
        assert (found, pixels) == ([], 0), f"{look}: {found}, {pixels} pixels too wide: {page.evaluate(TOO_WIDE)}"


def axe_findings(page: Page, within: str | None = None) -> list[str]:
    """Run axe with all its rules on the page, or on one element, and return each finding with its places."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    # The styles are in the page: nothing has to be fetched beforehand.
    answer = page.evaluate(
        "(within) => axe.run(within || document, {resultTypes: ['violations'], preload: false})", within
    )
    return [
        f"{finding['id']} ({finding['impact']}): {finding['help']}: "
        + "; ".join(f"{node['target']} {node['failureSummary']}" for node in finding["nodes"][:5])
        for finding in answer["violations"]
    ]


def sideways(page: Page) -> int:
    """Return by how many pixels the page itself scrolls sideways; 0 is wanted at every width."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def pictures() -> Path | None:
    """Return where pictures are kept: DOMOADMIN_SCREENSHOTS, if that is set; never inside the repository."""
    directory = os.environ.get("DOMOADMIN_SCREENSHOTS")
    return Path(directory) if directory else None


def screenshot(page: Page, name: str, full: bool = True) -> None:
    """Keep a picture, if any are kept."""
    directory = pictures()
    if directory is not None:
        directory.mkdir(parents=True, exist_ok=True)
        # Hiding the caret would write style attributes into the page, which its policy then reports.
        page.screenshot(path=directory / f"{name}.png", full_page=full, caret="initial")
