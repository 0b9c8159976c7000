from textual.app import App, ComposeResult

from octotui.ui.options import Option, Options


class Offering(App[None]):
    chosen: str | None = None

    def compose(self) -> ComposeResult:
        yield Options([Option("a", "Apple", "red"), Option("pear", "Pear")])

    def on_lines_opened(self, event: Options.Opened) -> None:
        self.chosen = event.key


async def test_texts_stand_in_a_column_and_enter_chooses():
    app = Offering()
    async with app.run_test() as pilot:
        options = app.query_one(Options)
        assert options.render_line(0).text.startswith("▌Apple  red")
        assert options.render_line(1).text.startswith(" Pear  ")
        await pilot.press("j", "enter")
        assert app.chosen == "pear"
        options.offer([])
        assert "nothing of that name" in options.render_line(0).text
