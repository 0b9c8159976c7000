"""Families and marks in the list of runs, key by key."""

from octotui.engine.commands import CancelRun
from octotui.store.user_config import ListSetting
from octotui.ui.panels.runs.run_lines import RunLines
from octotui.ui.panels.runs_panel import RunsPanel
from tests import scenes
from tests.ui.opened import Opened, opened
from tests.ui.panels.test_runs_panel import remember
from tests.ui.replayed import replayed

NARROW = (80, 24)


def lines(it: Opened) -> RunLines:
    return it.app.screen.query_one(RunLines)


def said(it: Opened) -> str:
    return it.text.splitlines()[-1].strip()


async def test_a_family_is_folded_with_the_state_of_the_whole(tmp_path):
    async with opened(scenes.seed(), tmp_path, NARROW) as it:
        assert lines(it).keys == ("run-1",)
        await it.sees("▶ run-1 ▸4 Unleash the kraken", "executing", "12s")
        await it.press("right")
        assert lines(it).keys == ("run-1", "run-2", "run-3", "run-4", "run-5")
        await it.sees("✔ run-1 ▾4 Unleash the kraken", "▶ run-2   Create AWS RDS")
        await it.press("right")
        assert lines(it).key == "run-2"
        assert "has started no other run" in await it.press("right")
        await it.press("left")
        assert lines(it).key == "run-1"
        await it.press("left")
        assert lines(it).keys == ("run-1",)
        assert said(it) != "run-1 has nothing to fold"
        await it.press("left")
        assert said(it) == "run-1 has nothing to fold"


async def test_in_ascii_a_family_and_a_mark_have_signs_of_their_own(tmp_path):
    async with opened(scenes.seed(), tmp_path, NARROW, glyphs="ascii") as it:
        await it.sees("* run-1 &4 Unleash the kraken")
        await it.press("right", "space")
        await it.sees("@+ run-1 :4 Unleash the kraken")


async def test_all_families_are_unfolded_and_folded_at_once(tmp_path):
    async with opened(scenes.seed(), tmp_path, NARROW) as it:
        await it.press("z", "G")
        assert (len(lines(it).keys), lines(it).key) == (5, "run-5")
        await it.press("z")
        assert (lines(it).keys, lines(it).key) == (("run-1",), "run-1")
    async with opened(scenes.queued(), tmp_path, NARROW) as it:
        await it.press("z")
        assert said(it) == "no run that is listed has started others"


async def test_a_filter_shows_a_child_with_its_parent_and_folds_come_back(tmp_path):
    async with opened(scenes.seed(), tmp_path, NARROW) as it:
        await it.press("slash", *"env:test", "enter")
        await it.until(lambda: lines(it).keys == ("run-1", "run-3"))
        await it.sees(" 1/5 ")
        await it.press("g", "left")
        assert lines(it).keys == ("run-1",)
        await it.press("slash", "space", *"by:ann", "enter")
        await it.until(lambda: lines(it).keys == ("run-1", "run-3"))
        await it.press("escape")
        await it.until(lambda: lines(it).keys == ("run-1",))


async def test_families_are_sorted_as_a_whole(tmp_path):
    async with opened(scenes.lock_wait(), tmp_path, NARROW) as it:
        panel = it.app.screen.query_one(RunsPanel)
        await it.press("z")
        panel.lines.take_setting(ListSetting((), "-id"))
        await it.until(lambda: lines(it).keys[0] == "run-9")
        found = lines(it).keys
        assert found[found.index("run-1") :] == ("run-1", "run-5", "run-4", "run-3", "run-2")


async def test_marks_outlast_sorting_filters_folds_and_updates(tmp_path):
    async with opened(scenes.seed(), tmp_path, NARROW) as it:
        await it.press("right", "j", "space", "space")
        assert lines(it).marked == {"run-2", "run-3"}
        assert lines(it).key == "run-4"
        await it.sees("◆▶ run-2", "2 marked · 5")
        it.app.screen.query_one(RunsPanel).lines.take_setting(ListSetting((), "-title"))
        await it.press("slash", *"unleash", "enter")
        await it.sees("2 marked · 1/5")
        it.session.later(40)
        await it.press("escape", "left")
        assert lines(it).marked == {"run-2", "run-3"}
        await it.press("right", "g", "j", "j")
        assert lines(it).key == "run-3"
        await it.press("space")
        assert lines(it).marked == {"run-2"}


async def test_all_that_match_the_filter_are_marked_and_unmarked(tmp_path):
    async with opened(scenes.seed(), tmp_path, NARROW) as it:
        await it.press("slash", *"env:test,staging", "enter")
        await it.until(lambda: len(lines(it).keys) == 3)
        await it.press("asterisk")
        assert lines(it).marked == {"run-3", "run-4"}
        await it.press("escape", "z", "asterisk")
        assert len(lines(it).marked) == 5
        await it.press("asterisk")
        assert lines(it).marked == frozenset()


async def test_what_is_folded_away_is_not_marked(tmp_path):
    async with opened(scenes.seed(), tmp_path, NARROW) as it:
        await it.press("asterisk")
        assert lines(it).marked == {"run-1"}


async def test_it_says_that_older_runs_are_not_marked(tmp_path):
    async with opened(scenes.idle(), tmp_path, NARROW) as it:
        remember(it, 1000)
        await it.until(lambda: len(lines(it).keys) == 100)
        await it.press("asterisk")
        assert said(it) == "100 are marked; older runs are not listed yet"


async def test_a_run_that_leaves_loses_its_mark(tmp_path):
    async with opened(scenes.seed(), tmp_path, NARROW) as it:
        await it.press("space")
        panel = it.app.screen.query_one(RunsPanel)
        lines(it).mark(lines(it).marked | {"run-77"})
        await it.sees("2 marked")
        panel.watch_past()
        await it.sees("1 marked · 5")
        assert lines(it).marked == {"run-1"}


async def test_a_child_that_is_to_be_seen_is_uncovered(tmp_path):
    async with opened(scenes.seed(), tmp_path, NARROW) as it:
        panel = it.app.screen.query_one(RunsPanel)
        panel.select("run-4")
        assert lines(it).key == "run-4"
        await it.press("left", "left", "slash", *"env:test", "enter")
        panel.select("run-4")
        assert lines(it).key == "run-4"
        await it.press("slash", *"zzz", "enter")
        await it.sees("No run matches")
        panel.select("run-4")
        await it.until(lambda: "zzz" not in it.text)
        assert lines(it).key == "run-4"


async def test_in_a_replay_space_plays_and_nothing_is_marked(tmp_path):
    async with replayed(tmp_path, NARROW) as it:
        await it.press("asterisk")
        assert said(it) == "this is a replay: nothing can be changed"
        await it.press("space")
        assert it.app.playing
        assert lines(it).marked == frozenset()


async def test_the_state_of_the_whole_follows_what_happens(tmp_path):
    async with opened(scenes.seed(), tmp_path, NARROW) as it:
        it.session.later(31)
        await it.sees("✔ run-1 ▸4 Unleash the kraken   succeeded")
    async with opened(scenes.seed(), tmp_path, NARROW) as it:
        await it.session.send(CancelRun(run="run-3", by="ann"))
        it.session.later(31)
        await it.sees("⊘ run-1 ▸4 Unleash the kraken   cancelled")


async def test_a_click_on_the_sign_of_a_family_folds_and_unfolds_it(tmp_path):
    """Also fast, where two clicks elsewhere would open the run."""
    async with opened(scenes.seed(), tmp_path) as it:
        y = next(at for at, line in enumerate(it.text.splitlines()) if "▸4" in line)
        x = it.text.splitlines()[y].index("▸4")
        screen = it.app.screen
        await it.pilot.click(offset=(x, y))
        await it.sees("▾4", "run-5")
        await it.pilot.click(offset=(x + 1, y))
        await it.sees("▸4")
        assert it.app.screen is screen
        await it.pilot.click(offset=(x + 6, y), times=2)
        await it.until(lambda: it.app.screen is not screen)
