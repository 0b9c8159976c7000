from octotui.ui.lines import Lines
from octotui.ui.runs_panel import RunsPanel, draw
from octotui.views import runs
from octotui.views.words import UNICODE
from tests import scenes
from tests.scenes import SCENES
from tests.ui.opened import opened


def line(run: str, width: int) -> str:
    scene = SCENES["asking"]()
    row = runs.row(scene.state, run, scene.now)
    assert row is not None
    return "".join(text for text, _ in draw(row, width, 5, UNICODE))


def test_columns_go_with_the_width_but_never_the_word():
    words = line("run-1", 78).split("  ")
    assert [word.strip() for word in words if word] == [
        "? run-1 Tame the kraken",
        "Production · Contoso",
        "asks",
        "00:42",
    ]
    assert line("run-1", 50) == "? run-1 Tame the kra… Production… asks       00:42"
    assert line("run-2", 36) == "▶ run-2 Create AWS… Test  executing "
    for width in range(20, 120):
        assert len(line("run-1", width)) == width


async def test_a_started_run_is_selected_though_a_filter_hides_it(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        await it.press("slash", *"unleash", "enter")
        await it.press("s", *"nightly", "enter", "enter", "enter")
        await it.sees("run-6 Nightly backup")
        assert it.app.screen.query_one(RunsPanel).query_one(Lines).key == "run-6"


async def test_runs_that_end_go_below_those_that_are_open(tmp_path):
    async with opened(scenes.asking(), tmp_path) as it:
        it.session.later(80)
        await it.sees("✔ run-2", "? run-1")
        rows = [row for row in it.text.splitlines() if "run-1 " in row[:12] or "run-2 " in row[:12]]
        assert ["run-1" in rows[0], "run-2" in rows[1]] == [True, True]


async def test_narrow_it_says_what_the_run_waits_for(tmp_path):
    async with opened(scenes.queued(), tmp_path, (80, 24)) as it:
        await it.press("j")
        await it.sees("waits for “backup”: run-1 Nightly backup has it · first in line")
        await it.press("k")
        assert "waits for “backup”" not in it.text


def test_warnings_are_counted_whatever_the_width():
    """S7."""
    scene = SCENES["telling"]()
    row = runs.row(scene.state, "run-1", scene.now)
    assert row is not None
    for width, told in ((78, "2 warnings executing"), (50, "!2 executing"), (30, "!2 executing")):
        line = "".join(text for text, _ in draw(row, width, 5, UNICODE))
        assert told in line
        assert len(line) == width
