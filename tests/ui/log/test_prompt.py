"""The prompt over the last line of a log."""

from textual.app import App
from textual.geometry import Region

from octotui.ui.log.prompt import SearchPrompt


async def test_a_text_or_nothing_is_asked_for() -> None:
    answers: list[str | None] = []
    app: App[None] = App()
    async with app.run_test(size=(60, 10)) as pilot:
        for keys in (("escape",), ("b", "enter")):
            await app.push_screen(SearchPrompt("a", Region(0, 0, 60, 10)), answers.append)
            await pilot.pause()
            await pilot.press("end", *keys)
            await pilot.pause()
    assert answers == [None, "ab"]
