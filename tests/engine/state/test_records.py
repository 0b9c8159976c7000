"""The words of events, commands and States."""

import msgspec

from octotui.engine.state import Artifact, Attempt, Interruption, Outcome
from octotui.model.process import Simulate
from tests.world import START, World, model, script


def test_an_outcome_comes_back_as_it_was() -> None:
    """R3: with all that a script said."""
    outcome = Outcome(state="failed", exit_code=3, outputs={"Url": "x"}, artifacts=(Artifact("a.txt", 4),))
    assert msgspec.json.decode(msgspec.json.encode(outcome), type=Outcome) == outcome


def test_attempts_that_failed_are_kept_with_their_times() -> None:
    """S5: all but the last, in order."""
    failing = Simulate(takes=2.0, result="failure")
    world = World(model({"go": [script("A", retries=1, backoff=3.0, simulate=failing)]}))
    world.start("go")
    world.run_out()
    assert world.past.jobs["job-1.1"].attempts == (Attempt("exit code 1", 1, START, START + 2),)


def test_a_question_is_open_until_it_has_ended() -> None:
    """I1: whatever was said meanwhile."""
    question = Interruption(
        id="question-1", run="run-1", job="job-1.1", step="Ask", instructions="", teams=(), raised_at=1.0
    )
    assert question.open
    assert question.choices == ("proceed", "abort")
    assert not Interruption(
        id="question-1",
        run="run-1",
        job="job-1.1",
        step="Ask",
        instructions="",
        teams=(),
        raised_at=1.0,
        ended_at=2.0,
    ).open
