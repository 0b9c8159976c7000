from textual.app import App

from octotui.ui.dialogs.confirm import Confirm


class Asking(App[None]):
    answer: bool | None = None

    def on_mount(self) -> None:
        def heard(answer: bool | None) -> None:
            self.answer = answer

        self.push_screen(Confirm("Sure?", "It is final.", yes="do it", no="keep it"), heard)


async def answer(*keys: str) -> bool | None:
    app = Asking()
    async with app.run_test() as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        return app.answer


async def test_the_safe_answer_is_under_the_cursor():
    assert await answer("enter") is False


async def test_letters_answer():
    assert await answer("y") is True
    assert await answer("n") is False
    assert await answer("escape") is False


async def test_the_list_answers():
    assert await answer("j", "enter") is True
    assert await answer("down", "up", "enter") is False
