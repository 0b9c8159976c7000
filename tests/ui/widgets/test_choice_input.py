from textual.app import App

from octotui.ui.widgets.choice_input import ChoiceInput


async def test_keys_go_round():
    line = ChoiceInput(("a", "b", "c"), "b", ("one", "two", "three"))

    class Alone(App[None]):
        def compose(self):
            yield line

    async with Alone().run_test() as pilot:
        line.focus()
        assert str(line.content) == "< two >  2 of 3"
        for key, value in (("right", "c"), ("space", "a"), ("left", "c")):
            await pilot.press(key)
            assert line.value == value


async def test_what_is_not_offered_leaves_the_choice_open():
    line, back = ChoiceInput(("a", "b"), "z"), ChoiceInput(("a", "b"), "")

    class Alone(App[None]):
        def compose(self):
            yield line
            yield back

    async with Alone().run_test() as pilot:
        assert (line.value, str(line.content)) == ("", "< choose >  2 options")
        line.focus()
        await pilot.press("space")
        assert (line.value, str(line.content)) == ("a", "< a >  1 of 2")
        back.focus()
        await pilot.press("left")
        assert back.value == "b"
