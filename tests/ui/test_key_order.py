"""I1: what one key leads to is there before the next one counts."""

import asyncio
from collections.abc import Callable
from typing import ClassVar

import pytest
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import (
    Click,
    Event,
    Key,
    MouseDown,
    MouseEvent,
    MouseMove,
    MouseScrollDown,
    MouseScrollUp,
    MouseUp,
    Paste,
)
from textual.screen import ModalScreen
from textual.widget import Widget
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


async def until(holds: Callable[[], object]) -> None:
    """Wait until something holds; a fault would be to wait for `PATIENCE`, or for ever."""
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("key", "sR")
async def test_a_dialog_whose_action_waits_for_its_result_takes_keys_at_once(tmp_path, monkeypatch, key):
    monkeypatch.setattr(key_order, "PATIENCE", 60.0)
    async with opened(scenes.seed(), tmp_path) as it:
        press_at_once(it, key, "escape", "slash", "x")
        await until(lambda: [each.value for each in it.app.screen.query("QueryInput")] == ["x"])


async def test_what_is_pasted_between_two_letters_stands_between_them(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        press_at_once(it, "slash", *"ab")
        it.app.post_message(Paste("XYZ"))
        press_at_once(it, "c")
        await it.until(
            lambda: [each.value for each in it.app.screen.query("QueryInput")] == ["abXYZc"], lambda: it.text
        )


class Field(ModalScreen[None]):
    """A dialog with a field."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f2", "app.swap")]

    def compose(self) -> ComposeResult:
        yield Input()


class Opening(OrderedKeysApp[None]):
    """Opens a dialog some time after a key, and waits for its end; `f2` closes one first."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("o", "open"), Binding("f1", "show")]

    def __init__(self) -> None:
        super().__init__()
        self.ready = asyncio.Event()

    def action_show(self) -> None:
        self.push_screen(Field())

    @work
    async def action_open(self) -> None:
        await self.ready.wait()
        await self.push_screen_wait(Field())

    @work
    async def action_swap(self) -> None:
        await self.pop_screen()
        await self.ready.wait()
        await self.push_screen_wait(Field())


@pytest.mark.parametrize("keys", [["o"], ["f1", "f2"]])
async def test_a_worker_counts_until_it_has_opened_a_screen(monkeypatch, keys):
    """A screen that it goes back to is not one that it has opened."""
    monkeypatch.setattr(key_order, "PATIENCE", 60.0)
    app = Opening()
    async with app.run_test():
        for key in keys:
            app.post_message(Key(key, None))
        app.post_message(Key("x", "x"))
        await until(lambda: len(app.workers) and not app.screen.query(Input))
        effect = app._effect
        await until(lambda: effect.rounds >= key_order.ROUNDS and effect.target is None)
        await app._look()
        assert app._effect is effect
        app.ready.set()
        await until(lambda: [each.value for each in app.screen.query(Input)] == ["x"])


class Recorder(Widget, can_focus=True):
    """Keeps what happens to it, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def on_event(self, event: Event):  # type: ignore[no-untyped-def]
        if isinstance(event, Key | Paste | MouseEvent) and not isinstance(event, MouseMove):
            self.seen.append(event.key if isinstance(event, Key) else type(event).__name__)
        return super().on_event(event)


class Recording(OrderedKeysApp[None]):
    def compose(self) -> ComposeResult:
        yield Recorder()


def at_the_corner(kind: type[MouseEvent]) -> MouseEvent:
    return kind(None, 1, 1, 0, 0, 1, False, False, False)


async def test_pastes_and_mouse_events_keep_their_place_among_keys():
    app = Recording()
    async with app.run_test():
        kinds = (MouseDown, MouseUp, MouseScrollDown, MouseScrollUp)
        for event in [Key("a", "a"), Key("b", "b"), *map(at_the_corner, kinds), Key("c", "c"), Paste("text")]:
            app.post_message(event)
        app.post_message(Key("d", "d"))
        recorder = app.query_one(Recorder)
        await until(lambda: "d" in recorder.seen)
        clicked = [each.__name__ for each in (MouseDown, MouseUp, Click, MouseScrollDown, MouseScrollUp)]
        assert recorder.seen == ["a", "b", *clicked, "c", "Paste", "d"]


async def test_no_key_waits_for_what_scrolling_leads_to():
    app = Recording()
    async with app.run_test():
        await app.on_event(at_the_corner(MouseScrollDown))
        assert not app.is_handling_keys
        await app.on_event(at_the_corner(MouseDown))
        assert app.is_handling_keys


async def test_a_mouse_move_is_not_held():
    app = Alone()
    async with app.run_test():
        app.post_message(Key("a", "a"))
        app.post_message(at_the_corner(MouseMove))
        await handled(app)
        assert app.is_handling_keys
        assert app.mouse_position == (1, 1)


class Hostile(Input):
    """A field that takes all messages, also those that follow keys."""

    def on_key_handled(self, message: KeyHandled) -> None:
        message.stop()


class Alone(OrderedKeysApp[None]):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c,ctrl+q", "leave", priority=True)]

    def __init__(self) -> None:
        super().__init__()
        self.left = 0

    def action_leave(self) -> None:
        self.left += 1

    def compose(self) -> ComposeResult:
        yield Hostile()


async def handled(app: Alone) -> None:
    """Wait until the app has handled what was posted to it."""
    reached = asyncio.Event()
    app.call_later(reached.set)
    await reached.wait()


@pytest.mark.parametrize("key", ["ctrl+c", "ctrl+q"])
async def test_a_key_that_leaves_the_app_is_not_held_but_drops_what_is(monkeypatch, key):
    monkeypatch.setattr(key_order, "PATIENCE", 60.0)
    app = Alone()
    async with app.run_test():
        for each in ("a", "b", key):
            app.post_message(Key(each, each if len(each) == 1 else None))
        await until(lambda: app.left == 1)
        monkeypatch.setattr(key_order, "PATIENCE", 0.0)
        await until(lambda: not app.is_handling_keys)
        app.post_message(Key("c", "c"))
        await until(lambda: app.query_one(Hostile).value.endswith("c"))
        assert app.query_one(Hostile).value == "ac"


async def test_only_so_many_events_are_held(monkeypatch):
    monkeypatch.setattr(key_order, "PATIENCE", 60.0)
    monkeypatch.setattr(key_order, "LIMIT", 2, raising=False)
    app = Alone()
    async with app.run_test():
        for key in "abcde":
            app.post_message(Key(key, key))
        await handled(app)
        monkeypatch.setattr(key_order, "PATIENCE", 0.0)
        await until(lambda: not app.is_handling_keys)
        await handled(app)
        assert app.query_one(Hostile).value == "abc"


async def test_a_key_whose_end_is_never_heard_of_holds_the_next_only_for_a_while(monkeypatch):
    monkeypatch.setattr(key_order, "PATIENCE", 0.05)
    app = Alone()
    async with app.run_test():
        for key in "abc":
            app.post_message(Key(key, key))
        await until(lambda: app.query_one(Hostile).value == "abc")


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


async def test_calls_that_wait_for_a_key_are_made_before_the_next_one_counts(monkeypatch):
    monkeypatch.setattr(key_order, "YIELD", 60.0)
    monkeypatch.setattr(key_order, "LOOK", 60.0)
    monkeypatch.setattr(key_order, "PATIENCE", 60.0)
    app, seen = Recording(), []
    async with app.run_test():
        recorder = app.query_one(Recorder)
        assert not app.after_key(lambda: seen.append("too early"))
        for key in "ab":
            app.post_message(Key(key, key))
        while not app.is_handling_keys:
            await asyncio.sleep(0)
        assert app.after_key(lambda: seen.extend(recorder.seen))
        assert seen == []
        await until(lambda: "b" in recorder.seen)
        assert seen == ["a"]


async def test_calls_wait_for_no_key_that_has_its_effect_for_long(monkeypatch):
    monkeypatch.setattr(key_order, "PATIENCE", 60.0)
    app, seen = Alone(), []
    async with app.run_test():
        app.post_message(Key("a", "a"))
        await until(lambda: app.is_handling_keys)
        app.after_key(lambda: seen.append("late"))
        await until(lambda: seen == ["late"] or not app.after_key(lambda: None))
        await until(lambda: seen == ["late"])
        await until(lambda: not app.after_key(lambda: None))
        assert app.is_handling_keys


async def test_a_dialog_takes_the_next_key_though_what_opened_it_waits_for_its_answer(tmp_path, monkeypatch):
    monkeypatch.setattr(key_order, "PATIENCE", 60.0)
    async with opened(scenes.seed(), tmp_path) as it:
        press_at_once(it, "S", *"cq")
        await it.until(lambda: [each.value for each in it.app.screen.query(Input)] == ["cq"], lambda: it.text)
