"""A headless app under test waits for nothing, and draws only the frames that a test comes to see.

Textual waits until the process uses little CPU: 20 ms or more, twice a key. That is slow on a quiet machine,
and wrong on a busy one. And it draws each frame, which a headless driver throws away: with `OCTOTUI_FRAMES=1`
they are drawn all the same.
"""

import asyncio
import os
from typing import Any

import pytest
from textual._compositor import Compositor
from textual.pilot import Pilot

FRAME = 1 / 50
"""Seconds: a timer that is due within them is waited for, as Textual would; frames of the screen are."""
ROUNDS = 3
"""Turns of the loop in which nothing else is ready: what sockets have brought is seen, too."""
GLANCE = 1 / 500
"""Seconds between two looks at threads that work."""
EVERY_FRAME = bool(os.environ.get("OCTOTUI_FRAMES"))

draw = Compositor.render_update
pause = Pilot.pause


async def wait_for_idle(min_sleep: float = 0.0, max_sleep: float = 1.0) -> None:
    """Wait until nothing is ready to run, no thread works and no timer is due soon, or so long."""
    loop: Any = asyncio.get_running_loop()
    start = loop.time()
    calm = 0
    while calm < ROUNDS or loop.time() < start + min_sleep:
        wait = soon(loop)
        await asyncio.sleep(wait or 0)
        if loop.time() >= start + max_sleep:
            return
        calm = 0 if loop._ready or wait is not None else calm + 1


def soon(loop: Any) -> float | None:
    """In how many seconds there may be something to do, or None."""
    pool = loop._default_executor
    if pool is not None and pool._idle_semaphore._value < len(pool._threads):
        return GLANCE
    now = loop.time()
    due = min((each.when() - now for each in loop._scheduled if not each.cancelled()), default=FRAME)
    return max(0.0, due) if due < FRAME else None


def draw_later(compositor: Compositor, *, full: bool = False, **more: Any) -> Any:
    """Draw pictures that are asked for; of a frame, its regions stay marked as those to be drawn."""
    return draw(compositor, full=True, **more) if full else None


async def pause_and_draw(pilot: Pilot[Any], delay: float | None = None) -> None:
    """Pause, and draw what the screen has become."""
    await pause(pilot, delay)
    screens = pilot.app._background_screens
    draw(pilot.app.screen._compositor, screen_stack=screens)


def hasten(patch: pytest.MonkeyPatch) -> None:
    """Have apps in this process wait and draw in these ways."""
    patch.setattr("textual.app.wait_for_idle", wait_for_idle)
    patch.setattr("textual.pilot.wait_for_idle", wait_for_idle)
    if not EVERY_FRAME:
        patch.setattr(Compositor, "render_update", draw_later)
        patch.setattr(Pilot, "pause", pause_and_draw)


async def screen_settled(pilot) -> None:
    """Wait until the screen looks the same for a while: panes are laid out, and what they show is drawn."""
    before = None
    while (now := [strip.text for strip in pilot.app.screen._compositor.render_strips()]) != before:
        before = now
        await pilot.pause(0.2)
