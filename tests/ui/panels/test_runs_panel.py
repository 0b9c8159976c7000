from datetime import UTC
from zoneinfo import ZoneInfo

from octotui.engine.commands import CancelRun
from octotui.engine.queries.parse import parse
from octotui.engine.queries.query import EVERYTHING
from octotui.engine.state import State
from octotui.store.errors import StoreError
from octotui.store.journal.run_records import RunRecord
from octotui.store.user_config import ListSetting
from octotui.ui.panels.runs_panel import RunsPanel
from octotui.ui.widgets.line_list import LineList
from tests import scenes
from tests.ui.opened import Opened, opened


def panel_of(it: Opened) -> RunsPanel:
    return it.app.screen.query_one(RunsPanel)


async def test_a_started_run_is_selected_though_a_filter_hides_it(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        await it.press("slash", *"unleash", "enter")
        await it.press("s", *"nightly", "enter", "enter", "enter")
        await it.sees("run-6 Nightly backup")
        assert it.app.screen.query_one(RunsPanel).query_one(LineList).key == "run-6"


async def test_runs_that_end_go_below_those_that_are_open(tmp_path):
    async with opened(scenes.asking(), tmp_path) as it:
        it.session.later(80)
        await it.sees("✔ run-2", "? run-1")
        rows = [row for row in it.text.splitlines() if "run-1 " in row[:12] or "run-2 " in row[:12]]
        assert ["run-1" in rows[0], "run-2" in rows[1]] == [True, True]


async def test_narrow_it_says_what_the_run_waits_for(tmp_path):
    async with opened(scenes.queued(), tmp_path, (80, 24)) as it:
        await it.press("j")
        await it.sees("waits for the tag “backup”, held by run-1 Nightly backup · first in queue")
        await it.press("k")
        assert "waits for “backup”" not in it.text


def ended(first: int, last: int) -> list[RunRecord]:
    """Runs that ended long ago, the newest first; every hundredth is called so."""
    return [
        RunRecord(
            number=number, id=f"run-{number}", root=f"run-{number}", process="old", state="failed",
            name=f"Old {number}" if number % 100 else f"Rare {number}", queued_at=1.0, ended_at=2.0,
        )
        for number in range(last, first - 1, -1)
    ]  # fmt: skip


def remember(it: Opened, count: int) -> None:
    """Let so many runs have ended before the app came."""
    it.session.older = ended(1, count)
    it.app.past = it.session.recent()
    it.app.screen._follow()


async def test_r5_older_runs_come_in_pages_when_the_cursor_nears_the_end(tmp_path):
    async with opened(scenes.idle(), tmp_path) as it:
        remember(it, 1000)
        lines = it.app.screen.query_one(RunsPanel).query_one(LineList)
        await it.until(lambda: len(lines.keys) == 100)
        assert it.session.asked == []
        assert "100+" in it.text
        await it.press("G")
        await it.until(lambda: len(lines.keys) == 300)
        assert it.session.asked == [(EVERYTHING, 901)]
        for _ in range(9):
            await it.press("G")
            await it.until(lambda: lines.cursor < len(lines.keys) - 50 or "+" not in it.text)
        await it.until(lambda: len(lines.keys) == 1000)
        assert lines.keys[-1] == "run-1"
        assert "1000 " in it.text
        assert "+" not in it.text


async def test_r5_a_filter_finds_what_was_not_loaded(tmp_path):
    async with opened(scenes.idle(), tmp_path) as it:
        remember(it, 1000)
        lines = it.app.screen.query_one(RunsPanel).query_one(LineList)
        await it.press("slash", *"rare", "enter")
        await it.until(lambda: len(lines.keys) == 10)
        assert lines.keys[-1] == "run-100"
        assert (parse("rare", 0), None) in it.session.asked
        await it.press("slash", "escape")
        await it.until(lambda: len(lines.keys) > 100)


async def test_r10_a_page_refused_while_the_server_was_away_comes_once_it_is_back(tmp_path):
    """Though nothing is listed that the cursor could move on."""
    async with opened(scenes.idle(), tmp_path) as it:
        remember(it, 1000)
        lines, history = it.app.screen.query_one(RunsPanel).query_one(LineList), it.session.history

        async def away(*_):
            raise StoreError("the server is away")

        it.session.history = away
        await it.press("slash", *"rare", "enter")
        await it.sees("the server is away")
        it.session.history = history
        it.session.later(3)
        await it.until(lambda: len(lines.keys) == 10)


async def test_a_short_list_asks_for_nothing(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        await it.press("G")
        await it.press("slash", *"unleash", "enter")
        assert it.session.asked == []
        assert "+" not in it.text.split("Runs", 1)[1].split("Pools", 1)[0]


async def test_a_filter_without_a_match_says_so_and_esc_drops_it(tmp_path):
    """While it is typed, and once it was kept."""
    async with opened(scenes.seed(), tmp_path, (80, 24)) as it:
        for keys in ((), ("enter",)):
            await it.press("slash", *"zzz", *keys)
            await it.sees("No run matches “zzz”: esc drops the filter.", "0/5")
            assert "No runs yet" not in it.text
            assert "no filter" in it.text.splitlines()[-1]
            await it.press("escape")
            await it.sees("run-1 ▸4 Unleash the kraken")
            assert "no filter" not in it.text.splitlines()[-1]
        await it.press("slash", *"test", "enter", "escape")
        await it.until(lambda: panel_of(it).lines.keys == ("run-1",))


async def test_r11_the_app_tells_times_in_its_zone(tmp_path):
    async with opened(scenes.seed(), tmp_path, (120, 40), zone=ZoneInfo("Asia/Kathmandu")) as it:
        await it.sees(" 19:16 ")
        assert "13:46" not in it.text
        await it.press("right", "j", "enter")
        await it.sees("since 19:16 · by ann")
        assert "13:46" not in it.text


async def test_r11_in_utc_the_clock_says_so(tmp_path):
    async with opened(scenes.seed(), tmp_path, (120, 40), zone=UTC) as it:
        await it.sees("13:46:52 UTC", " 13:46 ")


async def test_a_sorted_list_is_sorted_again_as_time_goes_by(tmp_path):
    """By what changes without a run that comes or goes."""
    async with opened(scenes.seed(), tmp_path, (120, 40)) as it:
        panel = it.app.screen.query_one(RunsPanel)
        await it.press("right")
        await it.session.send(CancelRun(run="run-5", by="ann"))
        panel.lines.take_setting(ListSetting((), "state"))
        it.session.later(31)
        await it.sees("✔ run-2")
        panel.watch_now(0.0, 1.0)
        await it.pilot.pause()
        rows = [panel._table.row(key) for key in panel.lines.keys[1:]]
        states = [row.mark.word for row in rows if row is not None]
        assert states == sorted(states)


async def test_only_lines_that_look_different_are_made_anew_and_only_those_in_view(tmp_path, monkeypatch):
    async with opened(scenes.many(), tmp_path, (80, 24)) as it:
        panel = it.app.screen.query_one(RunsPanel)
        made: list[str] = []
        row = panel._table.row
        monkeypatch.setattr(panel._table, "row", lambda name: made.append(name) or row(name))
        panel.watch_state(State(), it.app.state)
        await it.pilot.pause()
        assert 0 < len({*made}) <= panel.lines.size.height
