"""The one place that reads the environment, and the keys that the embedded default makes for itself."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any

import environ
from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parent.parent

env = environ.Env()
if (ROOT / ".env").is_file():
    environ.Env.read_env(str(ROOT / ".env"))


def data_directory() -> Path:
    """Return the absolute directory under which everything that DomoAdmin writes lies, making it if needed."""
    # Empty counts as unset: make exports a variable that nobody gave.
    directory = Path(env.str("DOMOADMIN_DATA_DIR", default="") or ROOT / "var").expanduser().resolve()
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def kept_secret(name: str, make: Any) -> str:
    """Return the secret kept in DATA_DIR/keys/name, making it on first use; readable by the owner only."""
    path = data_directory() / "keys" / name
    if not path.is_file():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        temporary = path.with_name(f"{name}.{os.getpid()}")
        temporary.write_text(make())
        temporary.chmod(0o600)
        try:
            os.link(temporary, path)  # atomic and never overwrites a key that another process made first
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return path.read_text().strip()


def kept_secret_key() -> str:
    """Return Django's secret key of the embedded default."""
    return kept_secret("secret_key", lambda: secrets.token_urlsafe(64))


def kept_encryption_key() -> str:
    """Return the Fernet key of the embedded default."""
    return kept_secret("encryption_key", lambda: Fernet.generate_key().decode())


def embedded_services() -> dict[str, str]:
    """Return the addresses that `make up` wrote for its own Redis and sandbox; empty when it never ran."""
    path = data_directory() / "run" / "services.json"
    if not path.is_file():
        return {}
    content: dict[str, str] = json.loads(path.read_text())
    return content
