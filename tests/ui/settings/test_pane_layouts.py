import pytest

from octotui.ui.settings.pane_layouts import WHOLE, PaneLayouts, resized, share_of


@pytest.mark.parametrize(
    ("first", "step", "size"),
    [(40, 4, 44), (40, -4, 36), (26, -4, 24), (94, 4, 96), (10, 0, 24), (119, 0, 96)],
)
def test_each_pane_keeps_its_least_size(first, step, size):
    assert resized(first, 120, step, 24) == size


def test_without_room_for_both_nothing_is_resized():
    assert resized(20, 40, 4, 24) is None
    assert resized(24, 48, 4, 24) == 24


def test_the_cells_of_a_share_come_out_again():
    for total in range(8, 251):
        for first in range(4, total - 3):
            assert share_of(first, total) * total // WHOLE == first


def test_what_has_changed_is_saved_once():
    saved = []
    layouts = PaneLayouts({"board-wide": {"halves": 300}, "run-tall": {"run": 400}}, saved.append)
    assert layouts.take_changed() == {}
    layouts.change("board-wide", "right", 700)
    layouts.change("board-wide", "right", 600)
    taken = layouts.take_changed()
    assert layouts.take_changed() == {}
    layouts.change("board-wide", "right", 500)
    layouts.save(taken)
    assert saved == [{"board-wide": {"halves": 300, "right": 600}}]
    layouts.change("board-wide", "right", 600)
    assert layouts.shares("board-wide") == {"halves": 300, "right": 600}
    assert layouts.shares("other") == {}
