"""What happens in the space of the kept samples: something of everything, and much that is left open."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from msgspec.structs import replace

from octotui.engine.commands import (
    CancelRun,
    CreateRelease,
    HandOverInterruption,
    LoadModel,
    MoveToTop,
    RecordRefusal,
    ReleaseInterruption,
    ReportHealth,
    TakeInterruption,
)
from octotui.runtime.release_maker import make_release
from tests.samples.playing import DAY, FIRST_DAY, ORIGIN, Played, day

BEGUN = 0.5  # seconds after which a script has begun, and set its traps


async def before(folder: Path) -> None:
    """Two days of which retention removes the first, and a job that is lost in the second."""
    async with day(folder, 0) as played:
        await _release(played, "shop", "1.0.0")
        await _release(played, "ok", None)
        await played.ended(
            await played.start("shop", release="1.0.0", environment="test", tenant="contoso"),
            await played.start("ok", environment="production"),
        )
    async with day(folder, 2) as played:
        await played.until(lambda: "nightly" in played.state.schedules, "the night does not come")
        await played.ended(await played.start("ok", draft=True))
        await played.reaches(await played.start("slow"), "running")
        await asyncio.sleep(BEGUN)


async def busy(folder: Path) -> None:
    """The day on which most happens."""
    async with day(folder, 5) as played:
        lost = next(name for name, run in played.state.runs.items() if run.request.process == "slow")
        await played.answer(lost, "bob", "fail", "it was the night")
        await _ended(played)
        await _projects(played)
        await _questions(played)
        await _failures(played)
        await _left_open(played)


async def killed(folder: Path) -> None:
    """A day that nobody ends: the process is gone in the middle of it."""
    async with day(folder, 6) as played:
        await played.until(lambda: "nightly" in played.state.schedules, "the night does not come")
        await played.ended(await played.start("weigh", "dora"))
        asking = {each.run: each for each in played.state.interruptions.values() if each.kind == "guided"}
        first = min(asking, key=lambda run: played.state.runs[run].number)
        await played.answer(first, "carl", "fail", "it is gone")
        await played.reaches(await played.start("stubborn"), "running")
        await played.reaches(await played.start("brief"), "running")
        await asyncio.sleep(BEGUN)
        os.kill(os.getpid(), signal.SIGKILL)


async def _release(played: Played, process: str, version: str | None, channel: str | None = None) -> None:
    wish = CreateRelease(
        process=process, version=version, channel=channel, notes="New", requester="ann", origin=ORIGIN
    )
    await make_release(played.session, wish, {})


async def _ended(played: Played) -> None:
    """Runs that end by themselves, one way or another."""
    await played.until(lambda: played.state.at >= FIRST_DAY + 5 * DAY + 1, "the night does not come")
    runs = [
        await played.start("ok", not_before=played.session.now() + 1),
        await played.start("unleash", environment="production", guided=False),
        await played.start("regions"),
        await played.start("missing"),
        await played.start("fail", guided=False),
        await played.start("hasty"),
        await played.start(
            "visit", "bob", tenant="contoso", variables={"Audience": "all", "Token": "s3cr3t-x"}
        ),
    ]
    await played.ended(*runs)
    await played.send(ReportHealth("east", "has-warnings"))


async def _projects(played: Played) -> None:
    """Releases, deployed and promoted."""
    await _release(played, "shop", "1.1.0")
    await _release(played, "shop", "1.1.1-hotfix", "hotfix")
    await played.ended(await played.start("shop", release="1.1.0", environment="test"))
    await played.ended(
        await played.start("shop", release="1.1.0", environment="production", guided=True),
        await played.start(
            "shop", release="1.1.1-hotfix", environment="test", tenant="contoso", skip=("Install",)
        ),
    )


async def _questions(played: Played) -> None:
    """Questions that are answered, handed over, aborted, closed, expired, and of which nobody is told."""
    run = await played.start("rotate", environment="test")
    question = await played.asks(run)
    await played.send(TakeInterruption(interruption=question, user="bob", origin=ORIGIN))
    await played.send(HandOverInterruption(interruption=question, user="bob", to="carl", origin=ORIGIN))
    await played.send(ReleaseInterruption(interruption=question, user="carl", origin=ORIGIN))
    await played.answer(run, "bob", "proceed", "by all means", Size="large", Passphrase="open-sesame")
    await played.answer(
        run, "dora", "proceed", "me too", Size="small", Ticket="CHG-7", Passphrase="open-sesame"
    )
    await played.ended(run)
    run = await played.start("rotate", environment="test")
    await played.answer(run, "emil", "abort", "too *dear*")
    await played.ended(run)
    await played.ended(await played.start("expire", guided=False))
    run = await played.start("parent", guided=False)
    await played.until(lambda: played.state.asking, "the child does not ask")
    await played.send(CancelRun(run=run, by="bob", origin=ORIGIN))
    await played.ended(run)
    await played.send(
        RecordRefusal(
            user="mallory",
            action="AnswerInterruption",
            subject="interruption-1",
            reason="mallory may not answer questions here",
            origin=ORIGIN,
        )
    )


async def _failures(played: Played) -> None:
    """Failures that ask people."""
    run = await played.start("guided")
    await played.answer(run, "bob", "retry")
    await played.answer(run, "bob", "ignore", "never mind")
    await played.ended(run)
    run = await played.start("guided", guided=True)
    await played.answer(run, "carl", "fail")
    await played.ended(run)
    run = await played.start("roll-out", environment="production")
    await played.answer(run, "bob", "exclude", "without it")
    await played.ended(run)


async def _left_open(played: Played) -> None:
    """All that is open when the day is over."""
    await played.reaches(await played.start("slow"), "running")
    await played.ended(await played.start("impatient"))
    await played.reaches(await played.start("forge"), "ForLock")
    stubborn = await played.start("stubborn")
    await played.reaches(stubborn, "running")
    await asyncio.sleep(BEGUN)
    await played.send(CancelRun(run=stubborn, by="ann", origin=ORIGIN))
    await played.reaches(await played.start("narrow"), "running", "ForPlace")
    await played.reaches(await played.start("later"), "ForRetry")
    await played.reaches(await played.start("parent"), "ForChild")
    await played.asks(await played.start("guided", guided=True))
    await played.asks(await played.start("roll-out", environment="production"))
    rotating = await played.start("rotate", environment="test")
    await played.answer(rotating, "bob", "proceed", "the first of two", Size="large")
    await played.start("rotate", "bob", environment="test", tenant="contoso")
    await played.start("ok", not_before=FIRST_DAY + 300 * DAY)
    taken = await played.asks(await played.start("child", environment="test"))
    await played.send(TakeInterruption(interruption=taken, user="carl", origin=ORIGIN))
    await played.send(LoadModel(replace(played.model, engine=replace(played.model.engine, task_cap=2))))
    await played.start("weigh", environment="test")
    await played.send(MoveToTop(run=await played.start("visit"), by="bob", origin=ORIGIN))
    await asyncio.sleep(BEGUN)  # who is told of a question has heard of it


if __name__ == "__main__":
    asyncio.run(globals()[sys.argv[1]](Path(sys.argv[2])))
