"""Spaces as rows."""

from octotui.engine.state import State
from octotui.views.lists.columns import CellContext, placed
from octotui.views.lists.space_columns import (
    COLUMNS,
    SpaceRow,
    counted,
    in_list_order,
    sizes,
    standing,
)
from tests import scenes


def test_active_runs_and_questions_are_counted():
    state = scenes.asking().world.state
    row = counted(SpaceRow(slug="kraken", name="kraken", path="/spaces/kraken", running=True), state)
    assert row.running
    assert (row.name, row.active, row.asking) == ("Kraken", len(state.runs), 1)
    assert row.active


def test_counts_that_are_not_known_are_question_marks():
    row = SpaceRow(slug="kraken", name="kraken", path="/spaces/kraken")
    drawn = ["".join(text for text, _ in each.cell(row, 20, CellContext())) for each in COLUMNS]
    assert drawn == ["kraken", "closed", "?", "?", "/spaces/kraken"]


def test_a_space_that_nothing_has_happened_in_has_its_folder_for_a_name():
    row = counted(SpaceRow(slug="new", name="new", path="/spaces/new"), State())
    assert (row.name, row.active, row.asking) == ("new", 0, 0)


def test_the_present_space_comes_first_then_those_that_run():
    def row(slug: str, **more: bool) -> SpaceRow:
        return SpaceRow(slug=slug, name=slug.title(), path=f"/{slug}", **more)

    rows = [row("a"), row("c", running=True), row("b", running=True), row("z", here=True, running=True)]
    assert [f"{each.slug} {standing(each)}" for each in in_list_order(rows)] == [
        "z here",
        "b running",
        "c running",
        "a closed",
    ]


def test_the_folder_is_left_out_before_counts_are():
    rows = [SpaceRow(slug="a", name="A" * 30, path="/" + "p" * 60)]
    assert [each.column.name for each in placed(COLUMNS, 50, sizes(rows))][-1] == "folder"
    assert [each.column.name for each in placed(COLUMNS, 34, sizes(rows))] == [
        "name",
        "state",
        "active",
        "asking",
    ]
