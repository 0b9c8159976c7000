from textual.app import App

from octotui.ui.widgets.coalesced import Coalesced


async def test_calls_meanwhile_are_one_and_a_later_one_is_another():
    app, called = App[None](), []
    async with app.run_test() as pilot:
        call = Coalesced(app, lambda: called.append(1))
        call()
        call()
        assert called == []
        await pilot.pause()
        assert called == [1]
        call()
        await pilot.pause()
        assert called == [1, 1]
