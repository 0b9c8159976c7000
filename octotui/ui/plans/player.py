"""Plays a plan beside the app: in short slices between keys, and for so long at most."""

import asyncio
from collections.abc import Callable
from time import monotonic

from msgspec.structs import replace

from octotui.engine.plans.plan_start import PlanPlay
from octotui.engine.plans.start_plan import StartPlan

SLICE = 0.004  # seconds of work, after which keys and states have their turn
LONGEST = 2.0  # seconds after which a plan ends as far as it has come
EVENTS = 10  # events from one look at the clock to the next


async def played(begin: Callable[[], PlanPlay], longest: float = LONGEST) -> StartPlan:
    """Return a plan, which is cut where it takes too long. Raises Refused."""
    await asyncio.sleep(0)
    play = begin()
    last = monotonic() + longest
    slice_ends = monotonic() + SLICE
    while play.goes_on(EVENTS):
        now = monotonic()
        if now >= last:
            return replace(play.plan(), cut=True)
        if now >= slice_ends:
            await asyncio.sleep(0)
            slice_ends = monotonic() + SLICE
    return play.plan()
