"""The plan in the start dialog."""

from octotui.engine.state import State
from octotui.ui.plans.plan_preview import PlanPreview
from tests import scenes
from tests.ui.opened import opened
from tests.world import World, model, script


async def test_e6_the_start_dialog_shows_the_plan_of_what_is_under_the_cursor(tmp_path):
    async with opened(scenes.seed(), tmp_path, (80, 24)) as it:
        await it.press("s")
        await it.sees("If Unleash the kraken started now: ends about 13:47:")
        await it.press(*"tame")
        await it.sees("If Tame the kraken started now", "acquire packages")
        await it.press("enter", "down", "down")
        await it.sees("If Tame the kraken in Test started now")
        await it.press(*"zzz")
        await it.until(lambda: "started now" not in it.text)


async def test_e6_what_would_be_refused_is_said_before(tmp_path):
    world = World(model({"dump": [script("Dump", pool="gone")]}, environments={}))
    async with opened(scenes.Scene(world.state, world.now, world), tmp_path, (80, 24)) as it:
        await it.press("s")
        await it.sees("If Dump started now: would fail", "pool gone")


async def test_e6_it_is_played_anew_when_something_has_happened(tmp_path):
    async with opened(scenes.idle(), tmp_path, (100, 30)) as it:
        await it.press("s")
        await it.sees("If Create AWS RDS started now: ends about 13:47:10")
        it.session.world.start("unleash")
        it.session.later(20)
        await it.until(lambda: it.app.state is it.session.state)
        it.app.now = it.session.now()
        it.app.screen._refresh_plan()
        await it.sees("If Create AWS RDS started now: ends about 13:47:30")


async def test_e6_on_a_very_low_screen_there_is_no_plan(tmp_path):
    async with opened(scenes.idle(), tmp_path, (80, 14)) as it:
        await it.press("s")
        assert not it.app.screen.query_one(PlanPreview).display
        assert isinstance(it.app.screen.present, State)


async def test_names_of_others_are_shown_as_text(tmp_path):
    """A name with markup, control characters and line breaks stays on its line."""
    hostile = "[bold]red[/] \x1b[31m\n2nd"
    world = World(model({"dump": [script(hostile)]}, environments={}))
    async with opened(scenes.Scene(world.state, world.now, world), tmp_path, (100, 30)) as it:
        await it.press("s")
        await it.sees("[bold]red[/] \\x1b[31m\\n2nd")
