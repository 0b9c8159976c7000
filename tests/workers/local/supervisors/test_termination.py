"""S5: what is stopped gets TERM once, and KILL after its grace; what cannot be ended is named."""

import asyncio
import signal
import threading
from collections.abc import Callable, Sequence

import pytest

from octotui.workers.agent.processes import JobSigns, ProcessStat
from octotui.workers.local.supervisors import termination
from octotui.workers.local.supervisors.termination import Lookout, Members, terminate, unended

JOB = JobSigns("/record", b"A=b", 100)


def process(pid: int, command: str = "sleep") -> ProcessStat:
    return ProcessStat(pid, 1, pid, pid, pid, "S", command)


class Machine:
    """Processes that signals end or not, and what they start when they get one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *pids: int) -> None:
        self.living = {pid: process(pid) for pid in pids}
        self.unkillable = set[int]()
        self.deaf = set[int]()  # they ignore TERM
        self.starts: dict[int, list[int]] = {}  # by signal: the pids of what is started
        self.sent: list[tuple[int, tuple[int, ...]]] = []
        self.looks = 0
        monkeypatch.setattr(termination, "signal_job", self._signal)
        monkeypatch.setattr(termination, "lives", lambda each: each.pid in self.living)
        monkeypatch.setattr(termination, "SHORTEST", 0.001)
        monkeypatch.setattr(termination, "KILLED", 0.01)

    async def look(self, job: JobSigns) -> Members:
        self.looks += 1
        await asyncio.sleep(0)
        return tuple(self.living.values())

    async def end(self, grace: float) -> Members:
        deadline = asyncio.get_running_loop().time() + grace
        return await terminate(lambda: JOB, deadline, self.look, lambda: bool(self.living))

    def _signal(self, job: JobSigns, found: Sequence[ProcessStat], number: int) -> None:
        assert job is JOB
        self.sent.append((number, tuple(sorted(each.pid for each in found))))
        for pid in self.starts.pop(number, []):
            self.living[pid] = process(pid)
        spared = self.unkillable | (self.deaf if number == signal.SIGTERM else set())
        for each in found:
            if number != signal.SIGSTOP and each.pid not in spared:
                self.living.pop(each.pid, None)


async def test_s5_what_ends_of_term_is_not_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, 100, 101)
    assert await machine.end(60) == ()
    assert machine.sent == [(signal.SIGTERM, (100, 101))]
    assert machine.looks == 2


async def test_s5_what_is_deaf_to_term_is_stopped_and_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, 100, 101)
    machine.deaf = {101}
    assert await machine.end(0.01) == ()
    assert machine.sent == [
        (signal.SIGTERM, (100, 101)),
        (signal.SIGSTOP, (100, 101)),  # as found last: they get none where they have ended
        (signal.SIGKILL, (100, 101)),
    ]


async def test_s5_what_a_handler_starts_has_the_rest_of_the_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    """And no TERM: it cleans up."""
    machine = Machine(monkeypatch, 100)
    machine.starts = {signal.SIGTERM: [102]}
    assert await machine.end(0.02) == ()
    assert machine.sent == [
        (signal.SIGTERM, (100,)),
        (signal.SIGSTOP, (102,)),
        (signal.SIGKILL, (102,)),
    ]


async def test_s5_what_is_started_while_others_are_stopped_is_killed_with_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    machine = Machine(monkeypatch, 100)
    machine.deaf = {100}
    machine.starts = {signal.SIGSTOP: [103, 104]}
    assert await machine.end(0) == ()
    assert machine.sent[1:] == [
        (signal.SIGSTOP, (100,)),
        (signal.SIGSTOP, (103, 104)),
        (signal.SIGKILL, (100, 103, 104)),
    ]


async def test_s5_as_long_as_the_lock_is_held_it_is_looked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that forked during a look may have been missed."""
    machine = Machine(monkeypatch, 100)
    look, missed = machine.look, 3

    async def misses(job: JobSigns) -> Members:
        nonlocal missed
        missed -= 1
        return () if missed > 0 else await look(job)

    machine.look = misses  # type: ignore[method-assign]
    assert await machine.end(0) == ()
    assert machine.living == {}


async def test_s5_what_cannot_be_ended_is_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, 100, 101)
    machine.unkillable = {101}
    assert [each.pid for each in await machine.end(0)] == [101]
    assert [number for number, _ in machine.sent].count(signal.SIGKILL) == termination.KILLS


async def test_r6_what_forks_faster_than_it_is_found_takes_a_bounded_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    machine = Machine(monkeypatch, 100)
    look, pid = machine.look, 200

    async def bomb(job: JobSigns) -> Members:
        nonlocal pid
        pid += 1
        machine.living[pid] = process(pid)
        return await look(job)

    machine.look = bomb  # type: ignore[method-assign]
    assert pid in [each.pid for each in await machine.end(0)]
    assert machine.looks <= 2 + termination.KILLS * (termination.FREEZES + 1)


async def test_r4_nothing_is_left_stopped_where_the_session_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, 100)
    machine.deaf = {100}
    look, stopped = machine.look, asyncio.Event()

    async def hangs(job: JobSigns) -> Members:
        if machine.sent and machine.sent[-1][0] == signal.SIGSTOP:
            stopped.set()
            await asyncio.sleep(60)
        return await look(job)

    machine.look = hangs  # type: ignore[method-assign]
    ending = asyncio.create_task(machine.end(0))
    await asyncio.wait_for(stopped.wait(), 10)
    ending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ending
    assert machine.sent[-1] == (signal.SIGKILL, (100,))


class Looks:
    """Looks that wait until they may be answered."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[list[JobSigns]] = []
        self.go, self.begun = threading.Event(), threading.Event()
        monkeypatch.setattr(termination, "members", self._members)

    def _members(self, jobs: list[JobSigns]) -> list[Members]:
        self.asked.append(jobs)
        self.begun.set()
        assert self.go.wait(20)
        return [(process(job.leader or 0),) for job in jobs]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.001)


async def test_s5_one_look_serves_all_jobs_that_ask_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    looks, lookout = Looks(monkeypatch), Lookout()
    first = asyncio.create_task(lookout.look(JOB))
    await until(looks.begun.is_set)
    more = [asyncio.create_task(lookout.look(JOB._replace(leader=pid))) for pid in range(200, 250)]
    await asyncio.sleep(0)
    more[0].cancel()
    looks.go.set()
    found = await asyncio.gather(first, *more[1:])
    assert [each.pid for (each,) in found] == [100, *range(201, 250)]
    assert [len(jobs) for jobs in looks.asked] == [1, 50]  # none is answered by a look begun before it asked
    await lookout.close()


async def test_a_lookout_that_is_closed_looks_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    looks, lookout = Looks(monkeypatch), Lookout()
    await lookout.close()
    asking = asyncio.create_task(lookout.look(JOB))
    await until(looks.begun.is_set)
    await lookout.close()
    looks.go.set()
    assert not asking.done()
    asking.cancel()


def test_s5_a_warning_names_what_goes_on() -> None:
    named = unended([process(7, "sleep"), process(8, "x")], locked=True)
    assert named == ("processes that it started could not be ended, and go on: 7 (sleep), 8 (x)",)
    (many,) = unended([process(pid) for pid in range(1000)], locked=False)
    assert many.endswith("9 (sleep) and 990 more")
    assert unended([], locked=False) == ()
    assert "cannot be found" in unended([], locked=True)[0]
