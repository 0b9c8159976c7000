"""The palette starts runbooks by name, and goes to places and runs."""

from octotui.engine.commands import StartRun
from octotui.ui.finding.providers import GoalProvider, StartProvider
from octotui.ui.panels.runs_panel import RunsPanel
from octotui.ui.screens.board import Board
from octotui.ui.screens.place_screen import PlaceScreen
from octotui.ui.screens.run_screen import RunScreen
from tests import scenes
from tests.engine.shop import release, shop
from tests.ui.opened import Opened, opened
from tests.world import World, model, script


async def first(it: Opened, kind: type[StartProvider | GoalProvider], query: str) -> str:
    """Choose the best hit of a provider, and return its name."""
    async for hit in kind(it.app.screen).search(query):
        hit.command()
        return str(hit.text)
    return ""


async def test_it_starts_a_runbook_by_name_after_a_confirmation(tmp_path):
    async with opened(scenes.idle(), tmp_path) as it:
        await it.press("colon")
        await it.pilot.press(*"start tame in prod")
        await it.sees("start Tame the kraken in Production")
        await it.pilot.pause(0.3)
        await it.press("enter")
        await it.sees("Start Tame the kraken in Production?")
        await it.press("y")
        await it.until(lambda: it.session.sent)
        assert it.session.sent == [StartRun(process="tame", environment="production", requester="ann")]


async def test_a_project_is_deployed_with_a_release_of_it(tmp_path):
    world = World(shop())
    async with opened(scenes.Scene(world.state, world.now, world), tmp_path) as it:
        assert (await first(it, StartProvider, "deploy shop dev")).endswith("as it is now")
        await it.sees("A release of the project as it is now is made first.")
        await it.press("n")
        release(world, version="1.0")
        it.session.later(1)
        await it.until(lambda: it.app.screen.state is it.session.state)
        assert " 1.0 in " in await first(it, StartProvider, "deploy shop dev")


async def test_it_goes_to_runs_workers_pools_and_projects(tmp_path):
    async with opened(scenes.lock_wait(), tmp_path) as it:
        assert await first(it, GoalProvider, "run-7 tame") == "go to run-7 Tame the kraken"
        await it.until(lambda: isinstance(it.app.screen, RunScreen))
        assert it.app.screen.run == "run-7"
        await first(it, GoalProvider, "worker west1")
        await it.until(lambda: isinstance(it.app.screen, PlaceScreen))
        await it.sees("west1")
    world = World(shop())
    async with opened(scenes.Scene(world.state, world.now, world), tmp_path) as it:
        await it.press("P")
        await first(it, GoalProvider, "go to project shop")
        await it.until(lambda: isinstance(it.app.screen, Board))
        await it.sees("project:shop")
        assert it.app.screen.query_one(RunsPanel) is not None


async def test_of_an_ended_run_that_is_no_more_among_the_newest(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        assert await first(it, GoalProvider, "no such thing whatever") == ""


async def test_hostile_names_are_shown_as_text(tmp_path):
    world = World(model({"dump": [script("Dump")]}, environments={}))
    hostile = "[bold]x[/] [@click=app.quit]quit[/]"
    named = world.state.model
    world = World(model({"dump": named.runbooks["dump"].__class__(name=hostile, steps=())}, environments={}))
    async with opened(scenes.Scene(world.state, world.now, world), tmp_path) as it:
        await it.press("colon")
        await it.pilot.press(*"start bold")
        await it.sees(f"start {hostile}")
