"""The Session: what is decided is on disk before anybody acts on it (R2), and what fails ends it."""

import asyncio
import threading
from itertools import pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.engine.commands import (
    AnswerInterruption,
    CancelRun,
    Outcome,
    Refused,
    ReportHealth,
    ReportOutcome,
    StartRun,
)
from octotui.engine.events import AnyEvent, JobStarted
from octotui.engine.evolve.evolve import evolve
from octotui.engine.queries.parse import parse
from octotui.engine.queries.query import EVERYTHING
from octotui.engine.state import State
from octotui.model.space import Environment
from octotui.runtime import session as module
from octotui.runtime import state_feed
from octotui.store.errors import StoreError
from octotui.store.journal.in_memory import MemoryJournal
from octotui.store.journal.run_records import RunRecord
from octotui.workers.simulated import SimulatedExecutor
from tests.runtime.rig import Hands, Rig, SlowJournal, play, soon
from tests.runtime.served import served
from tests.scenes import takes
from tests.world import START, model, script

SMALL = model({"a": [script("Run")]})
FULL = StoreError("the disk is full")


def test_r2_what_is_decided_is_on_disk_before_anybody_acts(tmp_path: Path) -> None:
    hands, journal = Hands(), SlowJournal()

    async def main(rig: Rig) -> None:
        told: list[str] = []
        rig.session.listen(lambda events, before, after: told.extend(type(each).__name__ for each in events))
        sending = asyncio.ensure_future(rig.start("a"))
        await soon()
        assert rig.state.runs["run-1"].state == "executing"
        assert (hands.begun, told, sending.done()) == ([], [], False)
        assert len((await anext(aiter(rig.session.states()))).runs) == 0
        journal.write()
        await soon()
        assert hands.jobs == ["job-1.1"]
        assert sending.result() == "run-1"
        assert told[0] == "RunQueued"
        assert len((await anext(aiter(rig.session.states()))).runs) == 1

    play(SMALL, tmp_path, main, executor=hands, journal=journal)


def test_what_is_sent_is_acted_upon_when_send_returns(tmp_path: Path) -> None:
    async def main(rig: Rig) -> None:
        told: list[object] = []
        rig.session.listen(lambda events, before, after: told.append((events, before, after)))
        before = rig.state
        events = await rig.session.send(StartRun(process="a"))
        assert told == [(events, before, rig.state)]

    play(SMALL, tmp_path, main)


def test_a_command_that_is_refused_changes_nothing(tmp_path: Path) -> None:
    async def main(rig: Rig) -> None:
        await rig.start("a")
        before = rig.state
        for command in (
            StartRun(process="unknown"),
            CancelRun(run="run-9"),
            AnswerInterruption(interruption="question-1", user="ann", answer="proceed"),
        ):
            with pytest.raises(Refused):
                await rig.session.send(command)
        assert rig.state is before
        assert (await rig.start("a")) == "run-2"

    play(SMALL, tmp_path, main)


def test_a_stale_report_is_ignored(tmp_path: Path) -> None:
    async def main(rig: Rig) -> None:
        await rig.start("a")
        before = rig.state
        for job, attempt in (("job-1.1", 2), ("job-1.9", 1), ("job-7.1", 1)):
            rig.session.report(ReportOutcome(job=job, attempt=attempt, outcome=Outcome(state="failed")))
        await soon()
        assert rig.state is before

    play(SMALL, tmp_path, main)


def test_what_is_reported_in_one_turn_of_the_loop_is_one_commit(tmp_path: Path) -> None:
    """What ends at once makes way at once for what waits; what is refused leaves the rest as it is."""
    hands, journal = Hands(), SlowJournal()

    async def main(rig: Rig) -> None:
        sending = [asyncio.ensure_future(rig.start("a")) for _ in range(2)]
        await soon()
        journal.write()
        await asyncio.gather(*sending)
        before, told = rig.state, list[tuple[list[str], State, State]]()
        rig.session.listen(
            lambda events, before, after: told.append(
                ([type(each).__name__ for each in events], before, after)
            )
        )
        for number in (1, 2):
            rig.session.report(ReportHealth("nobody", "healthy"))
            job, ended = f"job-{number}.1", Outcome(state="succeeded")
            rig.session.report(ReportOutcome(job=job, attempt=1, outcome=ended))
        assert rig.state is before
        await soon()
        assert len(journal.waiting) == 1
        journal.write()
        await soon()
        assert told == [(["JobEnded", "RunEnded"] * 2, before, rig.state)]

    play(SMALL, tmp_path, main, executor=hands, journal=journal)


def test_what_was_reported_before_a_command_is_applied_before_it(tmp_path: Path) -> None:
    async def main(rig: Rig) -> None:
        await rig.start("a")
        rig.session.report(ReportOutcome(job="job-1.1", attempt=1, outcome=Outcome(state="succeeded")))
        with pytest.raises(Refused, match="it has ended"):
            await rig.session.send(CancelRun(run="run-1"))

    play(SMALL, tmp_path, main)


def test_what_was_reported_at_the_end_of_a_session_is_journaled(tmp_path: Path) -> None:
    journal = MemoryJournal()

    async def main(rig: Rig) -> None:
        await rig.start("a")
        rig.session.report(ReportOutcome(job="job-1.1", attempt=1, outcome=Outcome(state="succeeded")))

    play(SMALL, tmp_path, main, journal=journal)
    assert journal.runs(1)[0].state == "succeeded"


def test_a_listener_to_each_event_gets_the_states_between(tmp_path: Path) -> None:
    async def main(rig: Rig) -> None:
        told: list[tuple[tuple[AnyEvent, ...], State, State]] = []
        rig.session.listen_to_each(lambda events, before, after: told.append((events, before, after)))
        state = rig.state
        events = await rig.session.send(StartRun(process="a"))
        assert [each for (each,), _, _ in told] == list(events)
        for (event,), before, after in told:
            assert before == state
            state = evolve(state, event)
            assert after == state
        assert told[-1][-1] is rig.state

    play(SMALL, tmp_path, main)


def test_states_are_merged_and_end_with_the_newest(tmp_path: Path) -> None:
    async def main(rig: Rig) -> None:
        seen: list[tuple[float, State]] = []

        async def follow() -> None:
            async for state in rig.session.states():
                seen.append((rig.now(), state))  # noqa: PERF401 - what was seen is kept when it is cancelled

        following = asyncio.ensure_future(follow())
        for number in range(500):
            health = "unhealthy" if number % 2 else "has-warnings"
            await rig.session.send(ReportHealth("worker1", health))  # type: ignore[arg-type]
            await asyncio.sleep(0.002)
        await asyncio.sleep(1)
        following.cancel()
        assert 20 <= len(seen) <= 32
        gaps = [later - sooner for (sooner, _), (later, _) in pairwise(seen)]
        assert min(gaps) >= state_feed.FRAME - 1e-6
        assert seen[-1][1] is rig.state

    play(SMALL, tmp_path, main)


def test_a_failed_commit_ends_the_session_and_nothing_is_performed(tmp_path: Path) -> None:
    hands, journal = Hands(), SlowJournal()

    async def main(rig: Rig) -> None:
        following = asyncio.ensure_future(last(rig))
        sending = asyncio.ensure_future(rig.start("a"))
        await soon()
        journal.write(FULL)
        for each in (sending, following, rig.start("a")):
            with pytest.raises(StoreError, match="the disk is full"):
                await each
        with pytest.raises(StoreError, match="the disk is full"):
            await anext(aiter(rig.session.states()))
        assert hands.begun == []

    play(SMALL, tmp_path, main, executor=hands, journal=journal)


async def last(rig: Rig) -> State:
    state = rig.state
    async for each in rig.session.states():
        state = each
    return state


def test_a_bug_in_the_core_ends_the_session_loudly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main(rig: Rig) -> None:
        await rig.start("a")

        def broken(*_: object) -> None:
            raise ZeroDivisionError("a bug")

        monkeypatch.setattr(module, "advance", broken)
        following = asyncio.ensure_future(last(rig))
        await soon()
        rig.session.report(ReportOutcome(job="job-1.1", attempt=1, outcome=Outcome(state="failed")))
        with pytest.raises(ZeroDivisionError):
            await following
        with pytest.raises(ZeroDivisionError):
            await rig.session.send(StartRun(process="a"))

    play(SMALL, tmp_path, main)


def test_so_does_a_bug_of_a_listener(tmp_path: Path) -> None:
    async def main(rig: Rig) -> None:
        def broken(*_: object) -> None:
            raise BrokenPipeError("nobody reads")

        rig.session.listen(broken)
        await rig.start("a")
        with pytest.raises(BrokenPipeError):
            await last(rig)

    play(SMALL, tmp_path, main)


def test_what_falls_due_is_told_in_time(tmp_path: Path) -> None:
    """S5: a wait before a retry, and the time limit of a job."""
    steps = [
        script("Fail", retries=2, backoff=60.0, simulate=takes(1, "failure"), condition="always"),
        script("Hang", time_limit=30.0, simulate=takes(9999), condition="always"),
    ]

    async def main(rig: Rig) -> list[float]:
        started: list[float] = []
        rig.session.listen(
            lambda events, before, after: started.extend(
                each.at - START for each in events if isinstance(each, JobStarted)
            )
        )
        await rig.start("a")
        while rig.run_state("run-1") != "failed":
            await asyncio.sleep(1)
        return [*started, rig.now() - START]

    started = play(model({"a": steps}), tmp_path, main, executor=SimulatedExecutor())
    assert started[:4] == pytest.approx([0, 61, 182, 183], abs=0.01)
    assert started[4] == pytest.approx(213, abs=1.01)


def test_after_the_end_reports_are_for_nobody(tmp_path: Path) -> None:
    async def main(rig: Rig) -> None:
        await rig.start("a")
        await rig.session.close()
        before = rig.state
        rig.session.report(ReportOutcome(job="job-1.1", attempt=1, outcome=Outcome(state="succeeded")))
        await soon()
        assert rig.state is before
        assert before.jobs["job-1.1"].state == "running"

    play(SMALL, tmp_path, main)


def test_families_that_have_ended_can_be_looked_at_and_recent_runs_listed(tmp_path: Path) -> None:
    async def main(rig: Rig) -> None:
        await rig.start("a")
        await rig.start("a")
        await rig.until(lambda: len(rig.state.runs) == 0)
        assert [each.id for each in rig.session.recent(1)] == ["run-2"]
        family = await rig.session.family("run-1")
        assert [run.id for _, run in family.runs.items()] == ["run-1"]
        assert family.runs["run-1"].state == "succeeded"
        assert (
            rig.session.log_path("run-1", "job-1.1") == tmp_path / "space" / "logs" / "run-1" / "job-1.1.log"
        )

    play(SMALL, tmp_path, main, executor=SimulatedExecutor())


def test_a_job_is_found_before_the_new_model_lets_another_begin(tmp_path: Path) -> None:
    """R4: opened with a wider model, what starts now is not taken for what was lost."""
    from tests.world import World, engine

    steps = [script("One"), script("Two", start="with-previous")]
    world = World(model({"a": steps}, **engine(max_parallelism=1)))
    world.start("a")
    assert world.state.jobs["job-1.1"].state == "running"
    hands = Hands()

    async def main(rig: Rig) -> None:
        await soon()
        assert hands.jobs == ["job-1.2"]
        assert rig.state.jobs["job-1.1"].state == "asking"

    play(model({"a": steps}, **engine(max_parallelism=2)), tmp_path, main, executor=hands, state=world.state)


def test_history_knows_what_people_call_an_environment(tmp_path: Path) -> None:
    async def main(rig: Rig) -> None:
        for environment in ("test", "production"):
            await rig.start("a", environment=environment)
        await rig.until(lambda: len(rig.state.runs) == 0)
        assert [each.id for each in await rig.session.history(parse("quality", 0))] == ["run-1"]
        assert [each.id for each in await rig.session.history(EVERYTHING, 2)] == ["run-1"]
        summary = await rig.session.summary(parse("quality", 0))
        assert (summary.found, summary.total, sorted(summary.values["env"])) == (1, 2, ["production", "test"])

    environments = {"test": Environment(name="Quality"), "production": Environment(name="Production")}
    named = replace(SMALL, environments=environments)
    play(named, tmp_path, main, executor=SimulatedExecutor())


async def test_r6_long_searches_hold_up_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()

    def long(*_: object) -> list[RunRecord]:
        go_on.wait()
        return []

    try:
        async with served(SMALL, tmp_path) as here:
            monkeypatch.setattr(here.session._journal, "history", long)
            searches = [asyncio.ensure_future(here.session.history()) for _ in range(100)]
            await asyncio.sleep(0)
            assert await here.session.events_of("run-1") == ()
        assert not any(each.done() and not each.cancelled() for each in searches)  # the session ended first
    finally:
        go_on.set()
    found = await asyncio.gather(*searches, return_exceptions=True)
    assert sum(isinstance(each, asyncio.CancelledError) for each in found) == 100 - module.SEARCHES


def test_the_clock_is_looked_at_again_while_a_run_waits_for_its_time(tmp_path: Path) -> None:
    """Q5: a clock that is set forward, or a machine that slept, starts it late by a minute at most."""
    late = 0.0

    async def main(rig: Rig) -> None:
        nonlocal late
        right = rig.session.now
        rig.session.now = lambda: right() + late
        await rig.session.send(StartRun(process="a", not_before=START + 3600))
        await asyncio.sleep(10)
        late = 3600.0
        await asyncio.sleep(module.LOOK_AGAIN)
        assert rig.state.runs["run-1"].state == "executing"

    play(SMALL, tmp_path, main)
