"""Production settings: complete, strict, and refused while something is missing."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parent.parent


def _manage(directory: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {"PATH": os.environ["PATH"], "DOMOADMIN_DATA_DIR": str(directory), "DOMOADMIN_ENVIRONMENT": "production"}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**kept, **environment},
        text=True,
        capture_output=True,
        timeout=60,
    )


@pytest.fixture
def production() -> dict[str, str]:
    """What .env.example calls required."""
    return {
        "DOMOADMIN_SECRET_KEY": secrets.token_urlsafe(64),
        "DOMOADMIN_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "DOMOADMIN_HOSTS": "domoadmin.example.com",
        "DATABASE_URL": "postgres://domoadmin:x@127.0.0.1:1/domoadmin",
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }


def test_the_deploy_check_is_clean(tmp_path: Path, production: dict[str, str]) -> None:
    answer = _manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **production)
    assert answer.returncode == 0, answer.stderr
    assert "no issues" in answer.stdout + answer.stderr


@pytest.mark.parametrize("name", ["DOMOADMIN_SECRET_KEY", "DOMOADMIN_ENCRYPTION_KEYS"])
def test_production_does_not_make_its_own_keys(tmp_path: Path, production: dict[str, str], name: str) -> None:
    del production[name]
    answer = _manage(tmp_path, "check", **production)
    assert answer.returncode != 0
    assert f"Set {name}" in answer.stderr
    assert not (tmp_path / "keys").exists()


def test_the_demo_is_not_for_production(tmp_path: Path, production: dict[str, str]) -> None:
    answer = _manage(tmp_path, "demo", **production)
    assert answer.returncode != 0
    assert "Traceback" not in answer.stderr


def test_every_setting_that_is_read_is_named_in_the_example() -> None:
    example = (ROOT / ".env.example").read_text()
    sources = [ROOT / "domoadmin" / name for name in ("settings.py", "environment.py", "supervisor.py")]
    read = {name for path in sources for name in re.findall(r'"(DOMOADMIN_[A-Z_]+|[A-Z]+_URL)"', path.read_text())}
    assert read - {"DOMOADMIN_SANDBOX_TOKEN"} <= set(re.findall(r"\b(DOMOADMIN_[A-Z_]+|[A-Z]+_URL)\b", example))
