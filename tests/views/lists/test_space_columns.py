"""Spaces as rows."""

from octotui.engine.state import State
from octotui.views.lists.columns import CellContext, placed
from octotui.views.lists.space_columns import (
    COLUMNS,
    SpaceRow,
    in_list_order,
    sizes,
    space_row,
    standing,
)
from tests import scenes


def test_active_runs_and_questions_are_counted():
    state = scenes.asking().world.state
    row = space_row("kraken", "/spaces/kraken", state, running=True, here=False)
    assert (row.name, row.active, row.asking) == ("Kraken", len(state.runs), 1)
    assert row.active


def test_an_unreadable_space_has_its_folder_for_a_name_and_unknown_counts():
    row = space_row("kraken", "/spaces/kraken", None, running=False, here=False)
    assert (row.name, row.active, row.asking) == ("kraken", None, None)
    drawn = ["".join(text for text, _ in each.cell(row, 20, CellContext())) for each in COLUMNS]
    assert drawn == ["kraken", "closed", "?", "?", "/spaces/kraken"]


def test_a_space_that_nothing_has_happened_in_has_its_folder_for_a_name():
    assert space_row("new", "/spaces/new", State(), running=False, here=False).name == "new"


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
