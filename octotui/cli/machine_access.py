"""Access of verbs to the machines of a model: the same ways, accounts and keys as a server has."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from octotui.cli.terminal.output import ask_unseen, refuse
from octotui.model.complaints import InsideReport, SourcePosition, did_you_mean
from octotui.model.iteration import environment_sources
from octotui.model.machines.accounts import Endpoint
from octotui.model.machines.endpoints import CONTAINER, is_pod, pod_endpoint
from octotui.model.space import Model

if TYPE_CHECKING:
    from octotui.workers.container.transport import ContainerTransport
    from octotui.workers.kubectl.transport import KubectlTransport
    from octotui.workers.ssh.probe import Glance
    from octotui.workers.ssh.transport import SshTransport
    from octotui.workers.ssh.transports import SshTransports

UNREACHABLE = 255  # the exit code where a machine cannot be reached, as that of ssh


@asynccontextmanager
async def ssh_transports(model: Model) -> AsyncIterator["SshTransports"]:
    """Yield the ways by SSH of a model, closed at the end; passphrases are asked for at a terminal."""
    from octotui.runtime.jobs.secret_sources import read_secret
    from octotui.workers.ssh.passphrases import Passphrases
    from octotui.workers.ssh.transports import SshTransports

    reading = partial(read_secret, withheld=environment_sources(model))
    transports = SshTransports(reading, Passphrases(_ask_passphrase))
    try:
        yield transports
    finally:
        await transports.close()


async def _ask_passphrase(key: str, wrong: bool) -> str | None:
    """Ask for the passphrase of a key at the terminal; None where there is none, or nothing is typed."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    again = "That is not the passphrase. " * wrong
    try:
        return await asyncio.to_thread(ask_unseen, f"{again}Passphrase of the key {key}: ") or None
    except (EOFError, OSError):
        return None


def way_to(
    transports: "SshTransports", endpoint: Endpoint
) -> "SshTransport | KubectlTransport | ContainerTransport":
    """Return the way to a machine elsewhere."""
    if endpoint.address.startswith(CONTAINER):
        from octotui.workers.container.transport import container_way

        return container_way(endpoint.address)
    if is_pod(endpoint.address):
        from octotui.workers.kubectl.transport import KubectlTransport

        return KubectlTransport(pod_endpoint(endpoint.address))
    return transports.transport(endpoint)


def workers_argument(*, required: bool) -> Callable[[click.decorators.FC], click.decorators.FC]:
    """Return what adds the argument WORKER, of which there may be several."""
    metavar = "WORKER..." if required else "[WORKER]..."
    return click.argument("workers", metavar=metavar, nargs=-1, required=required)


def elsewhere(model: Model, names: Collection[str]) -> tuple[str, ...]:
    """Return these workers and targets, or all that other machines are; exit with code 2 for unknown ones."""
    known = [*model.workers, *model.targets]
    for name in names:
        machine(model, name)
    return tuple(names) or tuple(name for name in known if not model.endpoint_of(name).is_local)


def machine(model: Model, name: str) -> str:
    """Return the name of a worker or target; exit with code 2 where there is none."""
    if model.machine(name) is None:
        known = (*model.workers, *model.targets)
        refuse(f"there is no worker or target “{name}”{did_you_mean(name, known)}")
    return name


async def glances(
    model: Model, names: Sequence[str], tell: "Callable[[str, Glance | str | None], None] | None" = None
) -> "dict[str, Glance | str | None]":
    """Look at machines at once; return what each is, why it cannot be reached, or None for this machine.

    `tell` is called with each in turn, as soon as it and those before it are known.
    """
    from octotui.workers.machine import Unreachable
    from octotui.workers.reaching import about
    from octotui.workers.ssh.probe import look

    async with ssh_transports(model) as transports:

        async def one(name: str) -> "Glance | str | None":
            endpoint = model.endpoint_of(name)
            if endpoint.is_local:
                return None
            try:
                return await look(way_to(transports, endpoint))
            except Unreachable as problem:
                return about(str(problem), name)

        looking = {name: asyncio.ensure_future(one(name)) for name in names}
        try:
            for name, each in looking.items():
                glance = await each
                if tell is not None:
                    tell(name, glance)
            return {name: each.result() for name, each in looking.items()}
        finally:
            for each in looking.values():
                each.cancel()
            await asyncio.gather(*looking.values(), return_exceptions=True)


def with_leased(model: Model, state: Path | None) -> Model:
    """Return a model with the machines that its space leases now; exit with code 1 where none can be read."""
    from octotui.engine.state.machine_leases import with_machines
    from octotui.runtime.open_space import state_on_disk
    from octotui.store.errors import StoreError
    from octotui.store.space_folder import space_folder

    if all(pool.dynamic is None for pool in model.pools.values()):
        return model
    try:
        leases = state_on_disk(space_folder(model.space.slug, state)).machine_leases
    except StoreError as error:
        refuse(str(error), 1)
    return with_machines(model, leases)


def warn_of_machines(model: Model, report: InsideReport) -> None:
    """Warn of workers and targets that cannot be reached from here."""
    found = asyncio.run(glances(model, elsewhere(model, ())))
    for name, problem in found.items():
        if isinstance(problem, str):
            table = "workers" if name in model.workers else "targets"
            at = (table, name, "endpoint")
            report(at, f"It cannot be reached from here: {problem}.", SourcePosition(1, 1))


def check_owner(model: Model, state: Path | None) -> None:
    """Exit with code 1 where the folder of the space belongs to another account. Raises StoreError."""
    import os

    from octotui.store.accounts import account_name
    from octotui.store.space_folder import space_folder

    folder = space_folder(model.space.slug, state).verify().path
    if folder.exists() and (owner := folder.stat().st_uid) != os.geteuid():
        name = account_name(owner)
        refuse(f"the space belongs to {name}, and only {name} may run commands on its machines", 1)
