"""Opens a space: its folder, its journal, the State where it was left, and a session."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

from octotui.engine.advance import advance
from octotui.engine.commands import ForgetMachines
from octotui.engine.decide.question_holders import AccountExists
from octotui.engine.evolve.evolve import DOES_NOT_FIT, evolve
from octotui.engine.state import State
from octotui.engine.state.snapshot import UnreadableSnapshot, decode, encode
from octotui.model.iteration import environment_sources
from octotui.model.machines.accounts import Endpoint
from octotui.model.machines.endpoints import is_pod
from octotui.model.space import Model
from octotui.model.values import Secret
from octotui.runtime.clocks import Clock, SteadyClock, since_boot
from octotui.runtime.effects import EffectRunner
from octotui.runtime.jobs.package_acquisition import RealAcquirer
from octotui.runtime.jobs.secret_sources import read_secret
from octotui.runtime.jobs.secret_store import OCTOTUI, SecretStore
from octotui.runtime.leases.command_provider import CommandProvider
from octotui.runtime.leases.container_provider import ContainerProvider
from octotui.runtime.leases.lease_tasks import Providers
from octotui.runtime.leases.processes import ProviderProcesses
from octotui.runtime.retention_cleaner import RetentionCleaner
from octotui.runtime.schedule_timer import ScheduleTimer
from octotui.runtime.session import Session
from octotui.runtime.snapshots import EVENTS, SnapshotWriter
from octotui.runtime.space_access import Listener
from octotui.store.clock_anchor import keep_anchor, read_anchor
from octotui.store.errors import Damaged, StoreError
from octotui.store.journal.journal import Journal, JournalReader
from octotui.store.journal.recovery import Recovery, check, finish, recover
from octotui.store.space_folder import SpaceFolder, space_folder
from octotui.store.user_config import file_trust
from octotui.workers.container.transport import container_way
from octotui.workers.executor import Executor
from octotui.workers.kubectl.transport import pod_way
from octotui.workers.local.agents.executor import AgentExecutor
from octotui.workers.local.machine import LocalMachines
from octotui.workers.machine import MachineKind, Machines
from octotui.workers.programs.machines import ProgramKinds
from octotui.workers.ssh.machines import SshKinds
from octotui.workers.ssh.passphrases import Passphrases
from octotui.workers.ssh.transports import ReadSecret

POLL = 1.0  # seconds between two checks that a folder is still there


@asynccontextmanager
async def open_space(
    model: Model,
    state_dir: Path | None,
    user: str,
    now: Clock,
    *listeners: Listener,
    schedules: bool = False,
    served: bool = False,
    accounts: AccountExists | None = None,
) -> AsyncIterator[Session]:
    """Yield a session on the model's space, which one process at a time can have; raises StoreError.

    With `schedules`, it starts scheduled runs; `served` says that a server has it. Without `accounts`, any
    name counts as an account. After a recovery, `session.rescued` says what is missing. The `listeners` are
    called for each event, from the first on.
    """
    folder = space_folder(model.space.slug, state_dir)
    with folder:
        journal, state, rescued = _open_or_recover(folder)
        try:
            secrets = SecretStore(served=served)
            reading = partial(_read_own, secrets, lambda: session.state.model)
            machines = space_machines(
                AgentExecutor(folder.agents, file_trust()), folder, reading, secrets.passphrases
            )
            acquirer = RealAcquirer(folder.manifests)
            effects = partial(
                EffectRunner,
                folder,
                machines,
                acquirer,
                now,
                secret_store=secrets,
                providers=space_providers(folder),
            )
            clock = SteadyClock(now, state.at, since_boot, read_anchor(folder.path))
            session: Session = Session(
                state,
                journal,
                effects,
                user=user,
                now=now,
                timetable=ScheduleTimer() if schedules else None,
                clock=clock,
                accounts=accounts,
            )
            session.listen(SnapshotWriter(journal, (journal.snapshot() or (0, b""))[0]).take)
            for listener in listeners:
                session.listen_to_each(listener)
            try:
                await session.start(model, rescued)
                keep_anchor(folder.path, *clock.moment())
                async with _in_background(RetentionCleaner(session, folder).work(), _watch(session)):
                    yield session
            finally:
                await session.close()
            with suppress(StoreError):  # a snapshot only speeds up the next opening
                folder.check(above=True)
                keep_anchor(folder.path, *clock.moment())
                await journal.save_snapshot(session.state.seq, encode(session.state))
        finally:
            journal.close()


def space_machines(
    executor: Executor, folder: SpaceFolder, read: ReadSecret, passphrases: Passphrases | None = None
) -> Machines:
    """Return the machines of a space: of every kind that an `endpoint` may name."""
    local = LocalMachines(executor, folder.worker)
    elsewhere = SshKinds(read, folder.path.name, folder.path / "fetched", passphrases)
    contained = ProgramKinds(container_way, folder.path.name, folder.path / "fetched")
    pods = ProgramKinds(pod_way, folder.path.name, folder.path / "fetched")

    def kind_of(endpoint: Endpoint) -> MachineKind:
        if endpoint.is_container:
            return contained.of(endpoint.address)
        if is_pod(endpoint.address):
            return pods.of(endpoint.address)
        return local if endpoint.is_local else elsewhere.of(endpoint)

    return Machines(kind_of)


def space_providers(folder: SpaceFolder) -> Providers:
    """Return the providers of machines of dynamic pools."""
    processes = ProviderProcesses(folder.path / "leases")
    return {
        "container": ContainerProvider(processes),
        "command": CommandProvider(processes, file_trust()),
    }


async def _read_own(secrets: SecretStore, model: Callable[[], Model], secret: Secret) -> str:
    """Read a value that octotui itself needs, such as a password elsewhere, and mask it until it ends."""
    value = await read_secret(secret, environment_sources(model()))
    secrets.masked.hold(OCTOTUI, (value,))
    return value


@asynccontextmanager
async def _in_background(*work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Run coroutines in the background of the block."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _watch(session: Session) -> None:
    """End a session whose folder is gone, even while it has nothing to write."""
    while session.is_there():
        await asyncio.sleep(POLL)


def _open_or_recover(folder: SpaceFolder) -> tuple[Journal, State, Recovery | None]:
    """Open the journal and fold its State; recover a damaged one, and say so."""
    path = folder.journal
    finish(path)
    try:
        check(path)
        return *_opened(folder), None
    except Damaged:
        rescued = recover(path)
    return *_opened(folder), rescued


def _opened(folder: SpaceFolder) -> tuple[Journal, State]:
    journal = Journal(folder.journal, folder.check)
    try:
        return journal, last_state(journal)
    except StoreError:
        journal.close()
        raise


def last_state(journal: JournalReader) -> State:
    """Return the State where the space was left: the snapshot, and the events after it (R5)."""
    return _folded(journal, _kept(journal))


def _folded(journal: JournalReader, state: State) -> State:
    """Return a State after the events that the journal holds since; raises Damaged."""
    for event in journal.read(state.seq):
        try:
            state = evolve(state, event)
        except DOES_NOT_FIT as error:
            raise Damaged(
                f"the journal is damaged: event {event.seq} does not fit what came before it"
            ) from error
    return state


def _kept(journal: JournalReader) -> State:
    """Return the State of the snapshot, or an empty one where it cannot be read."""
    kept = journal.snapshot()
    try:
        return State() if kept is None else decode(kept[1])
    except UnreadableSnapshot:
        return State()


def state_on_disk(folder: SpaceFolder) -> State:
    """Return the State where a space was left, also while it is open; empty where there is none."""
    journal = _journal_of(folder)
    return State() if journal is None else last_state(journal)


async def forget_machines(journal_file: Path, at: float) -> int:
    """Take the machines of dynamic pools out of the copy of a space; return how many there were (W12).

    They are those of the space that it is a copy of: runs that use one are cancelled, and none is destroyed.
    Raises StoreError.
    """
    journal = Journal(journal_file)
    try:
        state = last_state(journal)
        count = len(state.machine_leases)
        if count:
            command = ForgetMachines("it is a machine of the space that this is a copy of")
            await journal.append(advance(state, command, max(at, state.at))[1])
        return count
    finally:
        journal.close()


def recent_state(folder: SpaceFolder) -> State | None:
    """Return the same State, but None where a long journal has no usable snapshot to begin with.

    Raises StoreError.
    """
    journal = _journal_of(folder)
    if journal is None:
        return State()
    kept = _kept(journal)
    return _folded(journal, kept) if kept.seq or journal.last() <= EVENTS else None


def _journal_of(folder: SpaceFolder) -> JournalReader | None:
    """Return the journal of a space, None where there is none."""
    try:
        there = folder.journal.stat().st_size > 0
    except OSError:
        there = False
    return JournalReader(folder.journal) if there else None
