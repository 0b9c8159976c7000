"""Questions answered from the command line."""

import json
import pwd

import pytest

from octotui.cli.verbs.answer import question_of
from octotui.engine.commands import Refused
from octotui.engine.state import State
from octotui.runtime.open_space import state_on_disk
from octotui.runtime.server.peer_credentials import this_account
from octotui.store.space_folder import space_folder
from tests import scenes
from tests.cli.conftest import Call, Lived


def test_a_question_is_taken_and_answered_by_its_run(octotui: Call, lived: Lived) -> None:
    """I2, I4: notes are kept, and what was paused goes on."""
    model, *state = lived.at
    me = this_account()
    octotui("cancel", model, "run-4", *state)
    taken = octotui("take", model, "run-2", *state)
    assert (taken.code, taken.out) == (0, f"run-2  {me} takes “May it go on?”\n")
    said = octotui("proceed", model, "run-2", "--notes", "it is", *state)
    assert said.code == 0
    assert said.out.startswith(
        f"run-2  {me} answers “May it go on?” with proceed: it is\nrun-2  is queued again"
    )
    assert octotui("wait", model, "run-2", *state).out == "run-2  succeeded\n"
    assert octotui("logs", model, "run-2", *state).out == "After | they said: it is\n"


def test_a_failed_step_is_tried_again(octotui: Call, lived: Lived) -> None:
    """I7."""
    model, *state = lived.at
    asking = state_on_disk(space_folder("small", lived.state)).interruptions
    question = next(each.id for each in asking.values() if each.kind == "guided")
    said = octotui("retry", model, question, "--json", *state)
    kinds = [json.loads(line)["type"] for line in said.out.splitlines()]
    assert kinds[:3] == ["InterruptionTaken", "InterruptionAnswered", "JobRetried"]
    assert octotui("wait", model, "run-3", *state).code == 0


def test_an_answer_that_is_none_of_the_choices_is_refused(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    said = octotui("ignore", model, "run-2", *state)
    assert said.code == 2
    assert said.err == "octotui: “May it go on?” can't be answered with ignore: say proceed or abort\n"
    asked = state_on_disk(space_folder("small", lived.state)).interruptions.values()
    assert {each.responsible for each in asked} == {None}, "it is not taken for an answer that is refused"


def test_what_asks_nothing_is_told_with_what_does(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    said = octotui("abort", model, "run-9", *state)
    assert said.code == 2
    assert "there is no question run-9; open: question-" in said.err


def test_what_was_taken_is_given_back_or_handed_over(octotui: Call, lived: Lived) -> None:
    """I6."""
    model, *state = lived.at
    me = this_account()
    octotui("take", model, "run-2", *state)
    assert octotui("give-back", model, "run-2", *state).code == 0
    octotui("take", model, "run-2", *state)
    said = octotui("hand-over", model, "run-2", "no-such-account", *state)
    assert (said.code, said.err) == (
        2,
        "octotui: there is no account “no-such-account” on this machine: name one that can answer\n",
    )
    said = octotui("hand-over", model, "run-2", other := somebody_else(me), *state)
    assert (said.code, said.err) == (0, "")
    assert f"{me} hands" in said.out
    assert f"{other} has taken" in octotui("proceed", model, "run-2", *state).err


def test_i8_the_owner_takes_back_what_somebody_has_who_cannot_answer(octotui: Call, lived: Lived) -> None:
    """Here an account that has no right to; the audit says so."""
    model, *state = lived.at
    me = this_account()
    octotui("take", model, "run-2", *state)
    octotui("hand-over", model, "run-2", other := somebody_else(me), *state)
    taken = octotui("take", model, "run-2", *state)
    assert (taken.code, taken.err) == (0, "")
    reason = f"{other} has no right to answer questions here"
    assert taken.out == (
        f"run-2  {me} takes “May it go on?” back from {other}: {reason}\nrun-2  {me} takes “May it go on?”\n"
    )
    assert f"takes it back from {other}: {reason}" in octotui("audit", model, *state).out
    assert octotui("proceed", model, "run-2", *state).code == 0


def somebody_else(me: str) -> str:
    """Another account of this machine."""
    return next(each.pw_name for each in pwd.getpwall() if each.pw_name != me)


class TestWhich:
    def test_its_own_id_or_that_of_its_run(self) -> None:
        state = scenes.asking().state
        (question,) = state.interruptions.values()
        assert question_of(state, question.id) == question_of(state, question.run) == question

    def test_a_run_with_several_has_to_be_more_exact(self) -> None:
        from tests.world import World, manual, model

        world = World(model({"ask": [manual("A"), manual("B", start="with-previous")]}))
        world.start("ask")
        with pytest.raises(Refused, match="run-1 has 2 open questions: say question-1 or question-2"):
            question_of(world.state, "run-1")

    def test_where_nothing_asks_that_is_told(self) -> None:
        with pytest.raises(Refused, match="open: none"):
            question_of(State(), "run-1")
