"""Which runs are listed, in which order, and the line of each."""

from datetime import UTC

import pytest
from msgspec.structs import replace
from rpds import HashTrieMap

from octotui.engine.forecast import forecast
from octotui.engine.queries.parse import parse
from octotui.store.journal.run_records import RunRecord
from octotui.store.user_config import ListSetting
from octotui.ui.panels.runs_table import RunsTable
from octotui.ui.widgets import column_layout
from octotui.views.lists.columns import CellContext
from octotui.views.lists.run_columns import USUAL
from tests.scenes import SCENES
from tests.ui.panels.test_runs_panel import ended
from tests.world import START


def table(setting: ListSetting = ListSetting(), name: str = "seed") -> RunsTable:  # noqa: B008
    scene = SCENES[name]()
    made = RunsTable(setting)
    made.look(scene.state, CellContext(scene.now, UTC))
    made.find()
    made.outline(None, again=True)
    return made


def text(made: RunsTable, name: str, width: int) -> str:
    return "".join(each for each, _ in made.draw(name, width))


def test_columns_go_with_the_width_but_never_the_word():
    made = table(name="asking")
    assert text(made, "run-1", 78).split("  ")[0] == "? run-1 Tame the kraken"
    assert text(made, "run-1", 38).split() == ["?", "run-1", "Tame", "the", "kraken", "asks"]
    for width in range(34, 200):
        assert len(text(made, "run-1", width)) <= width
        assert "asks" in text(made, "run-1", width)
    heads = ["".join(each for each, _ in made.head(width)).split() for width in (38, 78, 160)]
    assert heads[0] == ["run", "title", "state"]
    assert heads[1] == ["run", "title", "state", "env", "start", "took", "by", "worker"]
    assert heads[2] == [*heads[1], "wait", "step", "tenant"]


def test_a_long_title_is_cut_before_times_are_left_out():
    made = table(name="asking")
    made.add([replace(each, name="Tame the kraken that lives in the far north") for each in ended(100, 100)])
    made.find()
    made.outline(None, again=True)
    assert "".join(each for each, _ in made.head(62)).split()[1:] == [
        "title",
        "state",
        "env",
        "start",
        "took",
    ]
    assert "Tame the kraken tha… failed" in text(made, "run-100", 62)
    assert "Tame the kraken that lives in the far north" in text(made, "run-100", 200)


def test_columns_are_those_of_the_runs_also_once_all_have_ended():
    """A run keeps its worker, and waits for nothing."""
    made = table(name="asking")
    records = [
        RunRecord(
            number=int(name.removeprefix("run-")), id=name, root=name, process="tame", name="Tame",
            requester="ann", state="succeeded", reason="", queued_at=START, started_at=START, ended_at=START,
            workers=("west1",),
        )
        for name in made.order
    ]  # fmt: skip
    made.look(replace(made.state, runs=HashTrieMap(), leases=HashTrieMap()), made.scope)
    made.add(records)
    made.find()
    made.outline(None, again=True)
    heads = "".join(each for each, _ in made.head(160)).split()
    assert heads == ["run", "title", "state", "start", "took", "by", "worker"]


def test_a_worker_stays_in_sight_while_its_run_has_no_lease():
    made = table(name="lock_wait")
    assert made.state.leases
    made.look(replace(made.state, leases=HashTrieMap()), made.scope)
    assert "worker" in "".join(each for each, _ in made.head(160))


def test_heads_stand_above_their_cells():
    made = table(name="asking")
    head = "".join(each for each, _ in made.head(78))
    line = text(made, "run-1", 78)
    for name, cell in (("run", "run-1"), ("title", "Tame"), ("state", "asks"), ("env", "Production")):
        assert head.index(name) == line.index(cell)
    for name, cell in (("start", "13:46"), ("took", "42s")):
        assert head.index(name) + len(name) == line.index(cell) + len(cell)


def test_a_title_with_marks_before_it_is_not_cut_for_who_started_it():
    made = table(name="asking")
    run = made.state.runs["run-1"]
    warned = replace(run, progress=replace(run.progress, warnings=("slow",)))
    for width in (78, 100, 118):
        assert "Tame the kraken " in text(made, "run-1", width)
    made.look(replace(made.state, runs=made.state.runs.insert("run-1", warned)), made.scope)
    for width in (78, 100, 118):
        assert "!1 Tame the kraken " in text(made, "run-1", width)
    over = [replace(each, name="Nightly backup", warnings=12) for each in ended(100, 100)]
    made = RunsTable()
    made.look(replace(made.state, model=SCENES["seed"]().state.model), CellContext(START, UTC))
    made.add(over)
    made.find()
    made.outline(None, again=True)
    assert "!12 Nightly backup " in text(made, "run-100", 78)


def test_warnings_are_counted_whatever_the_width():
    """S7."""
    made = table(name="telling")
    for width in (78, 50, 34):
        assert "!2 " in text(made, "run-1", width)


def test_sorted_by_a_column_the_list_keeps_its_order_until_something_else_is_to_be_sorted(monkeypatch):
    made = table(ListSetting(("id", "title"), "-id"))
    made.folds(None)["run-1"] = True
    assert made.outline(None, again=True) == ("run-1", "run-5", "run-4", "run-3", "run-2")
    assert made.head(80)[-2][0] != ""
    assert "run↓" in "".join(each for each, _ in made.head(80))
    asked = []
    monkeypatch.setattr(column_layout, "by_column", lambda rows, *more, **_: asked.append(1) or list(rows))
    assert made.outline(None, again=False)[1] == "run-5"
    assert asked == []
    names = made.matching(parse("env:test", 0))
    assert made.outline(names, again=False) == ("run-1", "run-3")
    assert made.outline(names, again=True) == ("run-1", "run-3")
    assert asked == [1, 1, 1]


def test_the_list_has_its_own_order_again_once_it_is_not_sorted():
    usual = table(name="many").outline(None, again=False)
    made = table(ListSetting((), "title"), "many")
    assert made.outline(None, again=False) != usual
    made.layout.arrange(ListSetting())
    assert made.outline(None, again=False) == usual


def test_a_folded_family_is_drawn_as_a_whole_and_an_unfolded_one_run_by_run():
    made = table()
    made.outline(None, again=True)
    assert text(made, "run-1", 78).split()[:6] == ["▶", "run-1", "▸4", "Unleash", "the", "kraken"]
    made.folds(None)["run-1"] = True
    made.outline(None, again=False)
    assert text(made, "run-1", 60).split()[:3] == ["✔", "run-1", "▾4"]
    assert "run-2   Create" in text(made, "run-2", 60)


def test_the_next_of_a_kind_is_looked_for_in_folded_families_and_by_the_filter():
    made = table()
    assert made.next_of("run-1", None, "active") == "run-2"
    assert made.next_of("run-5", None, "active") == "run-2"
    assert made.next_of("run-1", ["run-4"], "active") == "run-4"
    assert made.next_of("run-1", None, "asks") is None


def test_what_a_later_version_kept_is_left_out():
    made = table(ListSetting(("id", "future", "title"), "-future"))
    assert made.layout.shown == ("id", "title")
    assert made.layout.setting == ListSetting(("id", "title"))
    made.layout.arrange(ListSetting(("future",)))
    assert made.layout.shown == USUAL


def test_a_run_that_has_left_the_state_is_drawn_from_its_record():
    made = table()
    made.add(ended(100, 101))
    made.find()
    assert made.order[-3:] == ("run-101", "run-100", "run-1")
    assert "Rare 100" in text(made, "run-100", 80)
    assert made.draw("run-999", 80) == []


@pytest.mark.parametrize("width", [0, 1, 5])
def test_a_list_without_room_shows_what_fits(width: int):
    assert len(text(table(), "run-1", width)) <= width


def test_e2_a_forecast_is_needed_where_a_column_has_it_and_for_a_second():
    """E2: a folded family ends with the last of its runs."""
    scene = SCENES["estimated"]()
    table = RunsTable(ListSetting(("id", "left")))
    for later, needed, ends in ((0.0, True, None), (0.5, False, 69.5), (3.0, True, 67.0)):
        table.look(scene.state, CellContext(scene.now + later))
        table.find()
        assert table.needs_forecast == needed
        row = table.row("run-18")
        assert row is not None
        assert row.ends_about == (None if ends is None else table.scope.now + ends)
        table.coming = forecast(scene.state, scene.now)
    table.layout.arrange(ListSetting(("id",)))
    table.look(scene.state, CellContext(scene.now + 9.0))
    assert not table.needs_forecast
    row = table.row("run-18")
    assert row is not None
    assert row.ends_about is None


def test_lines_of_runs_that_are_not_listed_any_more_are_forgotten():
    made = table(name="idle")
    made.add(ended(100, 140))
    made.find()
    for name in made.order:
        made.draw(name, 80)
    assert made._drawn.keys() == set(made.order)
    made.kept = {"run-120": made.kept["run-120"]}
    made.find()
    assert [*made._drawn] == ["run-120"]


def test_of_many_runs_a_longer_title_counts_at_once_and_a_shorter_one_after_a_second():
    made, scene = table(name="asking"), SCENES["asking"]()

    def widest(long: int, now: float) -> int:
        made.kept = {}
        made.add([*ended(1, 200), *(replace(each, name="x" * 30) for each in ended(301, 300 + long))])
        made.look(scene.state, CellContext(scene.now + now, UTC))
        made.find()
        made.outline(None, again=True)
        return next(each.width for each in made.layout.place(200) if each.column.name == "title")

    assert widest(0, 5) == len("Tame the kraken")
    assert widest(1, 5.1) == 30
    assert widest(0, 5.2) == 30
    assert widest(0, 6.3) == len("Tame the kraken")
