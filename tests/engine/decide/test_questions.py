"""What people may do with a question, and why they may not."""

import pytest
from msgspec.structs import replace

from octotui.engine import commands
from octotui.engine.commands import Command, Refused
from octotui.engine.events import (
    InterruptionAnswered,
    InterruptionHandedOver,
    InterruptionReleased,
    JobEnded,
    RunRequeued,
)
from octotui.engine.rules.authorization import may_answer, people
from octotui.model.process import Manual
from octotui.model.space import Team
from octotui.model.values import Prompt
from tests.world import World, child, manual, model, script

TEAMS = {"money": Team(name="Money", members=("ann", "bob", "cem")), "any": Team(name="Any")}
SIZE = {
    "Size": Prompt(kind="select", options=("small", "large")),
    "Key": Prompt(label="The key", kind="sensitive", required=False),
}


def asking(**more: object) -> World:
    """A run of ann's that asks so."""
    action = Manual(instructions="Go on?", **more)  # type: ignore[arg-type]
    world = World(
        model({"go": [replace(manual("Ask"), action=action), script("B"), manual("Last")]}, teams=TEAMS)
    )
    world.start("go")
    world.run_out() if not action.expires else None
    return world


def take(user: str) -> Command:
    return commands.TakeInterruption(interruption="question-1", user=user)


def say(user: str, answer: str = "proceed", notes: str = "", **values: str) -> Command:
    return commands.AnswerInterruption(
        interruption="question-1",
        user=user,
        answer=answer,  # type: ignore[arg-type]
        notes=notes,
        values=values,
    )


def refusal(world: World, command: Command) -> str:
    """Why a command is refused; the State is the same afterwards."""
    before = world.state
    with pytest.raises(Refused) as refused:
        world.send(command)
    assert world.state is before
    return str(refused.value)


class TestApprovals:
    def test_so_many_different_people_must_say_proceed(self) -> None:
        """I6: each takes it, answers, and it is free for the next; what each said is kept."""
        world = asking(approvals=2, teams=("money",))
        world.answer("proceed", "fine", "ann")
        question = world.state.interruptions["question-1"]
        assert (question.open, question.responsible) == (True, None)
        assert world.state.runs["run-1"].state == "paused"
        assert not world.happened(JobEnded)
        assert (
            refusal(world, take("ann"))
            == "ann has answered “Ask” already, and another person must answer, too"
        )
        assert refusal(world, say("bob")) == "nobody is responsible for “Ask” yet: take it first"
        world.now += 5
        world.answer("proceed", "me too", "bob")
        question = world.past.interruptions["question-1"]
        assert [(each.user, each.answer, each.notes) for each in question.answers] == [
            ("ann", "proceed", "fine"),
            ("bob", "proceed", "me too"),
        ]
        assert question.answers[1].at == question.ended_at == question.answers[0].at + 5
        assert (question.answer, question.responsible) == ("proceed", "bob")
        assert len(world.happened(RunRequeued)) == 1

    def test_one_abort_ends_it(self) -> None:
        """I6: whoever says it."""
        world = asking(approvals=3)
        world.answer("proceed", user="ann")
        world.answer("abort", user="bob")
        assert world.happened(JobEnded)[0].reason == "aborted by bob"
        assert world.past.interruptions["question-1"].answer == "abort"

    def test_who_has_approved_is_not_offered_it_again(self) -> None:
        world = asking(approvals=2, teams=("money",))
        question = world.state.interruptions["question-1"]
        assert people(world.state, question) == ("ann", "bob", "cem")
        world.answer("proceed", user="ann")
        assert people(world.state, world.state.interruptions["question-1"]) == ("bob", "cem")


class TestNotTheRequester:
    def test_who_started_the_run_may_not_take_it(self) -> None:
        """I6: in one clear sentence; nor be given it."""
        world = asking(not_requester=True)
        assert refusal(world, take("ann")) == "ann started run-1, and another person must answer “Ask”"
        world.send(take("bob"))
        hand_over = commands.HandOverInterruption(interruption="question-1", user="bob", to="ann")
        assert refusal(world, hand_over) == "ann started run-1, and another person must answer “Ask”"

    def test_nor_may_who_started_the_first_run_of_the_family(self) -> None:
        """I6: a runbook that a step started."""
        action = Manual(instructions="Go on?", not_requester=True)
        world = World(
            model({"top": [child("Go", "go", wait=True)], "go": [replace(manual("Ask"), action=action)]})
        )
        world.start("top")
        question = world.state.interruptions["question-1"]
        assert may_answer(world.state, question, "ann").startswith("ann started run-1, and")
        assert may_answer(world.state, question, "bob") is None


class TestTheSameAgain:
    def test_what_was_said_before_changes_nothing(self) -> None:
        """I5, I6: no event and no refusal, whatever has become of the question."""
        world = asking(approvals=2, fields=SIZE)
        world.send(take("ann"))
        assert world.send(take("ann")) == ()
        world.send(say("ann", notes="fine", Size="large", Key="hunter22"))
        again = (say("ann"), say("ann", notes="fine"), say("ann", size="large", Key="hunter22"))
        assert [world.send(each) for each in again] == [(), (), ()]
        world.send(take("bob"))
        assert world.send(say("ann")) == ()
        world.send(say("bob", Size="small"))
        assert [world.send(say("ann")), world.send(say("bob")), world.send(take("bob"))] == [(), (), ()]
        assert len(world.happened(InterruptionAnswered)) == 2

    def test_something_else_is_refused_with_who_said_what(self) -> None:
        """I5: also other notes, or other values."""
        world = asking(fields=SIZE)
        world.send(take("ann"))
        world.send(say("ann", notes="fine", Size="large"))
        told = "“Ask” was answered already: ann said proceed"
        for other in (say("ann", "abort"), say("ann", notes="bad"), say("ann", Size="small"), say("bob")):
            assert refusal(world, other) == told
        assert refusal(world, take("bob")) == told

    def test_two_terminals_of_one_person_count_once(self) -> None:
        """I5: the second of two equal answers."""
        world = asking(approvals=2)
        world.send(take("ann"))
        world.send(say("ann"))
        world.send(say("ann"))
        assert len(world.state.interruptions["question-1"].answers) == 1

    def test_an_abort_has_no_fields(self) -> None:
        world = asking(fields=SIZE)
        world.send(take("ann"))
        world.send(say("ann", "abort", Nonsense="x"))
        assert world.happened(InterruptionAnswered)[0].values == {}


class TestReleasing:
    def test_a_released_question_is_free_for_others(self) -> None:
        """I6: only who has it releases it."""
        world = asking()
        release = commands.ReleaseInterruption(interruption="question-1", user="ann", origin="pts/1")
        assert refusal(world, release) == "nobody is responsible for “Ask” yet: take it first"
        world.send(take("ann"))
        by_bob = replace(release, user="bob")
        assert refusal(world, by_bob) == "ann has taken “Ask”, and only they may release it"
        world.send(release)
        (event,) = world.happened(InterruptionReleased)
        assert (event.user, event.origin) == ("ann", "pts/1")
        world.answer("proceed", user="bob")
        assert world.past.interruptions["question-1"].responsible == "bob"
        assert refusal(world, release) == "“Ask” was answered already: bob said proceed"


class TestHandingOver:
    def test_the_other_is_responsible(self) -> None:
        """I6: who might have taken it."""
        world = asking(teams=("money",))
        world.send(take("ann"))

        def to(name: str, user: str = "ann") -> Command:
            return commands.HandOverInterruption(
                interruption="question-1", user=user, to=name, origin="pts/1"
            )

        assert refusal(world, to("bob", "bob")) == "ann has taken “Ask”, and only they may hand it over"
        assert refusal(world, to("eve")) == "only Money may answer “Ask”, and eve is not a member"
        assert refusal(world, to(" ")) == "name the account that “Ask” is handed over to"
        assert world.send(to("ann")) == ()
        world.send(to("bob"))
        (event,) = world.happened(InterruptionHandedOver)
        assert (event.user, event.to, event.origin) == ("ann", "bob", "pts/1")
        assert refusal(world, say("ann")) == "bob has taken “Ask”, and only they may answer"
        world.send(say("bob"))
        assert world.past.interruptions["question-1"].answers[0].user == "bob"


class TestExpiry:
    def test_nobody_answers_when_its_time_is_over(self) -> None:
        """I6: counted from when it was raised; who has taken it has not answered."""
        world = asking(expires=60.0)
        world.run_until(30)
        world.send(take("ann"))
        world.run_until(59)
        assert world.state.interruptions["question-1"].open
        world.run_until(61)
        (event,) = world.happened(InterruptionAnswered)
        assert (event.user, event.answer, event.expired) == ("", "abort", True)
        ended = world.happened(JobEnded)[0]
        assert (ended.state, ended.reason) == ("failed", "expired: nobody answered within 1m")
        question = world.past.interruptions["question-1"]
        assert (question.responsible, question.expired, question.answers) == (None, True, ())

    def test_it_may_proceed_by_itself_with_what_is_there(self) -> None:
        """I6: defaults, or what an approver said before; a sensitive value is nowhere."""
        size = SIZE | {"Size": replace(SIZE["Size"], default="small")}
        for values, found in ({}, "small"), ({"Size": "large", "Key": "hunter22"}, "large"):
            world = asking(expires=60.0, on_expiry="proceed", approvals=2, fields=size)
            if values:
                world.answer("proceed", "", "bob", values)
            world.run_until(100)
            ended = world.happened(JobEnded)[0]
            assert (ended.state, ended.reason) == ("succeeded", "expired: nobody answered within 1m")
            assert ended.outputs == {"Size": found, "Key": ""}

    def test_a_late_answer_says_that_it_has_expired(self) -> None:
        """I5, I6: to who had it, too."""
        world = asking(expires=60.0, on_expiry="proceed")
        world.send(take("ann"))
        world.run_until(100)
        told = "“Ask” was answered already: it expired, which counts as proceed"
        assert refusal(world, say("ann")) == told
        assert refusal(world, take("ann")) == told

    def test_an_answer_in_time_is_the_end_of_it(self) -> None:
        """I6: nothing falls due later."""
        world = asking(expires=60.0)
        world.answer("proceed")
        world.run_until(100)
        assert len(world.happened(InterruptionAnswered)) == 1
        assert world.state.interruptions["question-2"].open


class TestFields:
    def test_what_is_filled_in_becomes_output_variables(self) -> None:
        """I4, I6, V5: the sensitive ones by name alone."""
        world = asking(fields=SIZE)
        world.answer("proceed", values={"size": "large", "Key": "hunter22"})
        (event,) = world.happened(InterruptionAnswered)
        assert (event.values, event.secrets) == ({"Size": "large"}, ("Key",))
        assert world.happened(JobEnded)[0].outputs == {"Size": "large"}

    def test_all_that_is_wrong_is_said_at_once(self) -> None:
        """I6, V5: and nothing is answered."""
        world = asking(fields=SIZE)
        world.send(take("ann"))
        assert refusal(world, say("ann", Size="huge", Key="abc", Sise="large")) == (
            'there is no field Sise; did you mean "Size"?; Size must be one of "small", "large"; '
            "Key has fewer than 4 characters, which cannot be masked: give it a longer value"
        )
        assert world.state.interruptions["question-1"].open

    def test_the_last_answer_s_values_hold(self) -> None:
        """I6: of several approvers."""
        world = asking(approvals=2, fields=SIZE)
        world.answer("proceed", "", "ann", {"Size": "large", "Key": "hunter22"})
        world.answer("proceed", "", "bob", {"Size": "small"})
        assert world.happened(JobEnded)[0].outputs == {"Size": "small", "Key": ""}
