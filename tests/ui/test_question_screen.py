from octotui.engine.commands import AnswerInterruption, TakeInterruption
from octotui.ui.board import Board
from octotui.ui.question_screen import QuestionScreen
from tests import scenes
from tests.ui.opened import opened


async def test_it_shows_instructions_as_markdown_and_who_may_answer(tmp_path):
    async with opened(scenes.asking(), tmp_path, (80, 24)) as it:
        await it.press("a")
        await it.sees(
            "run-1 Tame the kraken · Production · Contoso: Look at the bill", "asks Finance for 00:20"
        )
        await it.sees("Four databases cost 2,400 € a month.", "1. Look at the forecast")
        assert "proceed" not in it.text


async def test_take_note_proceed(tmp_path):
    """I2 to I4: take, then answer with notes."""
    async with opened(scenes.asking(), tmp_path, (80, 24)) as it:
        await it.press("a", "t")
        await it.sees("you have taken it", "proceed")
        await it.press("n", *"px ok", "enter", "p")
        await it.until(lambda: isinstance(it.app.screen, Board))
        assert it.session.sent == [
            TakeInterruption(interruption="question-1", user="ann"),
            AnswerInterruption(interruption="question-1", user="ann", answer="proceed", notes="px ok"),
        ]


async def test_abort_asks_once_more(tmp_path):
    async with opened(scenes.taken(), tmp_path, (80, 24)) as it:
        await it.press("a", "x")
        await it.sees("Abort?")
        await it.press("escape")
        assert it.session.sent == []
        await it.press("x", "y")
        await it.until(lambda: isinstance(it.app.screen, Board))
        assert it.session.sent[0].answer == "abort"


async def test_keys_that_make_no_sense_do_nothing(tmp_path):
    async with opened(scenes.asking(), tmp_path, (80, 24)) as it:
        await it.press("a", "p", "x", "n")
        assert isinstance(it.app.screen, QuestionScreen)
        assert it.session.sent == []


async def test_who_may_not_answer_is_told(tmp_path):
    async with opened(scenes.asking(), tmp_path, (80, 24), user="bob") as it:
        await it.press("a")
        await it.sees("it is not yours to take", "bob is not a member")
        await it.press("t")
        assert it.session.sent == []


async def test_esc_leaves_the_notes_then_the_screen(tmp_path):
    async with opened(scenes.taken(), tmp_path, (80, 24)) as it:
        await it.press("a", "n", "h", "escape")
        assert isinstance(it.app.screen, QuestionScreen)
        await it.press("j", "k", "escape")
        assert isinstance(it.app.screen, Board)


async def test_it_goes_when_somebody_else_answered(tmp_path):
    async with opened(scenes.taken(), tmp_path, (80, 24)) as it:
        await it.press("a", "x")
        answer = AnswerInterruption(interruption="question-1", user="ann", answer="proceed")
        await it.session.send(answer)
        await it.press("escape")
        await it.until(lambda: isinstance(it.app.screen, Board))


async def test_a_failed_step_shows_its_output_and_what_may_become_of_it(tmp_path):
    """I7: only what is offered, and only after it was taken."""
    async with opened(scenes.guided(), tmp_path, (80, 24)) as it:
        await it.sees("Poke it failed")
        await it.press("a")
        await it.sees("run-1 Break the kraken · Test: Poke it failed", "attempt 2 on worker1: exit code 1")
        await it.sees("waiting for the instance to be available")
        await it.press("r", "i", "f")
        assert "retry" not in it.text
        await it.press("t")
        await it.sees("r retry", "i ignore", "f fail")
        assert "exclude" not in it.text
        assert "proceed" not in it.text
        await it.press("j", "k", "p", "x", "e", "n", *"so what", "enter", "i")
        await it.until(lambda: isinstance(it.app.screen, Board))
        assert it.session.sent[1:] == [
            AnswerInterruption(interruption="question-1", user="ann", answer="ignore", notes="so what")
        ]
