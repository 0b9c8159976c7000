"""Prediction of a run: the same engine and session in virtual time, without any effect.

It is alone there: beside what is open now, a forecast says what it would wait behind.
"""

from functools import partial

import msgspec
from msgspec.structs import replace

from octotui.engine.commands import CreateRelease, StartRun
from octotui.engine.estimates.jobs import durations_of
from octotui.engine.events import AnyEvent, RunQueued
from octotui.engine.forecast import StartForecast, forecast_start
from octotui.engine.plans.assumed_answers import assumed_answer
from octotui.engine.state import Interruption, State, next_deadline
from octotui.engine.state.durations import pool_key
from octotui.engine.state.machine_leases import with_machines
from octotui.model.space import Model
from octotui.runtime.clocks import Clock, in_virtual_time
from octotui.runtime.effects import EffectRunner
from octotui.runtime.jobs.package_acquisition import SimulatedAcquirer
from octotui.runtime.jobs.secret_store import SecretStore
from octotui.runtime.leases.simulated_provider import SimulatedProvider
from octotui.runtime.quiescence import open_runs, questions, waiting_on_people
from octotui.runtime.release_maker import make_release
from octotui.runtime.session import Session
from octotui.store.journal.in_memory import MemoryJournal
from octotui.store.packages.manifest import Manifests
from octotui.store.space_folder import SpaceFolder
from octotui.workers.machine import Machines
from octotui.workers.simulated import SimulatedExecutor, Takes
from octotui.workers.simulated_machine import SimulatedMachines


class Prediction(msgspec.Struct, frozen=True):
    """The outcome of a predicted run: its id, all events, and a State that holds the whole family.

    The events follow on the State `first`. `now` is what is forecast of it beside the open runs of the space;
    None where there are none.
    """

    root: str
    events: tuple[AnyEvent, ...]
    state: State
    first: State
    now: StartForecast | None = None


def predict(model: Model, before: State, command: StartRun, start: float, folder: SpaceFolder) -> Prediction:
    """Simulate a run to its end, with a State's cursors, health and durations; "proceed" to questions.

    As many different people answer as are needed; a question that nobody may answer stays open (I6). A failed
    job that asks is left to fail (I7). A project without a release is taken as it is, without its lifecycle.
    """
    if command.process in model.projects and command.release is None:
        model = replace(model, lifecycles={})
    state = State(
        cursors=before.cursors,
        health=before.health,
        machines=before.machines,
        machine_leases=before.machine_leases,
        next_lease=before.next_lease,
        durations=before.durations,
        earlier_durations=before.earlier_durations,
        next_run=before.next_run,
        next_interruption=before.next_interruption,
        at=before.at,
        releases=before.releases,
        newest=before.newest,
        current=before.current,
        releases_created=before.releases_created,
        published=before.published,
        predicted=True,
    )
    alone = in_virtual_time(lambda now: _play(model, state, command, now, folder), max(start, before.at))
    if all(run.ended for run in before.runs.values()):
        return alone
    return replace(alone, now=_beside(before, model, alone, command, start))


def _beside(
    before: State, model: Model, alone: Prediction, command: StartRun, start: float
) -> StartForecast | None:
    """Forecast the run beside the open ones, of the same release; None where it ends at once.

    Raises Refused.
    """
    state, release = (
        replace(before, model=with_machines(model, before.machine_leases)),
        alone.state.runs[alone.root].request.release,
    )
    if release is not None and command.process in model.projects:
        state = replace(state, releases=before.releases.insert(release.key, release))
        command = replace(command, release=release.version)
    found = forecast_start(state, command, start)
    return found if found.run in found.queued.runs else None


async def _play(model: Model, state: State, command: StartRun, now: Clock, folder: SpaceFolder) -> Prediction:
    def takes(job: str) -> float | None:
        return session.state.jobs[job].expected

    provider = SimulatedProvider(lambda pool: durations_of(state, pool_key(pool)).about or 0.0)
    effects = partial(
        EffectRunner,
        folder,
        _machines(folder, takes),
        SimulatedAcquirer(),
        now,
        keeps_output=False,
        secret_store=SecretStore(None),
        providers={"container": provider, "command": provider},
    )
    session = Session(state, MemoryJournal(), effects, user=command.requester, now=now)
    seen: list[AnyEvent] = []
    session.listen(lambda events, before, after: seen.extend(events))
    try:
        await session.start(model)
        root = await _start(session, command)
        async for present in session.states():
            stuck = [asked for asked in questions(present, root) if not await _answer(session, asked)]
            if not open_runs(present, root) or (stuck and _is_quiescent(session.state, root)):
                break
    finally:
        await session.close()
    return Prediction(root, tuple(seen), await session.family(root), state)


def _machines(folder: SpaceFolder, takes: Takes) -> Machines:
    """Return simulated machines for every endpoint, with the packages that the real ones have."""
    simulated = SimulatedMachines(
        folder.worker,
        lambda worker: Manifests(folder.manifests / worker).packages(),
        SimulatedExecutor(takes),
    )
    return Machines(lambda endpoint: simulated)


async def _start(session: Session, command: StartRun) -> str:
    """Start the run; create its release first where none is named."""
    if command.process in session.state.model.projects and command.release is None:
        made = await make_release(session, CreateRelease(process=command.process))
        command = replace(command, release=made.version)
    events = await session.send(command)
    return next(event.run for event in events if isinstance(event, RunQueued))


async def _answer(session: Session, asked: Interruption) -> bool:
    """Answer a question with one approval; return False where nobody may."""
    commands = assumed_answer(session.state, asked)
    for command in commands or ():
        await session.send(command)
    return commands is not None


def _is_quiescent(state: State, root: str) -> bool:
    """Return whether nothing proceeds without people, or by time."""
    return waiting_on_people(state, open_runs(state, root)) and next_deadline(state) is None
