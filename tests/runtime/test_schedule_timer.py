"""A session that keeps to the schedules of its model (Q5)."""

import asyncio
from pathlib import Path

from msgspec.structs import replace

from octotui.engine.commands import LoadModel
from octotui.engine.events import AnyEvent, RunQueued, ScheduleMissed
from octotui.engine.state import State
from octotui.model.space import Model, Schedule
from octotui.runtime.schedule_timer import ScheduleTimer
from octotui.workers.simulated import SimulatedExecutor
from tests.runtime.rig import Rig, play
from tests.world import START, model, script

HOUR = 3600.0
FULL_HOUR = START // HOUR * HOUR + HOUR  # the first after the start


def hourly(**more: object) -> Schedule:
    return Schedule(name="Hourly", **{"cron": "0 * * * *", "runbook": "a", **more})  # type: ignore[arg-type]


def space(**schedules: Schedule) -> Model:
    return replace(model({"a": [script("Run")]}), schedules=schedules)


def kept(declared: Model, folder: Path, seconds: float, state: State | None = None) -> list[AnyEvent]:
    """What a session that keeps to the schedules commits in so many seconds."""
    seen: list[AnyEvent] = []

    async def main(rig: Rig) -> None:
        rig.session.listen(lambda events, before, after: seen.extend(events))
        await asyncio.sleep(seconds)

    play(declared, folder, main, executor=SimulatedExecutor(), timetable=ScheduleTimer(), state=state)
    return seen


def queued(events: list[AnyEvent]) -> list[tuple[str | None, float]]:
    return [(each.schedule, each.at - FULL_HOUR) for each in events if isinstance(each, RunQueued)]


def test_q5_each_time_starts_a_run(tmp_path: Path) -> None:
    events = kept(space(tick=hourly()), tmp_path, 3 * HOUR)
    assert [(name, round(at)) for name, at in queued(events)] == [("tick", 0), ("tick", 3600), ("tick", 7200)]
    assert [each.due - FULL_HOUR for each in events if isinstance(each, RunQueued)] == [0.0, HOUR, 2 * HOUR]


def test_q5_a_session_that_does_not_keep_to_them_starts_none(tmp_path: Path) -> None:
    async def main(rig: Rig) -> None:
        await asyncio.sleep(3 * HOUR)
        assert rig.state.next_run == 1

    play(space(tick=hourly()), tmp_path, main)


def test_q5_one_that_is_not_enabled_starts_nothing(tmp_path: Path) -> None:
    assert not queued(kept(space(tick=hourly(enabled=False)), tmp_path, 3 * HOUR))


def test_q5_what_cannot_start_is_told_and_the_next_time_comes(tmp_path: Path) -> None:
    """The runbook asks for an environment that is not there."""
    events = kept(space(tick=hourly(environment="gone")), tmp_path, 2 * HOUR)
    missed = [each for each in events if isinstance(each, ScheduleMissed)]
    assert [(each.due - FULL_HOUR, each.reason) for each in missed] == [
        (0.0, "there is no environment gone"),
        (HOUR, "there is no environment gone"),
    ]


def test_q5_a_new_model_changes_the_times(tmp_path: Path) -> None:
    """One that is as it was keeps its time; others go, or come."""
    seen: list[AnyEvent] = []

    async def main(rig: Rig) -> None:
        rig.session.listen(lambda events, before, after: seen.extend(events))
        await rig.session.send(LoadModel(space(tick=hourly(), half=hourly(cron="30 * * * *"))))
        await asyncio.sleep(HOUR)
        await rig.session.send(LoadModel(space(half=hourly(cron="45 * * * *"))))
        await asyncio.sleep(HOUR)

    declared = space(tick=hourly())
    play(declared, tmp_path, main, executor=SimulatedExecutor(), timetable=ScheduleTimer())
    begun = (FULL_HOUR - START) % HOUR
    assert begun < HOUR
    assert {name for name, _ in queued(seen)} == {"tick", "half"}
    assert [round(at) for name, at in queued(seen) if name == "tick"] == [0]


def test_q5_a_time_that_was_started_already_is_not_when_the_clock_was_set_back(tmp_path: Path) -> None:
    """The last time of each schedule is in the State."""
    done = State(schedules=State().schedules.insert("tick", FULL_HOUR + HOUR), at=START)
    events = kept(space(tick=hourly()), tmp_path, 3 * HOUR, done)
    assert [round(at) for _, at in queued(events)] == [7200]


def test_q5_times_that_passed_together_are_one_run() -> None:
    """A machine that slept for three hours."""
    table = ScheduleTimer()
    state = State(model=space(tick=hourly()))
    table.follow(state, START)
    assert table.next() == FULL_HOUR
    assert [each.due for each in table.due(FULL_HOUR + 3 * HOUR + 1)] == [FULL_HOUR]
    assert table.next() == FULL_HOUR + 4 * HOUR
    assert table.due(FULL_HOUR + 3 * HOUR + 1) == []
