from textual.app import App, ComposeResult

from octotui.ui.widgets.choice_list import ChoiceItem, ChoiceList


class Offering(App[None]):
    chosen: str | None = None

    def compose(self) -> ComposeResult:
        yield ChoiceList([ChoiceItem("a", "Apple", "red"), ChoiceItem("pear", "Pear")])

    def on_line_list_opened(self, event: ChoiceList.Opened) -> None:
        self.chosen = event.key


async def test_texts_stand_in_a_column_and_enter_chooses():
    app = Offering()
    async with app.run_test() as pilot:
        options = app.query_one(ChoiceList)
        assert options.render_line(0).text.startswith("▌Apple  red")
        assert options.render_line(1).text.startswith(" Pear  ")
        await pilot.press("j", "enter")
        assert app.chosen == "pear"
        options.offer([])
        assert "no match" in options.render_line(0).text
