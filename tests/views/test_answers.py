from octotui.engine import commands
from octotui.views import answers, questions
from octotui.views.labels import UNICODE
from octotui.views.tree.run_tree import as_lines, rows
from tests import scenes
from tests.scenes import SCENES


def test_what_was_said_how_many_more_and_until_when():
    """I6, V5: each with notes and what they filled in."""
    scene = scenes.several()
    question = scene.state.interruptions["question-1"]
    assert answers.answer_lines(question) == [
        "bob said proceed: the forecast is fine (Size = large, Ticket = CHG-7, Token = ********)"
    ]
    assert answers.approvals(scene.state, question) == "1 of 2 approvals"
    assert answers.expiry(scene.state, question, scene.now) == "expires in 3h46m, then abort"
    (row,) = questions.rows(scene.state, "dora", scene.now)
    assert questions.more(row) == [
        "1 of 2 approvals · expires in 3h46m, then abort",
        "bob said proceed: the forecast is fine (Size = large, Ticket = CHG-7, Token = ********)",
        "to proceed, fill in How large?, Ticket and Token of the provider",
    ]
    assert (row.people, row.anyone) == (("dora",), False)
    assert row.offered == {"Size": "large", "Ticket": "CHG-7"}


def test_a_plain_question_says_nothing_of_it():
    scene = SCENES["asking"]()
    question = scene.state.interruptions["question-1"]
    assert answers.answer_lines(question) == []
    assert answers.approvals(scene.state, question) == ""
    assert answers.expiry(scene.state, question, scene.now) == ""
    (row,) = questions.rows(scene.state, "ann", scene.now)
    assert questions.more(row) == []


def test_one_that_has_expired_says_so_in_the_tree():
    """I6: and what others had said."""
    world = scenes.several().world
    world.run_until(15_000)
    past = world.past
    told = "\n".join(as_lines(rows(past, "run-1", world.now), UNICODE))
    assert "✖ Agree on the size  failed 4h00m · expired: nobody answered within 4h" in told
    assert "bob said proceed: the forecast is fine" in told
    assert past.runs["run-1"].reason == (
        "step “Agree on the size” failed: expired: nobody answered within 4h"
    )


def test_who_may_answer_is_told_of_a_new_question():
    """I6: and nobody else, nor once it was taken."""
    scene = SCENES["asking"]()
    assert (
        questions.notification(scene.state, "question-1", "ann")
        == "run-1 Tame the kraken asks: Look at the bill"
    )
    assert questions.notification(scene.state, "question-1", "bob") == ""
    assert questions.notification(scene.state, "question-9", "ann") == ""
    assert questions.notification(SCENES["taken"]().state, "question-1", "ann") == ""


def test_that_nobody_was_told_stands_beneath_the_step_and_over_the_question():
    """I6: a failure is seen, before and after the answer."""
    world = scenes.several().world
    world.send(commands.ReportNotice(interruption="question-1", problem="slack is down"))
    (row,) = questions.rows(world.state, "dora", world.now)
    told = "the notice of the question “Agree on the size” was not sent: slack is down"
    assert questions.more(row)[0] == told
    world.answer("abort", user="cem")
    assert told in "\n".join(as_lines(rows(world.past, "run-1", world.now), UNICODE))
