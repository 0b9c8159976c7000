"""What would happen: the same core and session, in virtual time, with nothing started and nothing written."""

import msgspec
from msgspec.structs import replace

from octotui.engine.commands import AnswerInterruption, CreateRelease, StartRun, TakeInterruption
from octotui.engine.events import AnyEvent, RunQueued
from octotui.engine.state import Interruption, State
from octotui.engine.terms import Answer
from octotui.model.space import Model
from octotui.runtime.acquiring import SimulatedAcquirer
from octotui.runtime.clocks import Clock, in_virtual_time
from octotui.runtime.finish import open_runs, questions
from octotui.runtime.perform import Crew
from octotui.runtime.releasing import make_release
from octotui.runtime.session import Session
from octotui.runtime.vault import Vault
from octotui.store.folder import SpaceFolder
from octotui.store.memory import MemoryJournal
from octotui.workers.simulated import SimulatedExecutor


class Prediction(msgspec.Struct, frozen=True):
    """What a run would lead to: its id, every event, and a State in which it can all be looked at."""

    root: str
    events: tuple[AnyEvent, ...]
    state: State


def predict(model: Model, before: State, command: StartRun, start: float, folder: SpaceFolder) -> Prediction:
    """Play a run to its end from the cursors and the health of a State; every question is a proceed.

    Where a failed job asks, it is left to fail (I7). A project without a release is taken as it is, and no
    lifecycle holds it back.
    """
    if command.process in model.projects and command.release is None:
        model = replace(model, lifecycles={})
    state = State(
        cursors=before.cursors,
        health=before.health,
        next_run=before.next_run,
        next_interruption=before.next_interruption,
        at=before.at,
        releases=before.releases,
        newest=before.newest,
        current=before.current,
        releases_created=before.releases_created,
        published=before.published,
    )
    return in_virtual_time(lambda now: _play(model, state, command, now, folder), max(start, before.at))


async def _play(model: Model, state: State, command: StartRun, now: Clock, folder: SpaceFolder) -> Prediction:
    crew = Crew(folder, SimulatedExecutor(), SimulatedAcquirer(), now, keeps_output=False, vault=Vault(None))
    session = Session(state, MemoryJournal(), crew, user=command.requester, now=now)
    seen: list[AnyEvent] = []
    session.listen(lambda events, before, after: seen.extend(events))
    try:
        await session.start(model)
        root = await _start(session, command)
        async for present in session.states():
            for question in questions(present, root):
                await _answer(session, question)
            if not open_runs(present, root):
                break
    finally:
        await session.close()
    return Prediction(root, tuple(seen), await session.family(root))


async def _start(session: Session, command: StartRun) -> str:
    """Start the run, of a release that is made for it where none is named."""
    if command.process in session.state.model.projects and command.release is None:
        made = await make_release(session, CreateRelease(process=command.process))
        command = replace(command, release=made.version)
    events = await session.send(command)
    return next(event.run for event in events if isinstance(event, RunQueued))


async def _answer(session: Session, asked: Interruption) -> None:
    user = _who_may(session.state.model, asked)
    answer: Answer = "proceed" if asked.kind == "manual" else "fail"
    await session.send(TakeInterruption(interruption=asked.id, user=user))
    await session.send(AnswerInterruption(interruption=asked.id, user=user, answer=answer))


def _who_may(model: Model, asked: Interruption) -> str:
    """Somebody who may answer: the first member of the first team that lists any."""
    members = [member for slug in asked.teams for member in model.teams[slug].members]
    return members[0] if members else "somebody"
