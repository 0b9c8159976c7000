"""Something answers to every key that the key bar offers, and to what has the focus, wherever one is.

Each place is tried at one of its sizes, which one in turn; at all of them by `OCTOTUI_EVERY_KEY=all`.
"""

import os
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from octotui.ui.key_actions import working_keys
from octotui.ui.widgets.key_bar import KeyBar
from tests import scenes
from tests.scenes import Scene
from tests.ui.dialogs.test_prompt_dialog import NOTES, SIZE, SURE, TOKEN, VERSION
from tests.ui.dialogs.test_prompt_dialog import scene as asking_for
from tests.ui.opened import Opened, opened
from tests.ui.replayed import replayed
from tests.ui.test_space_switch import FakeSwitch
from tests.ui.timeline.test_differences_dialog import twice

LOW, NARROW, WIDE, HUGE = (60, 20), (80, 24), (120, 40), (200, 60)
Size = tuple[int, int]


class Place(NamedTuple):
    """A scene, the keys that lead to a screen, pane or dialog of it, by whom, and at which sizes."""

    scene: Callable[[], Scene]
    keys: tuple[str, ...] = ()
    user: str = "ann"
    sizes: tuple[Size, ...] = (NARROW,)
    switches: bool = False

    def opened(self, directory: Path, size: Size) -> AbstractAsyncContextManager[Opened]:
        switch = FakeSwitch() if self.switches else None
        return opened(self.scene(), directory, size, user=self.user, switch=switch)


PLACES = {
    "nothing yet": Place(scenes.idle),
    "runs": Place(scenes.lock_wait, sizes=(LOW, NARROW, WIDE)),
    "a run that has ended": Place(scenes.seed, ("right",)),
    "runs, one asks": Place(scenes.asking),
    "runs, one is queued": Place(scenes.queued, ("j",)),
    "a filter": Place(scenes.seed, ("slash", "d")),
    "a filter without a match": Place(scenes.seed, ("slash", *"zzz")),
    "a kept filter without a match": Place(scenes.seed, ("slash", *"zzz", "enter")),
    "a filter that can be completed": Place(scenes.seed, ("slash", *"env:")),
    "saved views": Place(scenes.seed, ("S",), sizes=(LOW, NARROW)),
    "no such saved view": Place(scenes.seed, ("S", *"zzz")),
    "a folded family": Place(scenes.seed, sizes=(LOW, NARROW, WIDE)),
    "an unfolded family": Place(scenes.seed, ("right", "j"), sizes=(LOW, NARROW, WIDE)),
    "marked runs": Place(scenes.seed, ("right", "space", "space"), sizes=(LOW, NARROW, WIDE)),
    "marked runs of a filter": Place(scenes.seed, ("slash", *"env:test", "enter", "asterisk")),
    "what is done to marked runs": Place(scenes.seed, ("right", "asterisk", "c"), sizes=(LOW, NARROW)),
    "marked runs of which none can be cancelled": Place(scenes.seed, ("right", "space", "c")),
    "marked questions": Place(scenes.asking, ("asterisk", "p"), sizes=(LOW, NARROW)),
    "notes of marked questions": Place(scenes.asking, ("asterisk", "x", "n")),
    "columns": Place(scenes.seed, ("C", "j")),
    "pools": Place(scenes.seed, ("tab",), sizes=(NARROW, WIDE)),
    "the tree": Place(scenes.seed, ("tab", "tab"), sizes=(WIDE,)),
    "the output": Place(scenes.seed, ("tab", "tab", "tab"), sizes=(WIDE,)),
    "the tree of nothing": Place(scenes.idle, ("tab", "tab"), sizes=(WIDE,)),
    "the output of nothing": Place(scenes.idle, ("tab", "tab", "tab"), sizes=(WIDE,)),
    "a run": Place(scenes.seed, ("enter",), sizes=(LOW, NARROW)),
    "the output of a run": Place(scenes.seed, ("enter", "tab")),
    "the output alone": Place(scenes.seed, ("l",), sizes=(LOW, NARROW)),
    "a plan": Place(scenes.seed, ("b",), sizes=(LOW, NARROW, WIDE)),
    "what if": Place(scenes.seed, ("b", "plus", "tab"), sizes=(LOW, NARROW, WIDE)),
    "a search of the output": Place(scenes.seed, ("l", "slash"), sizes=(LOW, NARROW)),
    "the dashboard": Place(scenes.deployed, ("D",), sizes=(LOW, NARROW, WIDE, HUGE)),
    "an empty cell of the dashboard": Place(scenes.deployed, ("D", "down")),
    "the dashboard of nothing": Place(scenes.idle, ("D",)),
    "a worker": Place(scenes.lock_wait, ("tab", "enter"), sizes=(LOW, NARROW, WIDE)),
    "a pool": Place(scenes.lock_wait, ("tab", "k", "enter")),
    "an environment": Place(scenes.deployed, ("D", "k", "right", "enter")),
    "the space": Place(scenes.turns, ("P",)),
    "a target": Place(scenes.turns, ("P", "G", "enter")),
    "a question": Place(scenes.asking, ("a",)),
    "a question that was taken": Place(scenes.taken, ("a",)),
    "notes": Place(scenes.taken, ("a", "n", "x")),
    "a failed step": Place(scenes.guided, ("t",)),
    "one of several approvers": Place(scenes.several, ("a",), "cem"),
    "to whom a question goes": Place(scenes.taken, ("a", "h")),
    "what to start": Place(scenes.idle, ("s",), sizes=(LOW, NARROW)),
    "where to start it": Place(scenes.idle, ("s", *"tame", "enter")),
    "nothing to start": Place(scenes.idle, ("s", *"zzz")),
    "values": Place(
        lambda: asking_for(A=VERSION, B=SIZE, C=SURE, D=NOTES, E=TOKEN), ("s", "enter"), sizes=(LOW, NARROW)
    ),
    "one value": Place(lambda: asking_for(A=VERSION), ("s", "enter")),
    "variables": Place(scenes.seed, ("v",)),
    "a filter of variables": Place(scenes.seed, ("v", "slash", "z")),
    "a timeline": Place(scenes.approved, ("L",), sizes=(LOW, NARROW)),
    "a timeline by step": Place(scenes.turns, ("L", "B", "j")),
    "the history of a run": Place(scenes.approved, ("h",), sizes=(LOW, NARROW)),
    "what differs between two runs": Place(twice, ("j", "d")),
    "other spaces": Place(scenes.seed, ("o",), sizes=(LOW, NARROW, WIDE), switches=True),
}


def at_one_size(number: int, place: Place) -> tuple[Size, ...]:
    """Return one of its sizes, or all where all are to be tried."""
    every = os.environ.get("OCTOTUI_EVERY_KEY") == "all"
    return place.sizes if every else (place.sizes[number % len(place.sizes)],)


def look(it: Opened) -> tuple[object, ...]:
    """All that a key may change."""
    app = it.app
    sent = len(it.session.sent) if it.session is not None else 0
    return (it.text, tuple(app.screen_stack), app.focused, sent, app.return_value, app._notifications)


async def settled(it: Opened) -> tuple[object, ...]:
    """How it looks once nothing changes any more."""
    before: tuple[object, ...] = ()
    while (now := look(it)) != before:
        before = now
        await it.pilot.pause(0.04)
    return now


def offered(it: Opened) -> list[str]:
    """The keys that the key bar offers."""
    screen = it.app.screen
    assert screen.query(KeyBar) or screen.is_modal
    return [bindings[0].key for _, bindings in working_keys(screen) if bindings[0].show]


async def led_back(it: Opened, start: tuple[object, ...]) -> bool:
    """Whether it looks as before, at once or when esc is pressed once or twice."""
    for left in (2, 1, 0):
        if it.app.return_value is not None or not it.app.is_running:
            return False
        if await settled(it) == start:
            return True
        if left:
            await it.press("escape")
    return False


async def check(it: Opened, keys: list[str]) -> list[str]:
    """Press keys one after the other, as long as esc leads back; the rest is left over."""
    start = await settled(it)
    while keys:
        key = keys.pop(0)
        await it.pilot.press(key)
        await it.until(lambda: look(it) != start, lambda key=key: f"an answer to {key} in\n{it.text}")
        if not await led_back(it, start):
            return keys
    return keys


@pytest.mark.parametrize(
    ("name", "size"),
    [
        (name, size)
        for number, (name, place) in enumerate(PLACES.items())
        for size in at_one_size(number, place)
    ],
    ids=lambda value: value if isinstance(value, str) else "x".join(map(str, value)),
)
async def test_something_answers_to_every_key_that_is_offered(tmp_path, name, size):
    place, keys = PLACES[name], None
    while keys or keys is None:
        async with place.opened(tmp_path, size) as it:
            await it.press(*place.keys)
            await settled(it)
            focused = it.app.focused
            assert focused is not None
            assert focused in it.app.screen.focus_chain
            assert it.app.screen.region.contains_region(focused.region)
            assert focused.region
            keys = await check(it, offered(it) if keys is None else keys)


async def test_something_answers_to_every_key_of_a_replay(tmp_path):
    keys: list[str] | None = None
    while keys or keys is None:
        async with replayed(tmp_path, NARROW) as it:
            await it.press("left_square_bracket", "left_square_bracket")
            keys = await check(it, offered(it) if keys is None else keys)


@pytest.mark.parametrize(
    ("before", "keys"),
    [
        *((NARROW, keys) for keys in (("tab",), ("enter",), ("l",))),
        (WIDE, ("tab", "tab")),
        (WIDE, ("tab", "tab", "tab")),
        (WIDE, ("enter", "tab")),
        (WIDE, ("slash", "d", "enter", "tab")),
    ],
    ids=str,
)
async def test_after_each_resize_what_has_the_focus_is_shown_and_answers(
    tmp_path: Path, before: Size, keys: tuple[str, ...]
):
    async with opened(scenes.seed(), tmp_path, before) as it:
        await it.press(*keys)
        for size in (LOW, WIDE, (80, 12), HUGE, (40, 10)):
            await it.pilot.resize_terminal(*size)
            await settled(it)
            focused: Any = it.app.focused
            assert focused is not None, size
            assert focused in it.app.screen.focus_chain, size
            assert focused.region, size
            assert await check(it, ["question_mark"]) == [], size


async def test_focus_goes_back_to_the_tree_when_the_output_was_alone(tmp_path):
    async with opened(scenes.seed(), tmp_path, NARROW) as it:
        await it.press("enter", "l")
        assert type(it.app.focused).__name__ == "LogView"
        await it.press("escape")
        await it.until(lambda: it.app.focused is not None and it.app.focused.id == "tree")
        await it.press("l", "l")
        await it.until(lambda: it.app.focused is not None and it.app.focused.id == "tree")
