"""Telling of questions in virtual time: in the background, once, and never for ever."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.engine.commands import AnswerInterruption, TakeInterruption
from octotui.engine.events import NoticeFailed
from octotui.engine.state import Outcome
from octotui.model.process import Runbook, TemplateCall
from octotui.model.space import Model, Notify, Value
from octotui.model.values import Prompt
from octotui.runtime.jobs import question_notifier
from tests.runtime.rig import Hands, Rig, play, soon
from tests.world import manual, model, script

TOLD = TemplateCall(
    body="echo #{Octopus.Interruption.Title}",
    template="tell",
    parameters={"Key": "#{Word}!", "Who": "#{Octopus.Interruption.Teams}"},
    sensitive=("Key",),
)


def space(*steps: object) -> Model:
    made = model({"go": list(steps) or [manual("May it?", ("finance",)), script("B")]})  # type: ignore[list-item]
    word = Value(kind="prompt", prompt=Prompt(default="hush"))
    return replace(made, notify=Notify(action=TOLD), variables={"Word": (word,)})


def warnings(rig: Rig) -> list[str]:
    return [event.reason for event in rig.journal.read() if isinstance(event, NoticeFailed)]


def test_the_run_goes_on_while_somebody_is_told(tmp_path: Path) -> None:
    """I6: what is sent is a script with the variables of the question; a slow one holds nobody up."""
    hands = Hands()
    (tmp_path / "space").mkdir()

    async def main(rig: Rig) -> None:
        await rig.start("go", variables={"Word": "hush"})  # type: ignore[arg-type]
        await rig.until(lambda: hands.jobs)
        (work,) = hands.begun
        assert (work.job, work.run, work.script) == ("notice-question-1", "run-1", "echo May it?")
        assert (work.environment["Who"], work.environment["Octopus_Interruption_Id"]) == (
            "Finance",
            "question-1",
        )
        assert work.sensitive == ("hush!",)
        await rig.session.send(TakeInterruption(interruption="question-1", user="ann"))
        await rig.session.send(AnswerInterruption(interruption="question-1", user="ann", answer="proceed"))
        await rig.until(lambda: "job-1.2" in hands.jobs)
        hands.outputs["notice-question-1"](b"with hush! it\nwent\n")
        hands.end("notice-question-1")
        await soon()
        hands.end("job-1.2")
        await rig.until(lambda: rig.run_state("run-1") == "succeeded")
        assert warnings(rig) == []

    play(space(), tmp_path, main, executor=hands)
    told = (tmp_path / "space" / "notifications.log").read_text()
    assert told.endswith("question-1 of run-1: tell was sent\n    with ******** it\n    went\n")


def test_failed_steps_are_told_of_too(tmp_path: Path) -> None:
    """I7: by the step that failed."""
    hands = Hands()
    guided = Runbook(name="Go", steps=(script("A"),), guided_failure="on")
    declared = replace(space(), runbooks={"go": guided})

    async def main(rig: Rig) -> None:
        await rig.start("go", variables={"Word": "hush"})  # type: ignore[arg-type]
        await rig.until(lambda: hands.jobs)
        hands.end("job-1.1", Outcome(state="failed", reason="exit code 1"))
        await rig.until(lambda: len(hands.jobs) == 2)
        assert hands.begun[1].script == "echo A failed"
        hands.end("notice-question-1", Outcome(state="failed", reason="hush! no"))
        await rig.until(lambda: warnings(rig))
        assert warnings(rig) == ["the notice of the question “A” was not sent: tell: ******** no"]
        assert rig.state.runs["run-1"].warnings == tuple(warnings(rig))

    play(declared, tmp_path, main, executor=hands)


def test_one_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    hands = Hands()

    async def impatient(rig: Rig) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(question_notifier, "PATIENCE", 0.5)
            await rig.start("go")
            await rig.until(lambda: warnings(rig))
        assert hands.stopped == ["notice-question-1"]
        assert "it was not finished within" in warnings(rig)[0]

    play(space(), tmp_path, impatient, executor=hands)


def test_what_is_being_sent_has_a_moment_when_the_space_is_closed(tmp_path: Path) -> None:
    """I6: and is not sent again; the warning says so."""
    hands = Hands()
    journals = []

    async def main(rig: Rig) -> None:
        await rig.start("go")
        await rig.until(lambda: hands.jobs)
        journals.append(rig)

    play(space(), tmp_path, main, executor=hands)
    assert warnings(journals[0]) == [
        "the notice of the question “May it?” was not sent: tell: octotui was closed before that"
    ]
    state, again = journals[0].state, Hands()

    async def reopened(rig: Rig) -> None:
        await soon()
        assert again.jobs == []

    play(space(), tmp_path, reopened, executor=again, state=state)


def test_a_file_that_cannot_be_written_is_a_warning(tmp_path: Path) -> None:
    hands = Hands()
    (tmp_path / "space" / "notifications.log").mkdir(parents=True)

    async def main(rig: Rig) -> None:
        await rig.start("go")
        await rig.until(lambda: hands.jobs)
        hands.end("notice-question-1")
        await rig.until(lambda: warnings(rig))
        assert "its log cannot be written" in warnings(rig)[0]

    play(space(), tmp_path, main, executor=hands)


def test_a_bug_of_its_own_fails_no_run(tmp_path: Path) -> None:
    hands = Hands()

    async def main(rig: Rig) -> None:
        await rig.start("go")
        await rig.until(lambda: hands.jobs)
        hands.break_down("notice-question-1", KeyError("x"))
        await rig.until(lambda: warnings(rig))
        assert warnings(rig) == [
            "the notice of the question “May it?” was not sent: tell: KeyError, which is a bug of octotui"
        ]

    play(space(), tmp_path, main, executor=hands)
