"""Listens, and ends cleanly on SIGINT and SIGTERM."""

from __future__ import annotations

import asyncio
import signal
import sys
import time

import uvloop

from domoadmin.sandbox.application import SandboxApplication
from domoadmin.sandbox.http.connection import Connection
from domoadmin.sandbox.world import World


def serve(world: World, host: str, port: int, started: float) -> int:
    """Serves until told to stop; gives the exit code. Port 0 takes a free one."""
    try:
        return uvloop.run(_serve(world, host, port, started))
    finally:
        world.close()


async def _serve(world: World, host: str, port: int, started: float) -> int:
    loop = asyncio.get_running_loop()
    application = SandboxApplication(world)
    connections: set[Connection] = set()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        server = await loop.create_server(lambda: Connection(application, connections), host, port, backlog=512)
    except OSError as error:
        sys.stderr.write(f"The sandbox cannot listen on {host}:{port}: {error.strerror}\n")
        return 1
    bound = server.sockets[0].getsockname()[1]
    sys.stdout.write(f"sandbox listening on http://{host}:{bound}\n")
    sys.stdout.flush()
    size, seconds = world.company.size, time.monotonic() - started
    sys.stderr.write(f"{size.datasets} datasets, {size.people} people; ready in {seconds:.2f} s\n")
    sys.stderr.flush()
    await stop.wait()
    server.close()
    for connection in list(connections):
        connection.abort()
    for threads in (application.threads, application.loading_threads):
        threads.shutdown(wait=False, cancel_futures=True)
    return 0
