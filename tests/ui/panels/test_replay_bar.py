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
