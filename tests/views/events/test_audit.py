"""Rows of an audit, from a scene in which people start, take, answer, cancel, and are refused."""

from msgspec.structs import replace

from octotui.engine import commands
from octotui.engine.events import AnyEvent, RunCancelling
from octotui.model.process import Manual
from octotui.views.events.audit import AuditRow, line, rows
from octotui.views.events.event_text import lines
from tests.world import START, World, manual, model, script

HERE = "pid 7 at tty1"


def world() -> World:
    books = {"a": [script("Run"), manual("Go?")], "b": [script("Run")]}
    made = World(model(books))
    made.send(commands.StartRun(process="a", requester="ann", environment="test", origin=HERE))
    made.run_until(60)
    made.send(commands.TakeInterruption(interruption="question-1", user="bob", origin=HERE))
    made.now += 30
    made.send(
        commands.AnswerInterruption(
            interruption="question-1", user="bob", answer="proceed", notes="two\nlines", origin=HERE
        )
    )
    made.send(commands.StartRun(process="b"))
    made.send(commands.CancelRun(run="run-2", by="cat"))
    refused = "only Finance may answer, and eve is not a member"
    made.send(
        commands.RecordRefusal(user="eve", action="AnswerInterruption", subject="question-1", reason=refused)
    )
    return made


def told(events: list[AnyEvent]) -> list[str]:
    return [line(row, "12:00") for row in rows(events)]


def test_i4_every_question_and_answer_has_who_when_from_where_and_how_long_it_waited() -> None:
    assert told(world().events) == [
        "12:00  started   run-1                ann from pid 7 at tty1: A for test",
        "12:00  asked     run-1 question-1     -: proceed or abort?",
        "12:00  taken     run-1 question-1     bob from pid 7 at tty1 after 58s: takes responsibility",
        "12:00  answered  run-1 question-1     bob from pid 7 at tty1 after 1m28s: proceed, “two lines”",
        "12:00  started   run-2                -: B",
        "12:00  cancelled run-2                cat: cancelled by cat",
        "12:00  refused                        eve: to answer question-1: "
        "only Finance may answer, and eve is not a member",
    ]


def test_i6_what_is_given_back_handed_over_or_expires_is_told() -> None:
    ask = replace(manual("Go?"), action=Manual(instructions="x", expires=60.0))
    made = World(model({"a": [ask]}))
    made.start("a")
    made.take("ann")
    made.send(commands.ReleaseInterruption(interruption="question-1", user="ann"))
    made.take("ann")
    made.send(commands.HandOverInterruption(interruption="question-1", user="ann", to="bob"))
    made.run_until(100)
    assert [each.partition("question-1")[2].strip() for each in told(made.events)[3:]] == [
        "ann after 0s: gives it back",
        "ann after 0s: takes responsibility",
        "ann after 0s: hands it over to bob",
        "- after 1m00s: abort, since it expired without an answer",
    ]


def test_a_row_has_the_number_and_time_of_its_event() -> None:
    events = world().events
    found = list(rows(events))
    assert found[0] == AuditRow(
        seq=2, at=START, what="started", text="A for test", run="run-1", user="ann", origin=HERE
    )
    assert found[3].waited == 88.0
    assert {row.seq for row in found} <= {event.seq for event in events}


def test_a_question_asked_earlier_is_looked_up() -> None:
    answers = [event for event in world().events if type(event).__name__ == "InterruptionAnswered"]
    assert next(rows(answers)).waited is None
    (row,) = rows(
        answers, lambda run, question: START if (run, question) == ("run-1", "question-1") else None
    )
    assert row.waited == 90.0


def test_what_ends_without_anybody_asking_is_no_row() -> None:
    nobody = RunCancelling(run="run-1", ending="timed-out", reason="it took too long", seq=9)
    assert told([nobody]) == []


def test_i8_a_refusal_that_stands_for_more_says_so() -> None:
    made = World(model({"a": [script("Run")]}))
    made.send(
        commands.RecordRefusal(user="eve", action="StartRun", subject="a", reason="no right", more=1412)
    )
    assert told(made.events)[-1].endswith("eve: to start a: no right, and 1,412 more")
    before = made.state
    assert lines(made.events[-1], before, before, 0.0) == [
        "eve was refused to start a: no right, and 1,412 more"
    ]


def test_i8_what_the_owner_takes_back_is_told_with_from_whom_and_why() -> None:
    made = World(model({"a": [manual("Go?")]}))
    made.start("a")
    made.take("bob")
    made.send(
        commands.ReleaseInterruption(
            interruption="question-1", user="ann", holder="bob", since="bob has no account here any more"
        )
    )
    assert told(made.events)[-1].endswith(
        "ann after 0s: takes it back from bob: bob has no account here any more"
    )
