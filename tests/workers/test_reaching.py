"""M1: a machine that is away is asked again, ever less often; the faults themselves are in `conformance`."""

import asyncio
from itertools import pairwise

import pytest

from octotui.engine.state import Outcome
from octotui.runtime.clocks import Clock, in_virtual_time
from octotui.store.logs.line_streams import STDERR
from octotui.workers.executor import BEGINNING, Notice, Offsets, Output, unheard
from octotui.workers.machine import AttemptEnd, AttemptKey, Unreachable
from octotui.workers.reaching import FETCHES, MOST, RepeatedCalls, about, follow_to_end, until_reached
from tests.workers.faulty import FaultyProcesses


def test_m1_calls_are_repeated_with_backoff_and_jitter() -> None:
    async def main(now: Clock) -> tuple[list[float], list[tuple[str, float | None]]]:
        times, told = list[float](), list[tuple[str, float | None]]()

        async def call() -> str:
            times.append(now())
            if len(times) < 12:
                raise Unreachable("no route")
            return "here"

        assert await until_reached(call, lambda *said: told.append(said)) == "here"
        return times, told

    times, told = in_virtual_time(main, 0.0)
    growing = [(why, wait) for why, wait in told if wait is not None]
    assert told[len(growing) :] == [("no route", None), ("", None)]
    for number, (one, other) in enumerate(pairwise(times)):
        limit = min(MOST, 2.0**number)
        assert limit / 2 <= other - one <= limit
        if number < len(growing):
            assert growing[number] == ("no route", pytest.approx(other - one))
    assert len(growing) == 6


def test_m1_an_outage_that_is_known_from_before_ends_with_the_first_answer() -> None:
    async def main(now: Clock) -> None:
        told = list[tuple[str, float | None]]()

        async def call() -> str:
            return "here"

        await until_reached(call, lambda *said: told.append(said), known=True)
        assert told == [("", None)]

    in_virtual_time(main, 0.0)


def test_m1_other_errors_are_not_repeated() -> None:
    async def main(now: Clock) -> None:
        async def call() -> None:
            raise ValueError("a bug")

        with pytest.raises(ValueError, match="a bug"):
            await until_reached(call)

    in_virtual_time(main, 0.0)


def test_m1_requests_go_on_in_the_background_until_the_space_is_closed() -> None:
    async def main(now: Clock) -> None:
        failed, asked = list[BaseException](), list[float]()
        calls = RepeatedCalls(failed.append)

        async def away() -> None:
            asked.append(now())
            raise Unreachable("no route")

        async def bug() -> None:
            raise ValueError("a bug")

        async def done() -> None:
            asked.append(-1.0)

        for each in (away, bug, done):
            calls.add(each)
        await asyncio.sleep(10)
        assert [str(each) for each in failed] == ["a bug"]
        assert asked.count(-1.0) == 1
        assert len(asked) > 3
        begun = now()
        await calls.close(2.0)
        assert now() - begun == pytest.approx(2.0)
        known = len(asked)
        await asyncio.sleep(200)
        assert len(asked) == known

    in_virtual_time(main, 0.0)


class Silent(FaultyProcesses):
    """Says that there is more output than it gives."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.asked: list[Offsets] = []

    async def follow(
        self, attempt: AttemptKey, output: Output, offsets: Offsets = BEGINNING, notice: Notice = unheard
    ) -> AttemptEnd:
        self.asked.append(offsets)
        if offsets == BEGINNING:
            output(b"some")
            output(b"error", STDERR)
        return AttemptEnd(self.outcome, (4, 11))


@pytest.mark.parametrize(("state", "end"), [("succeeded", "lost"), ("failed", "failed"), ("lost", "lost")])
def test_m3_what_is_missing_is_said(state: str, end: str) -> None:
    async def main(now: Clock) -> None:
        silent = Silent(Outcome(state=state, reason="its own"))  # type: ignore[arg-type]
        outcome = await follow_to_end(silent, AttemptKey("s", "a"), lambda *chunk: None)
        assert outcome.state == end
        missing = "the last 6 bytes of its output cannot be had from its machine"
        assert (outcome.reason, outcome.warnings) == (
            (missing, ()) if state == "succeeded" else ("its own", (missing,))
        )
        assert silent.asked == [(0, 0), *[(4, 5)] * FETCHES]

    in_virtual_time(main, 0.0)


class Quiet(FaultyProcesses):
    """Breaks twice; in between and afterwards the attempt is followed, and says nothing."""

    def __init__(self, now: Clock) -> None:
        self.now = now
        self.asked: list[float] = []

    async def follow(
        self, attempt: AttemptKey, output: Output, offsets: Offsets = BEGINNING, notice: Notice = unheard
    ) -> AttemptEnd:
        self.asked.append(self.now())
        if len(self.asked) == 1:
            raise Unreachable("no route")
        output(b"")
        await asyncio.sleep(1000)
        if len(self.asked) == 2:
            raise Unreachable("no route again")
        return AttemptEnd(Outcome(state="succeeded"), BEGINNING)


def test_m1_a_quiet_script_is_reached_again_once_it_is_followed() -> None:
    async def main(now: Clock) -> None:
        quiet, told = Quiet(now), list[tuple[str, float]]()
        await follow_to_end(
            quiet,
            AttemptKey("s", "a"),
            lambda *chunk: pytest.fail("nothing was printed"),
            lambda problem, wait: told.append((problem, now())),
        )
        first, second, third = quiet.asked
        assert told == [
            ("no route", first),
            ("", second),
            ("no route again", pytest.approx(second + 1000)),
            ("", third),
        ]
        assert 1.0 <= third - second - 1000 <= 2.0  # longer than the first time: nothing has arrived

    in_virtual_time(main, 0.0)


def test_m1_a_command_to_use_names_the_machine() -> None:
    said = "the host key of a is not known. Compare it there, then: octotui trust FILE WORKER"
    assert about(said, "web1").endswith("then: octotui trust FILE web1")
