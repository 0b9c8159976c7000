from octotui.engine.commands import AnswerInterruption, TakeInterruption
from octotui.ui.dialogs.question_dialog import QuestionDialog
from octotui.ui.panels.question_bar import QuestionBar
from tests import scenes
from tests.ui.opened import opened


async def test_it_comes_and_goes_with_the_questions(tmp_path):
    async with opened(scenes.asking(), tmp_path) as it:
        await it.sees("run-1 asks Finance: Look at the bill  20s · you may take it", "a answer")
        await it.session.send(TakeInterruption(interruption="question-1", user="ann"))
        await it.sees("you have taken it")
        answer = AnswerInterruption(interruption="question-1", user="ann", answer="proceed")
        await it.session.send(answer)
        await it.until(lambda: "a answer" not in it.text)
        assert it.app.screen.query_one(QuestionBar).question is None


async def test_it_prefers_the_run_looked_at_and_counts_the_others(tmp_path):
    async with opened(scenes.many(), tmp_path) as it:
        await it.sees("run-6 asks Finance: Look at the bill", "6 more")
        await it.press("j")
        await it.sees("run-11 asks Finance")


async def test_i6_an_answer_that_is_refused_is_not_offered(tmp_path):
    """Ann started the run: she reads why she may not answer, and is offered to read the question."""
    async with opened(scenes.several(), tmp_path) as it:
        await it.until(lambda: "cem has taken it" in it.text)
        assert "a answer" not in it.text.splitlines()[-2]
        assert "t take" not in it.text.splitlines()[-1]
        await it.press("t")
        await it.sees("ann started run-1, and another person must answer")


async def test_a_click_opens_the_question(tmp_path):
    async with opened(scenes.asking(), tmp_path, (80, 24)) as it:
        await it.pilot.click(QuestionBar)
        await it.until(lambda: isinstance(it.app.screen, QuestionDialog))
