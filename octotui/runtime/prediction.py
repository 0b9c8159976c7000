"""What would happen: the same core and session, in virtual time, with nothing started and nothing written."""

import asyncio
import os
from pathlib import Path

import msgspec

from octotui.engine.commands import AnswerInterruption, LoadModel, StartRun, TakeInterruption
from octotui.engine.events import AnyEvent, InterruptionRaised, RunQueued
from octotui.engine.state import State
from octotui.model.space import Model
from octotui.runtime.acquiring import SimulatedAcquirer
from octotui.runtime.clocks import Clock, in_virtual_time
from octotui.runtime.finish import open_runs
from octotui.runtime.perform import Crew
from octotui.runtime.session import Session
from octotui.store.folder import SpaceFolder
from octotui.store.memory import MemoryJournal
from octotui.workers.simulated import SimulatedExecutor


class Prediction(msgspec.Struct, frozen=True):
    """What a run would lead to: its id, every event, and a State in which it can all be looked at."""

    root: str
    events: tuple[AnyEvent, ...]
    state: State


def predict(model: Model, before: State, command: StartRun, start: float) -> Prediction:
    """Play a run to its end from the cursors and the health of a State; every question is a proceed."""
    state = State(
        model=model, cursors=before.cursors, health=before.health, next_run=before.next_run, at=before.at
    )
    return in_virtual_time(lambda now: _play(model, state, command, now), max(start, before.at))


async def _play(model: Model, state: State, command: StartRun, now: Clock) -> Prediction:
    crew = Crew(SpaceFolder(Path(os.devnull), "prediction"), SimulatedExecutor(), SimulatedAcquirer(), now)
    session = Session(state, MemoryJournal(), crew, user=command.requester, now=now)
    seen: list[AnyEvent] = []
    questions: asyncio.Queue[InterruptionRaised] = asyncio.Queue()

    def note(events: tuple[AnyEvent, ...], before: State, after: State) -> None:
        seen.extend(events)
        for event in events:
            if isinstance(event, InterruptionRaised):
                questions.put_nowait(event)

    session.listen(note)
    answering = asyncio.create_task(_proceed(session, questions))
    await session.send(LoadModel(model))
    events = await session.send(command)
    root = next(event.run for event in events if isinstance(event, RunQueued))
    async for _ in session.states():
        if not open_runs(session.state, root):
            break
    answering.cancel()
    await session.close()
    return Prediction(root, tuple(seen), await session.family(root))


async def _proceed(session: Session, questions: "asyncio.Queue[InterruptionRaised]") -> None:
    while True:
        asked = await questions.get()
        user = _who_may(session.state.model, asked)
        await session.send(TakeInterruption(interruption=asked.interruption, user=user))
        await session.send(AnswerInterruption(interruption=asked.interruption, user=user, answer="proceed"))


def _who_may(model: Model, asked: InterruptionRaised) -> str:
    """Somebody who may answer: the first member of the first team that lists any."""
    members = [member for slug in asked.teams for member in model.teams[slug].members]
    return members[0] if members else "somebody"
