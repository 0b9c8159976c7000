"""Which of all events say who used what."""

from math import inf

from octotui.engine.events.uses import USES, open_until
from tests import scenes


def test_every_lock_and_slot_that_is_held_is_told_by_them() -> None:
    """L4: who holds a lock, or a slot, follows from these events alone."""
    scene = scenes.many()
    slots: set[str] = set()
    for event in scene.world.events:
        if isinstance(event, USES):
            name = type(event).__name__
            slots = slots | {event.run} if name in ("RunStarted", "RunResumed") else slots
            slots = slots - {event.run} if name in ("RunYielded", "RunPaused", "RunEnded") else slots
    assert slots == {run for _, run in scene.state.slots}
    assert slots


def test_a_family_is_open_until_its_last_run_has_ended() -> None:
    world = scenes.seed().world
    assert open_until(world.events) == inf
    world.run_out()
    assert open_until(world.events) == scenes.START + 30
    assert open_until(()) == inf
