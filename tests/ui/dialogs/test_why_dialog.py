from octotui.engine.commands import AnswerInterruption, TakeInterruption
from octotui.ui.dialogs.why_dialog import WhyDialog
from tests import scenes
from tests.ui.opened import opened


async def test_it_says_why_in_sentences(tmp_path):
    async with opened(scenes.lock_wait(), tmp_path) as it:
        await it.press("j", "j", "j", "w")
        await it.sees(
            "Why: run-9",
            "What holds it up",
            "Workers, and why each was selected",
            "next after worker3 in setup",
        )
        await it.press("j", "k", "w")
        assert not isinstance(it.app.screen, WhyDialog)


async def test_of_what_nobody_knows_it_says_so(tmp_path):
    async with opened(scenes.idle(), tmp_path) as it:
        it.app.push_screen(WhyDialog("run-9", list))
        await it.sees("There is nothing to say about it.")


async def test_it_follows_the_state_while_it_is_open(tmp_path):
    """L4: who is in the way now, and no more once nobody is."""
    async with opened(scenes.asking(), tmp_path) as it:
        await it.press("w")
        await it.sees("Why: run-1", "nobody has taken the question yet")
        await it.session.send(TakeInterruption(interruption="question-1", user="ann"))
        await it.sees("ann has taken the question")  # in the same sentences
        await it.session.send(
            AnswerInterruption(interruption="question-1", user="ann", answer="proceed", notes="")
        )
        await it.until(lambda: "has taken the question" not in it.text)
        await it.sees("Why: run-1", "Workers before the pause")
