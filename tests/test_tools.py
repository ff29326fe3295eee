"""What says in one line what a machine lacks: the scripts below tools/, and manage.py without its database."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# All that tools/browser itself calls; a Chromium of this machine must not be among it.
NEEDED = ("sh", "ls", "sort", "tail", "id")


def find_browser(directory: Path, *downloads: str, runs: bool = True) -> subprocess.CompletedProcess[str]:
    """Run `tools/browser --installed` where nothing but these downloads of Playwright is there."""
    tools = directory / "bin"
    tools.mkdir()
    for name in NEEDED:
        (tools / name).symlink_to(shutil.which(name) or "")
    for download in downloads:
        browser = directory / ".cache" / "ms-playwright" / download
        browser.parent.mkdir(parents=True)
        browser.write_text(f"#!/bin/sh\nexit {0 if runs else 127}\n")
        browser.chmod(0o755)
    environment = {
        name: value for name, value in os.environ.items() if "CHROMIUM" not in name and "BROWSERS" not in name
    }
    return subprocess.run(
        [tools / "sh", ROOT / "tools" / "browser", "--installed"],
        env={**environment, "HOME": str(directory), "PATH": str(tools)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_newest_chromium_of_playwright_is_found(tmp_path: Path) -> None:
    found = find_browser(tmp_path, "chromium-999/chrome-linux/chrome", "chromium-1255/chrome-linux64/chrome")
    assert found.stdout.strip().endswith("/.cache/ms-playwright/chromium-1255/chrome-linux64/chrome")


def test_the_shell_without_windows_will_do(tmp_path: Path) -> None:
    download = "chromium_headless_shell-1255/chrome-headless-shell-linux64/chrome-headless-shell"
    assert find_browser(tmp_path, download).stdout.strip().endswith(download)


@pytest.mark.parametrize("downloads", [(), ("chromium-1255/chrome-linux64/chrome",)])
def test_no_browser_that_runs_is_said_in_one_line(tmp_path: Path, downloads: tuple[str, ...]) -> None:
    found = find_browser(tmp_path, *downloads, runs=False)
    assert (found.returncode, found.stdout) == (1, "")
    assert found.stderr.startswith("domoadmin: the browser tests need Chromium.")
    assert len(found.stderr.splitlines()) == 1


def test_without_its_database_a_command_says_in_one_line_how_to_prepare_it(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    done = subprocess.run(
        [sys.executable, "manage.py", "jobs", "list"],
        cwd=ROOT,
        env={**environment, "DOMOADMIN_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("domoadmin: the database can't be used: no such table")
    assert done.stderr.endswith("If it is new, prepare it: make setup\n")
    assert len(done.stderr.splitlines()) == 1
