from octotui.ui.why_dialog import WhyDialog
from tests import scenes
from tests.ui.opened import opened


async def test_it_says_why_in_sentences(tmp_path):
    async with opened(scenes.lock_wait(), tmp_path) as it:
        await it.press("j", "j", "j", "w")
        await it.sees(
            "Why: run-9", "What it waits for", "Workers, and why these", "next after worker3 in setup"
        )
        await it.press("j", "k", "w")
        assert not isinstance(it.app.screen, WhyDialog)


async def test_of_what_nobody_knows_it_says_so(tmp_path):
    async with opened(scenes.idle(), tmp_path) as it:
        it.app.push_screen(WhyDialog("run-9", []))
        await it.sees("Nothing is known about it.")
