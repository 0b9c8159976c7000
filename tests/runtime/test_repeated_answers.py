"""Repeated wishes about questions whose runs have ended (I5)."""

import asyncio
from pathlib import Path

import pytest

from octotui.engine.commands import (
    AboutQuestion,
    AnswerInterruption,
    CancelRun,
    HandOverInterruption,
    Refused,
    ReleaseInterruption,
    StartRun,
    TakeInterruption,
)
from octotui.model.process import Manual, Step
from octotui.model.values import Prompt
from octotui.runtime.repeated_answers import has_left
from octotui.store.journal.in_memory import AnyJournal, MemoryJournal
from octotui.store.journal.journal import Journal
from tests.runtime.rig import Rig, SlowJournal, play, soon
from tests.world import manual, model

ASK = Step(name="Ask", action=Manual(instructions="x", fields={"Size": Prompt(required=False)}))


@pytest.fixture(params=["memory", "disk"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> AnyJournal:
    return MemoryJournal() if request.param == "memory" else Journal(tmp_path / "journal.sqlite")


def take(user: str = "ann", number: int = 1) -> AboutQuestion:
    return TakeInterruption(interruption=f"question-{number}", user=user)


def say(user: str = "ann", answer: str = "proceed", notes: str = "", **values: str) -> AboutQuestion:
    return AnswerInterruption(
        interruption="question-1",
        user=user,
        answer=answer,  # type: ignore[arg-type]
        notes=notes,
        values=values,
    )


def test_the_same_is_fine_and_something_else_is_refused_with_who_said_what(
    tmp_path: Path, journal: AnyJournal
) -> None:
    """I5, I6: though the run has left the State."""

    async def main(rig: Rig) -> None:
        await rig.start("go")
        await rig.session.send(take())
        await rig.session.send(HandOverInterruption(interruption="question-1", user="ann", to="bob"))
        await rig.session.send(ReleaseInterruption(interruption="question-1", user="bob"))
        await rig.session.send(take())
        await rig.session.send(say(notes="fine", Size="large"))
        assert has_left(rig.state, "question-1")
        before = rig.state
        for again in (take(), say(), say(notes="fine"), say(size="Large")):
            assert await rig.session.send(again) == ()
        told = "“question-1 of run-1” was answered already: ann said proceed"
        others = (
            take("bob"),
            say("bob"),
            say(answer="abort"),
            say(notes="bad"),
            say(Size="small"),
            ReleaseInterruption(interruption="question-1", user="ann"),
        )
        for other in others:
            with pytest.raises(Refused, match=told):
                await rig.session.send(other)
        with pytest.raises(Refused, match="there is no open question question-2"):
            await rig.session.send(take(number=2))
        assert rig.state is before

    play(model({"go": [ASK]}), tmp_path, main, journal=journal)


def test_a_closed_question_and_an_expired_one_say_so(tmp_path: Path, journal: AnyJournal) -> None:
    """I5, I6: nobody has answered them."""
    quick = Step(name="Soon", action=Manual(instructions="x", expires=5.0))

    async def main(rig: Rig) -> None:
        await rig.start("go")
        await rig.session.send(CancelRun(run="run-1"))
        with pytest.raises(Refused, match="question-1 needs no answer any more: its run has ended"):
            await rig.session.send(say())
        await rig.start("soon")
        await rig.until(lambda: has_left(rig.state, "question-2"))
        told = "“question-2 of run-2” was answered already: it expired, which counts as abort"
        with pytest.raises(Refused, match=told):
            await rig.session.send(take("bob", number=2))

    play(model({"go": [ASK], "soon": [quick]}), tmp_path, main, journal=journal)


def test_what_is_not_on_disk_yet_is_waited_for(tmp_path: Path) -> None:
    """I5, R2: two terminals of ann's answer at once, and it counts once."""
    disk = SlowJournal()

    async def main(rig: Rig) -> None:
        for command in (StartRun(process="go", requester="ann"), take()):
            sent = asyncio.ensure_future(rig.session.send(command))
            await soon()
            disk.write()
            await sent
        both = [asyncio.ensure_future(rig.session.send(say())) for _ in range(2)]
        await soon()
        assert has_left(rig.state, "question-1")
        disk.write()
        first, second = await asyncio.gather(*both)
        assert first
        assert second == ()

    play(model({"go": [ASK]}), tmp_path, main, journal=disk)


def test_which_questions_have_left(tmp_path: Path) -> None:
    async def main(rig: Rig) -> None:
        await rig.start("go")
        names = ("question-1", "question-2", "question-0", "question-", "x", "question-²")
        assert not any(has_left(rig.state, name) for name in names)

    play(model({"go": [manual("Ask")]}), tmp_path, main)


def test_a_question_expires_while_the_space_is_closed(tmp_path: Path) -> None:
    """I6, R4: when it is opened again, its time is over."""
    quick = Step(name="Soon", action=Manual(instructions="x", expires=5.0))
    kept = MemoryJournal()

    async def before(rig: Rig) -> None:
        await rig.start("soon")
        states.append(rig.state)

    async def after(rig: Rig) -> None:
        await rig.until(lambda: rig.run_state("run-1") == "failed")
        assert rig.now() >= rig.state.at

    states: list = []  # type: ignore[type-arg]
    play(model({"soon": [quick]}), tmp_path, before, journal=kept)
    play(model({"soon": [quick]}), tmp_path, after, journal=kept, state=states[0])
