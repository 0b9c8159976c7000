"""The filter of the board, key by key: what is typed is never lost, and always explained."""

import time

from octotui.engine.queries.parse import parse
from octotui.ui.panels.query_line import QueryLine
from octotui.ui.widgets.line_list import LineList
from tests import scenes
from tests.ui.opened import opened
from tests.ui.panels.test_runs_panel import remember

WIDE = (120, 40)


async def test_it_counts_what_it_finds_of_all(tmp_path):
    async with opened(scenes.idle(), tmp_path) as it:
        remember(it, 1000)
        await it.press("slash", *"rare", "enter")
        await it.sees("10 of 1000")
        await it.press("escape")
        await it.until(lambda: "of 1000" not in it.text)


async def test_open_and_ended_runs_are_found_by_keys(tmp_path):
    async with opened(scenes.asking(), tmp_path) as it:
        lines = it.app.screen.query_one("#runs", LineList)
        await it.press("slash", *"is:asking", "enter")
        await it.until(lambda: lines.keys == ("run-1",))
        await it.press("slash", "space", *"-env:prod")
        await it.until(lambda: lines.keys == ())


async def test_a_beginning_and_a_name_mean_the_slug(tmp_path):
    async with opened(scenes.asking(), tmp_path) as it:
        await it.press("slash", *"env:Prod")
        line = it.app.screen.query_one(QueryLine)
        await it.until(lambda: line.query_asked == parse("env:production", 0))


async def test_what_is_no_query_is_said_and_the_rest_still_counts(tmp_path):
    async with opened(scenes.asking(), tmp_path) as it:
        lines = it.app.screen.query_one("#runs", LineList)
        before = lines.keys
        await it.press("slash", *"staet:failed")
        await it.sees("there is no key “staet”; did you mean")
        assert lines.keys == before
        line = it.app.screen.query_one(QueryLine)
        assert line.text == "staet:failed"
        await it.press("enter")
        await it.sees("there is no key “staet”", "staet:failed")
        await it.press("slash", *["backspace"] * 12, *"is:asking env:")
        await it.until(lambda: lines.keys == ("run-1",))


async def test_a_beginning_of_too_many_names_is_said_and_the_filter_before_it_holds(tmp_path, monkeypatch):
    async with opened(scenes.idle(), tmp_path) as it:
        line = it.app.screen.query_one(QueryLine)
        await it.press("slash", *"is:ended", "enter")
        await it.until(lambda: line.query_asked == parse("is:ended", 0))
        monkeypatch.setattr("octotui.engine.queries.query.MOST_VALUES", 1)
        await it.press("slash", "space", *"env:x,y", "enter")
        await it.sees("this stands for more than 1 values: type more of the name")
        assert line.query_asked == parse("is:ended", 0)


async def test_an_unknown_value_is_said_with_the_nearest_one(tmp_path):
    async with opened(scenes.asking(), tmp_path) as it:
        await it.press("slash", *"env:prodution")
        await it.sees("there is no environment “prodution”; did you mean")
        await it.press("escape", "slash")
        await it.sees("state:  env:")
        assert "prodution" not in it.text


async def test_an_older_value_is_known_from_the_history(tmp_path):
    async with opened(scenes.idle(), tmp_path) as it:
        remember(it, 200)
        await it.press("slash", *"runbook:ol")
        await it.sees("old")
        await it.press("tab", "enter")
        await it.sees("runbook:old", "200 of 200")
        assert "there is no" not in it.text


async def test_times_are_those_of_the_app(tmp_path):
    """The clock of the scene counts, not the one on the wall."""
    scene = scenes.asking()
    async with opened(scene, tmp_path) as it:
        await it.press("slash", *"since:1h")
        line = it.app.screen.query_one(QueryLine)
        await it.until(lambda: line.query_asked.since is not None)
        assert abs(line.query_asked.since - (it.session.now() - 3600)) < 60
        assert abs(line.query_asked.since - time.time()) > 7200


async def test_the_line_goes_where_nothing_is_kept(tmp_path):
    async with opened(scenes.asking(), tmp_path) as it:
        line = it.app.screen.query_one(QueryLine)
        assert not line.display
        await it.press("slash")
        assert line.display
        await it.press("enter")
        assert not line.display
        line.put("is:open")
        await it.sees("is:open")
        assert line.display


async def test_at_80_columns_every_key_and_every_state_is_offered(tmp_path):
    async with opened(scenes.many(), tmp_path, (80, 24)) as it:
        await it.press("slash", "space")
        await it.sees("state:", "since:", "until:")
        hint = it.app.screen.query_one("#hint")
        assert hint.size.height == 2
        await it.press(*"state:")
        await it.sees("queued  executing", "timed-out", "asks  waits  scheduled")
