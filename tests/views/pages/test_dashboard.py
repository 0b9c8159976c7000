"""The dashboard in text: rows, columns, and what their cells say."""

from datetime import UTC

import msgspec
import pytest

from octotui.engine.state import State
from octotui.views.labels import ASCII, RUNS
from octotui.views.lists.columns import CellContext
from octotui.views.pages.dashboard import NOWHERE, cell, cell_lines, cell_words, dashboard
from octotui.views.pages.last_runs import LastRun, OpenRuns, RunPlace, newer, open_runs, standings
from tests import scenes
from tests.scenes import Scene
from tests.ui.fake import FakeSession
from tests.world import World, engine, model, script


def shown(scene: Scene, tmp_path):
    """The dashboard of a scene, with all that has ended."""
    past = newer({}, FakeSession(scene, tmp_path)._ended())
    return dashboard(scene.state.model, standings(scene.state, past))


def words(scene: Scene, tmp_path) -> dict[str, dict[str, str]]:
    scope = CellContext(scene.now, UTC)
    return {
        row.process: {
            slug: "".join(text for text, _ in cell_words(cell(scene.state, row, slug), scope))
            for slug in row.cells
        }
        for row in shown(scene, tmp_path).rows
    }


def test_columns_are_the_environments_of_lifecycles_and_those_where_something_ran(tmp_path) -> None:
    scene = scenes.released()
    assert [*shown(scene, tmp_path).environments] == ["test", "production"]
    scene.world.start("nightly", environment="development")
    again = Scene(scene.world.state, scene.now, scene.world)
    assert [*shown(again, tmp_path).environments] == ["development", "test", "production"]


def test_a_lifecycle_without_phases_leads_everywhere(tmp_path) -> None:
    columns = shown(scenes.deployed(), tmp_path).environments
    assert list(columns) == ["development", "test", "staging", "production", NOWHERE]


def test_a_space_without_projects_has_the_environments_where_something_ran_else_all(tmp_path) -> None:
    columns = shown(scenes.idle(), tmp_path).environments
    assert list(columns) == ["development", "test", "staging", "production"]
    assert shown(scenes.idle(), tmp_path).rows == ()
    assert list(shown(scenes.failed(), tmp_path).environments) == ["test"]


def test_a_space_without_environments_has_one_column(tmp_path) -> None:
    model = msgspec.structs.replace(scenes.kraken(), environments={})
    assert dict(dashboard(model, {}).environments) == {NOWHERE: "no environment"}


def test_projects_come_first_and_runbooks_that_never_ran_are_left_out(tmp_path) -> None:
    rows = shown(scenes.deployed(), tmp_path).rows
    assert [row.process for row in rows] == [
        "shop", "billing", "portal", "search", "create-aws-rds", "break", "nightly",
    ]  # fmt: skip
    assert [row.is_project for row in rows] == [True] * 4 + [False] * 3


def test_cells_say_version_state_and_when(tmp_path) -> None:
    said = words(scenes.deployed(), tmp_path)
    assert said["shop"]["development"].startswith("▶ 2.5.0-beta.1 executing ")
    assert said["shop"]["production"] == "✔ 3 tenants · succeeded · run-3"
    assert said["billing"]["production"] == "✖ 2 tenants · 1 failed, 1 executing · run-4"
    assert said["billing"]["test"].startswith("✖ 1.0.3 failed ")
    assert said["portal"]["test"].startswith("? 0.9.0 asks ")
    assert said["search"] == {}
    assert said["nightly"][NOWHERE].startswith("✔ succeeded ")


def test_tenants_whose_runs_need_people_go_first_and_none_is_said(tmp_path) -> None:
    scene = scenes.released()
    for tenant in (None, "contoso"):
        scene.world.start("tame", environment="production", tenant=tenant)
    scene.world.run_until(500)
    again = Scene(scene.world.state, scene.now, scene.world)
    assert words(again, tmp_path)["tame"]["production"] == "? 1 tenant + untenanted · asks · run-4"


def test_a_cell_takes_one_line_or_two_and_shortens_its_time(tmp_path) -> None:
    scene = scenes.deployed()
    rows = {row.process: row for row in shown(scene, tmp_path).rows}
    scope = CellContext(scene.now, UTC)

    def text(process: str, place: str, width: int, lines: int) -> list[str]:
        found = cell_lines(cell(scene.state, rows[process], place), scene.state, width, scope, lines)
        return ["".join(text for text, _ in line) for line in found]

    ended = rows["shop"].cells["staging"][0]
    (one,) = text("shop", "staging", 40, 1)
    assert one.startswith("✔ 2.4.0  succeeded Jan ")
    assert ":" in one
    above, beneath = text("shop", "staging", 19, 2)
    assert (above, beneath[:12]) == ("✔ 2.4.0", "  succeeded ")
    assert ":" not in beneath
    assert len(beneath) <= 19
    assert text("search", "test", 19, 2) == ["", ""]
    assert text("billing", "production", 30, 2) == ["✖ 2 tenants", "  1 failed, 1 executing"]
    assert ended.id in [run.id for run in rows["shop"].cells["staging"]]


def test_other_characters_draw_other_signs(tmp_path) -> None:
    scene = scenes.deployed()
    row = shown(scene, tmp_path).rows[0]
    spans = cell_words(row.cells["staging"], CellContext(scene.now, UTC, ASCII))
    assert spans[0][0].startswith("+ 2.4.0")


def test_a_cell_of_which_more_runs_are_open_says_how_many_and_which_executes(tmp_path) -> None:
    """Q1: the newest may be queued behind another."""
    world = World(model({"a": [script("Run")]}, **engine(task_cap=1)))
    scope = CellContext(world.now, UTC)

    def told() -> str:
        (row,) = dashboard(world.state.model, standings(world.state, {})).rows
        (run,) = cell(world.state, row, NOWHERE)
        return "".join(text for text, _ in cell_words((run,), scope, open_runs(world.state)))

    world.start("a")
    assert told().endswith(" run-1")
    world.start("a")
    world.start("a")
    assert told().endswith(" run-3 · 3 open, run-1 executes")
    assert open_runs(world.state) == {
        RunPlace("a", None, None): OpenRuns(("run-1", "run-2", "run-3"), ("run-1",))
    }


def open_in(state: State, place: RunPlace, *names: str) -> dict[RunPlace, OpenRuns]:
    """So many open runs in a place."""
    return {place: OpenRuns(names, names[:1])}


@pytest.mark.parametrize(
    ("width", "lines", "told"),
    [(30, 2, " · 2 open"), (14, 2, " (2)"), (60, 1, " · 2 open"), (24, 1, " (2)")],
)
def test_a_cell_says_how_many_runs_are_open_there(width: int, lines: int, told: str) -> None:
    scene = scenes.deployed()
    place = RunPlace("kraken", "test", None)
    run = LastRun(
        id="run-3",
        number=3,
        place=place,
        version="1.2.0",
        mark=RUNS["succeeded"],
        queued_at=scene.now,
        started_at=scene.now,
        ended_at=scene.now,
    )
    scope = CellContext(scene.now)

    def head(still: dict[RunPlace, OpenRuns]) -> str:
        drawn = cell_lines((run,), scene.state, width, scope, lines, still)[0]
        return "".join(text for text, _ in drawn)

    assert f"1.2.0{told}" in head(open_in(scene.state, place, "run-8", "run-9"))
    assert "1.2.0" in head({})
    assert "open" not in head(open_in(scene.state, place, "run-3"))  # the run itself
