"""Plans are played beside the app."""

import asyncio

import pytest

from octotui.engine.commands import Refused, StartRun
from octotui.engine.plans.plan_start import PlanPlay, begin_plan, plan_start
from octotui.engine.plans.what_if import WhatIf
from octotui.ui.plans import player
from octotui.ui.plans.player import played
from tests import scenes
from tests.world import World


def begun(world: World, what_if: WhatIf | None = None) -> PlanPlay:
    start = StartRun(process="unleash", requester="ann")
    return begin_plan(world.state, world.state.model, start, world.now, what_if or WhatIf())


async def test_e6_others_have_their_turn_while_a_plan_is_played(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(player, "SLICE", 0.0)
    monkeypatch.setattr(player, "EVENTS", 1)
    world, turns = World(scenes.kraken()), 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    others = asyncio.create_task(count())
    plan = await played(lambda: begun(world))
    others.cancel()
    start = StartRun(process="unleash", requester="ann")
    assert plan == plan_start(world.state, world.state.model, start, world.now)
    assert turns > 2


async def test_e6_a_plan_that_takes_too_long_is_cut(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(player, "EVENTS", 1)
    plan = await played(lambda: begun(World(scenes.kraken())), longest=0.0)
    assert plan.cut
    assert plan.ends_about is None


async def test_e6_what_cannot_be_planned_is_refused():
    with pytest.raises(Refused):
        await played(lambda: begun(World(scenes.kraken()), WhatIf(task_cap=0)))
