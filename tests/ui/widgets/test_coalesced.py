from textual.app import App

from octotui.ui.widgets.coalesced import Coalesced, CoalescedAfterKeys


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


class KeysFirst(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.waiting = []
        self.has_key = True

    def after_key(self, call) -> bool:
        if self.has_key:
            self.waiting.append(call)
        return self.has_key


async def test_a_call_that_can_wait_is_made_after_the_present_key():
    app, called = KeysFirst(), []
    async with app.run_test() as pilot:
        call = CoalescedAfterKeys(app, lambda: called.append(1))
        call()
        await pilot.pause()
        assert called == []
        app.waiting.pop()()
        await pilot.pause()
        assert called == [1]
        app.has_key = False
        call()
        await pilot.pause()
        assert called == [1, 1]


async def test_an_app_without_such_an_order_makes_it_at_once():
    app, called = App[None](), []
    async with app.run_test() as pilot:
        CoalescedAfterKeys(app, lambda: called.append(1))()
        await pilot.pause()
        assert called == [1]
