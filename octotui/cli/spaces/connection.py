"""Connections to the space of a model: its server, started in the background where there is none."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from octotui.cli.demo_space import DEMO_SPACE
from octotui.cli.spaces.space_argument import known_file
from octotui.cli.terminal.output import warn
from octotui.cli.terminal.user_settings import shown_zone
from octotui.engine.state import State, in_order
from octotui.model.space import Model
from octotui.runtime.server.client import Client
from octotui.runtime.server.peer_credentials import this_account
from octotui.runtime.server.sockets import unanswered
from octotui.runtime.space_access import Listener, SpaceAccess
from octotui.store.errors import InUse, StoreError, written
from octotui.store.private_files import opened_private
from octotui.store.space_folder import SpaceFolder, space_folder, state_words
from octotui.store.trusted_path import named_owners
from octotui.views.text.clock_times import exact_time
from octotui.workers.shells import VALUES

if TYPE_CHECKING:
    from octotui.runtime.offline_space import OfflineSpace

SH = "/bin/sh"
PATIENCE = 20.0  # seconds in which a server must answer
LOG = "server.log"


class NoServer(StoreError):
    """A space has no server."""


@asynccontextmanager
async def attach(
    slug: str,
    state: Path | None,
    *,
    file: Path | None = None,
    start: bool = True,
    follow: bool = True,
    succeed: bool = False,
    lasting: bool = False,
) -> AsyncIterator[Client]:
    """Yield a client of a space's server; raises StoreError, NoServer where none is to be started.

    `file` is the model for a new server; without it, the one that the space had last. To `succeed`, one
    is started only where a server was lost, and requests wait for it. A `lasting` client outlasts a server
    that does not answer.
    """
    folder = space_folder(slug, state)
    if (start or succeed) and file is None:
        file = await asyncio.to_thread(known_file, folder)
    has_model = file is not None or slug == DEMO_SPACE.slug

    async def again() -> None:
        if not folder.path.exists():
            raise StoreError(f"{folder.path} was moved or removed: open the space where its folder is now")
        await asyncio.to_thread(start_server, file, folder)

    client = Client(
        folder,
        time.time,
        model=file,
        again=again if has_model and (start or succeed) else None,
        patient=succeed,
        lasting=lasting,
    )
    await _open(client, folder, file, start=has_model and start, follow=follow)
    try:
        yield client
    finally:
        await client.close()


async def _open(client: Client, folder: SpaceFolder, file: Path | None, *, start: bool, follow: bool) -> None:
    """Connect; without a server start one, and connect to that or to a concurrently started one."""
    await _await_moved(folder)
    with suppress(OSError):
        await client.open(follow=follow)
        return
    if not start:
        known = await asyncio.to_thread(known_file, folder)
        named = "FILE" if known is None else quote(str(known))
        at = state_words(folder.path.parent)
        raise NoServer(f"no server runs for {folder.path}: octotui {named}{at} starts one")
    await asyncio.to_thread(start_server, file, folder)
    end = time.monotonic() + PATIENCE
    while True:
        try:
            await client.open(follow=follow)
            return
        except OSError as problem:
            if time.monotonic() > end:
                raise StoreError(unanswered(folder.path)) from problem
        await asyncio.sleep(0.02)


async def _await_moved(folder: SpaceFolder) -> None:
    """Wait for a server to end whose folder was moved here."""
    end = time.monotonic() + PATIENCE
    while folder.held_elsewhere and time.monotonic() < end:
        await asyncio.sleep(0.05)


def start_server(file: Path | None, folder: SpaceFolder) -> None:
    """Start the server of a space unless another process does; raises StoreError where that fails.

    It runs in a session of its own, so that it outlives terminals, and logs to a file in the space's folder.
    Its interpreter imports nothing from the current directory (-P), nor does it run there. Where a script
    calls this, the server is no part of that job: it has neither its lock nor its variable, and is no child
    of it.
    """
    folder.make()
    listening, saying = os.pipe()
    what = [] if file is None else [str(file.absolute())]
    command = [
        sys.executable,
        "-P",
        "-m",
        "octotui",
        "serve",
        *what,
        "--state",
        str(folder.path.parent.absolute()),
    ]
    command += [f"--owner={account}" for account in named_owners()]
    try:
        with opened_private(folder.path / LOG, "ab") as log:
            subprocess.run(
                [SH, "-c", '"$@" &', "octotui", *command, "--ready", str(saying)],
                check=True,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env={name: value for name, value in os.environ.items() if name != VALUES},
                start_new_session=True,
                pass_fds=(saying,),
            )
    except (OSError, subprocess.CalledProcessError) as problem:
        why = written(problem) if isinstance(problem, OSError) else f"{SH} failed"
        raise StoreError(f"the server cannot be started: {why}") from problem
    finally:
        os.close(saying)
    with os.fdopen(listening, "rb") as answer:
        word = answer.read().decode(errors="surrogateescape")
    if word not in ("ready", "held"):
        raise StoreError(word or f"the server could not be started: see {folder.path / LOG}")


@asynccontextmanager
async def there(
    model: Model, file: Path | None, state: Path | None, *listeners: Listener
) -> AsyncIterator[SpaceAccess]:
    """Yield a model's space: at its server, or in this process, where others may attach to it.

    Work that continues when this process leaves is handed over to a server. Raises StoreError.
    """
    end = time.monotonic() + PATIENCE
    async with AsyncExitStack() as stack:
        while True:
            try:
                space = await stack.enter_async_context(_served(model.space.slug, state, file, listeners))
                break
            except NoServer:
                pass
            try:
                space = await stack.enter_async_context(_opened(model, file, state, listeners))
                break
            except InUse:  # by a process that does not serve it yet, or no longer
                if time.monotonic() > end:
                    raise
            await asyncio.sleep(0.05)
        yield space


@asynccontextmanager
async def _served(
    slug: str, state: Path | None, file: Path | None, listeners: Iterable[Listener]
) -> AsyncIterator[SpaceAccess]:
    """Yield a client of the server that there is, and then of its successors; raises NoServer."""
    async with attach(slug, state, file=file, start=False, succeed=True) as client:
        for listener in listeners:
            client.listen(listener)
        yield client


@asynccontextmanager
async def _opened(
    model: Model, file: Path | None, state: Path | None, listeners: Iterable[Listener]
) -> AsyncIterator[SpaceAccess]:
    """Yield a session in this process; raises InUse. Where clients or work are left, a server succeeds it."""
    from octotui.cli.model_files import read_model
    from octotui.runtime.open_space import open_space
    from octotui.runtime.quiescence import waiting_on_people
    from octotui.runtime.server.lifetime import shared
    from octotui.store.accounts import account_exists

    goes_on = False
    try:
        async with (
            open_space(
                model, state, this_account(), time.time, *listeners, accounts=account_exists
            ) as session,
            shared(session, model, state, file, read_model) as server,
        ):
            if session.trouble:
                warn(session.trouble)
            try:
                yield session
            finally:
                server.farewell = ""
                waits = waiting_on_people(session.state, in_order(session.state))
                goes_on = session.failure is None and (server.has_clients or not waits)
    finally:
        if goes_on:
            start_server(file, space_folder(model.space.slug, state))


def _abandoned(state: State, folder: SpaceFolder) -> str | None:
    """Return a warning where runs were executing when last known, and no session has their space open."""
    if not any(job.state == "running" for _, job in state.jobs.items()) or folder.is_held:
        return None
    last = exact_time(state.at, time.time(), shown_zone())
    return (
        f"no session has this space open; the last that is known of it happened at {last}:"
        " what is executing here may have ended since, and goes on from where it is when the space is opened"
    )


@asynccontextmanager
async def looked_at(slug: str, state: Path | None) -> "AsyncIterator[Client | OfflineSpace]":
    """Yield a space to read: on disk, or at its server where its files are not readable."""
    from octotui.runtime.offline_space import OfflineSpace

    folder = space_folder(slug, state)
    if os.access(folder.path, os.R_OK) or not folder.path.exists():
        space = OfflineSpace(folder)
        if (sentence := _abandoned(space.state, folder)) is not None:
            warn(sentence)
        yield space
        return
    async with attach(slug, state, start=False) as client:
        yield client
