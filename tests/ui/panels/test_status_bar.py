from octotui.ui.panels.status_bar import StatusBar
from octotui.ui.screens.questions_screen import QuestionsScreen
from tests import scenes
from tests.ui.opened import opened


async def click(it, text: str) -> None:
    """Click in the middle of a text in the first line."""
    at = it.text.splitlines()[0].index(text) + len(text) // 2
    await it.pilot.click(StatusBar, offset=(at, 0))
    await it.pilot.pause()


async def test_space_counts_and_clock(tmp_path):
    async with opened(scenes.queued(), tmp_path, (80, 24)) as it:
        first = it.text.splitlines()[0]
        assert first.startswith(" octotui · Kraken")
        assert first.endswith("2 executing · 3 queued   13:46:47")


async def test_a_click_on_a_count_shows_what_was_counted(tmp_path):
    async with opened(scenes.queued(), tmp_path, (80, 24)) as it:
        await click(it, "3 queued")
        await it.sees("state:queued")
        assert it.text.count("executing") == 1  # in the bar itself
        await click(it, "2 executing")
        await it.sees("state:executing")
        await click(it, "octotui")
        assert "state:executing" in it.text


async def test_a_click_on_the_questions_shows_them(tmp_path):
    async with opened(scenes.asking(), tmp_path, (120, 40)) as it:
        await click(it, "1 asks")
        await it.until(lambda: isinstance(it.app.screen, QuestionsScreen))


async def test_the_clock_goes_first_where_there_is_no_room(tmp_path):
    async with opened(scenes.queued(), tmp_path, (40, 10)) as it:
        first = it.text.splitlines()[0]
        assert "2 executing · 3 queued" in first
        assert "13:46" not in first
