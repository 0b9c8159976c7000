from octotui.ui.panels.replay_bar import ReplayBar
from tests.ui.replayed import replayed


async def test_it_says_the_moment_and_what_happened(tmp_path):
    async with replayed(tmp_path) as it:
        bar = it.text.splitlines()[-2]
        assert bar.startswith(
            " Replay 13:47:55  98/98  run-4  failed: step “Look at the bill” failed: aborted by ann"
        )
        assert bar.endswith("████████████████████")
        await it.press("left_curly_bracket")
        await it.until(lambda: it.text.splitlines()[-2].endswith("░" * 19))


async def test_narrow_without_a_bar_and_in_ascii(tmp_path):
    async with replayed(tmp_path, (80, 24), glyphs="ascii") as it:
        bar = it.text.splitlines()[-2]
        assert bar.startswith(' Replay 13:47:55  98/98  run-4  failed: step "Look at the bill" failed')
        assert bar.isascii()


async def test_it_is_on_the_screen_of_a_run_too(tmp_path):
    async with replayed(tmp_path, (80, 24)) as it:
        await it.press("enter")
        await it.sees("Replay", "esc back")


async def test_a_click_into_the_bar_goes_to_that_moment(tmp_path):
    async with replayed(tmp_path) as it:
        line = it.text.splitlines()[-2]
        first, last = line.index("█"), line.rindex("█")
        for cell, number in ((first, 1), (last, 98), (first + 10, 52)):
            await it.pilot.click(ReplayBar, offset=(cell, 0))
            await it.until(lambda number=number: f" {number}/98 " in it.text.splitlines()[-2])
        await it.pilot.click(ReplayBar, offset=(20, 0))  # beside the bar
        assert " 52/98 " in it.text.splitlines()[-2]


async def test_without_a_bar_the_line_is_it(tmp_path):
    async with replayed(tmp_path, (80, 24)) as it:
        for cell, number in ((0, 1), (79, 98)):
            await it.pilot.click(ReplayBar, offset=(cell, 0))
            await it.until(lambda number=number: f" {number}/98 " in it.text.splitlines()[-2])
