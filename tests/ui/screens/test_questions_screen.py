"""The screen of questions: how it is opened and left, and how they are answered from it."""

from octotui.engine import commands
from octotui.ui.dialogs.bulk_dialog import BulkDialog
from octotui.ui.dialogs.question_dialog import QuestionDialog
from octotui.ui.panels.questions_panel import QuestionsPanel
from octotui.ui.screens.board import Board
from octotui.ui.screens.questions_screen import QuestionsScreen
from octotui.ui.screens.run_screen import RunScreen
from tests import scenes
from tests.ui.opened import opened
from tests.ui.replayed import replayed
from tests.world import World, manual, model


async def test_a_key_and_the_palette_open_it_and_esc_leads_back(tmp_path):
    async with opened(scenes.asking(), tmp_path) as it:
        await it.press("Q")
        assert isinstance(it.app.screen, QuestionsScreen)
        await it.press("escape")
        assert isinstance(it.app.screen, Board)
        await it.press("colon", *"questions")
        await it.pilot.pause(0.5)
        await it.press("enter")
        await it.until(lambda: isinstance(it.app.screen, QuestionsScreen))


async def test_enter_opens_the_question_under_the_cursor(tmp_path):
    async with opened(scenes.many(), tmp_path) as it:
        await it.press("Q", "j", "enter")
        assert isinstance(it.app.screen, QuestionDialog)
        await it.sees("? run-6 Tame the kraken: Look at the bill")
        await it.press("escape", "j", "t")
        await it.sees("? run-16 Tame the kraken", "you have taken it")


async def test_it_is_proceeded_with_after_a_confirmation(tmp_path):
    """I3."""
    async with opened(scenes.many(), tmp_path) as it:
        await it.press("Q", "j", "p")
        assert isinstance(it.app.screen, BulkDialog)
        await it.sees("Proceed with 1 question?", "run-6")
        await it.press("y")
        await it.until(lambda: isinstance(it.app.screen, QuestionsScreen))
        answered = [each for each in it.session.sent if isinstance(each, commands.AnswerInterruption)]
        assert [(each.answer, each.user) for each in answered] == [("proceed", "ann")]
        assert it.session.state.runs["run-6"].state == "queued"
        assert it.session.state.runs["run-11"].state == "paused"


async def test_several_questions_are_marked_and_answered_or_taken(tmp_path):
    """I3: in one dialog; esc drops the marks first."""
    async with opened(scenes.many(), tmp_path) as it:
        await it.press("Q", "space", "space")
        await it.sees("2 marked · 7")
        await it.press("t")
        await it.sees("Take 2 questions?", "run-6", "run-11")
        await it.press("y")
        await it.until(lambda: isinstance(it.app.screen, QuestionsScreen))
        assert "marked" not in it.text
        await it.press("asterisk", "p")
        await it.sees("Proceed with 7 questions?")
        await it.press("escape", "escape")
        assert isinstance(it.app.screen, QuestionsScreen)
        assert "marked" not in it.text
        await it.press("g", "space", "space", "x", "y")
        await it.until(lambda: isinstance(it.app.screen, QuestionsScreen))
        assert "marked" not in it.text
        answered = [each for each in it.session.sent if isinstance(each, commands.AnswerInterruption)]
        assert [each.answer for each in answered] == ["abort", "abort"]


async def test_what_it_cannot_answer_is_said(tmp_path):
    """I7: a failed step has other answers."""
    async with opened(scenes.guided(), tmp_path) as it:
        await it.press("Q", "p")
        await it.sees("a failed step is retried, ignored or failed: enter opens its question")
    async with opened(scenes.idle(), tmp_path) as it:
        await it.press("Q", "x")
        await it.sees("there is no open question")


async def test_what_is_done_to_a_run_is_done_to_the_one_that_asks(tmp_path):
    async with opened(scenes.many(), tmp_path) as it:
        await it.press("Q", "j", "l")
        assert isinstance(it.app.screen, RunScreen)
        assert it.app.screen.run == "run-6"


async def test_in_a_replay_nothing_is_answered(tmp_path):
    async with replayed(tmp_path) as it:
        await it.press("left_curly_bracket", *["right_square_bracket"] * 3, "Q", "p")
        await it.sees("this is a replay: nothing can be changed")
        assert "nothing can be changed" in await it.press("asterisk")


async def test_of_two_questions_of_a_run_the_one_that_was_taken_is_unmarked(tmp_path):
    """I3: marks are by question."""
    both = [manual("Size?", ("finance",)), manual("Cost?", ("finance",), start="with-previous")]
    world = World(model({"ask": both}))
    world.start("ask")
    world.take(name="question-1")
    async with opened(scenes.Scene(world.state, world.now, world), tmp_path) as it:
        await it.press("Q", "asterisk", "t")
        await it.sees("Take 1 question, and leave 1 out?")
        await it.press("y")
        await it.until(lambda: isinstance(it.app.screen, QuestionsScreen))
        await it.sees("1 marked · 2")
        marked = it.app.screen.query_one(QuestionsPanel).marked
        assert [each.id for each in marked] == ["question-1"]
