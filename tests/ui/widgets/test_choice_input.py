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


def test_what_is_not_offered_is_the_first():
    assert ChoiceInput(("a", "b"), "z").value == "a"
