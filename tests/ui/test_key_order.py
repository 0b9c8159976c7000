"""I1: what one key leads to is there before the next one counts."""

import asyncio

import pytest
from textual.app import ComposeResult
from textual.events import Key
from textual.widgets import Input

from octotui.ui import key_order
from octotui.ui.key_order import KeyHandled, OrderedKeysApp
from tests import scenes
from tests.ui.opened import Opened, opened


def press_at_once(it: Opened, *keys: str) -> None:
    for key in keys:
        it.app.post_message(Key(key, "/" if key == "slash" else key))


@pytest.mark.parametrize(
    ("before", "key", "field"), [((), "slash", "QueryInput"), (("l",), "slash", "Input")]
)
async def test_what_is_typed_right_after_the_key_that_opens_a_field_is_in_it(tmp_path, before, key, field):
    """No letter of it is a command, though each is a key of the pane: cancel, quit, start, why."""
    async with opened(scenes.seed(), tmp_path, (80, 24)) as it:
        await it.press(*before)
        press_at_once(it, key, *"cqsw")
        await it.until(
            lambda: [each.value for each in it.app.screen.query(field)] == ["cqsw"], lambda: it.text
        )
        assert it.session.sent == []


class Hostile(Input):
    """A field that takes all messages, also those that follow keys."""

    def on_key_handled(self, message: KeyHandled) -> None:
        message.stop()


class Alone(OrderedKeysApp[None]):
    def compose(self) -> ComposeResult:
        yield Hostile()


async def test_a_key_whose_end_is_never_heard_of_holds_the_next_only_for_a_while(monkeypatch):
    monkeypatch.setattr(key_order, "PATIENCE", 0.05)
    app = Alone()
    async with app.run_test():
        for key in "abc":
            app.post_message(Key(key, key))
        async with asyncio.timeout(20):
            while app.query_one(Hostile).value != "abc":
                await asyncio.sleep(0.01)


async def test_a_key_that_ends_the_app_has_no_next():
    """What looks after it, by a timer or after a message, finds no screen any more."""
    app = Alone()
    async with app.run_test():
        app.post_message(Key("a", "a"))
        app.exit()
    assert app.is_handling_keys
    await app._look()
    await app._go_on(1)


async def test_what_can_wait_lets_a_key_have_its_effect_first_but_not_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr(key_order, "YIELD", 60.0)
    async with opened(scenes.seed(), tmp_path) as it:
        await it.app.keys_handled()
        press_at_once(it, "slash", "c")
        while not it.app.is_handling_keys:
            await asyncio.sleep(0)
        await it.app.keys_handled()
        assert not it.app.is_handling_keys
        assert [each.value for each in it.app.screen.query("QueryInput")] == ["c"]
        monkeypatch.setattr(key_order, "YIELD", 0.0)
        press_at_once(it, "d")
        while not it.app.is_handling_keys:
            await asyncio.sleep(0)
        await it.app.keys_handled()
        assert it.app.is_handling_keys


async def test_a_dialog_takes_the_next_key_though_what_opened_it_waits_for_its_answer(tmp_path, monkeypatch):
    monkeypatch.setattr(key_order, "PATIENCE", 60.0)
    async with opened(scenes.seed(), tmp_path) as it:
        press_at_once(it, "S", *"cq")
        await it.until(lambda: [each.value for each in it.app.screen.query(Input)] == ["cq"], lambda: it.text)
