"""The list of questions: what it shows, and how it follows what happens."""

import pytest

from octotui.engine import commands
from octotui.ui.panels.questions_panel import QuestionsPanel
from octotui.ui.widgets.line_list import LineList
from tests import scenes
from tests.ui.opened import opened


@pytest.mark.parametrize(
    ("size", "heads"),
    [
        ((60, 24), ["run", "step", "where", "who", "for"]),
        ((80, 24), ["run", "step", "where", "who", "for", "title"]),
        ((120, 40), ["run", "step", "where", "who", "for", "title", "asked", "by"]),
    ],
)
async def test_as_many_columns_as_fit_stand_under_their_heads(tmp_path, size, heads):
    async with opened(scenes.asking(), tmp_path, size) as it:
        await it.press("Q")
        await it.sees("Look at the bill", "Finan", "20s")
        head, line = it.text.splitlines()[2:4]
        assert head.split() == heads
        assert head.index("step") == line.index("Look")
        assert head.index("who") == line.index("Finan")


async def test_it_follows_who_takes_a_question_and_what_is_answered(tmp_path):
    async with opened(scenes.asking(), tmp_path, user="cem") as it:
        await it.press("Q")
        await it.sees("Look at the bill")
        assert "taken by" not in it.text
        await it.session.send(commands.TakeInterruption(interruption="question-1", user="ann"))
        await it.sees("taken by", "ann")
        await it.session.send(
            commands.AnswerInterruption(interruption="question-1", user="ann", answer="proceed")
        )
        await it.sees("No question is open: manual steps ask, and steps that fail with guided failure.")
        panel = it.app.screen.query_one(QuestionsPanel)
        assert panel.question is None


async def test_ages_go_on(tmp_path):
    async with opened(scenes.asking(), tmp_path) as it:
        await it.press("Q")
        await it.sees("20s")
        it.app.now += 45
        await it.sees("1m05s")


async def test_the_oldest_question_comes_first_unless_it_is_sorted(tmp_path):
    async with opened(scenes.many(), tmp_path) as it:
        await it.press("Q")
        await it.sees("run-36")
        lines = it.app.screen.query_one(LineList)
        raised = [it.session.state.interruptions[key].raised_at for key in lines.keys]
        assert raised == sorted(raised)
        await it.press("C", "j", "s", "s", "enter")
        runs = [it.session.state.interruptions[key].run for key in lines.keys]
        assert runs == ["run-36", "run-31", "run-26", "run-21", "run-16", "run-11", "run-6"]
        await it.press("C", "j", "space", "enter")
        await it.sees("by run ↓ · 7")
        await it.press("C", "d", "enter")
        assert [it.session.state.interruptions[key].raised_at for key in lines.keys] == raised


async def test_i6_an_answer_that_is_refused_is_not_offered(tmp_path):
    async with opened(scenes.several(), tmp_path) as it:
        await it.press("Q")
        await it.sees("Agree on the size")
        assert "p proceed" not in it.text
        await it.press("p")
        await it.sees("ann started run-1, and another person must answer")
        assert it.app.screen.query_one(QuestionsPanel).question is not None
